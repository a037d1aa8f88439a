import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import type { SecretDrawer } from '../secrets.ts';

/**
 * msal's cache of one connection, in secret storage. An operation reads the cache once. At its end, it writes the cache
 * if it has changed it. The operation holds a lease, so no other window writes in the meantime.
 */
export class TokenVault implements ICachePlugin {
  readonly #drawer: SecretDrawer;
  /** Stored text, whether readable or not. */
  readonly #found: string | undefined;
  readonly #read: string | undefined;
  #cache: string | undefined;

  private constructor(drawer: SecretDrawer, found: string | undefined) {
    this.#drawer = drawer;
    this.#found = found;
    this.#read = found !== undefined && isCache(found) ? found : undefined;
    this.#cache = this.#read;
  }

  /** Opens the vault with the stored cache. */
  static async open(drawer: SecretDrawer): Promise<TokenVault> {
    return new TokenVault(drawer, await drawer.get('tokens'));
  }

  /** Creates an empty vault for a new sign-in. The sign-in replaces the stored tokens only when it is complete. */
  static empty(drawer: SecretDrawer): TokenVault {
    return new TokenVault(drawer, undefined);
  }

  get isEmpty(): boolean {
    return this.#cache === undefined;
  }

  async beforeCacheAccess({ tokenCache }: TokenCacheContext): Promise<void> {
    if (this.#cache !== undefined) tokenCache.deserialize(this.#cache);
    await Promise.resolve();
  }

  async afterCacheAccess({ tokenCache, cacheHasChanged }: TokenCacheContext): Promise<void> {
    if (cacheHasChanged) this.#cache = tokenCache.serialize();
    await Promise.resolve();
  }

  /** Writes the result of a new sign-in. */
  async save(): Promise<void> {
    if (this.#cache !== undefined) await this.#drawer.store('tokens', this.#cache);
  }

  /**
   * Writes the changes of a renewal, unless another window has changed the stored cache in the meantime. After a long
   * sleep of the machine, the lease may have expired. The user may then have signed in or out in another window.
   */
  async update(): Promise<void> {
    if (this.#cache === this.#read || (await this.#drawer.get('tokens')) !== this.#found) return;
    await this.save();
  }
}

/**
 * Whether a text is a cache of msal. With any other text, every operation would fail with an error of msal that gives
 * no cause.
 */
function isCache(text: string): boolean {
  try {
    return JSON.parse(text) instanceof Object;
  } catch {
    return false;
  }
}
