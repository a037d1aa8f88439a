import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node';
import type { SecretDrawer } from '../secrets.ts';

/**
 * msal's cache of one connection, in secret storage: read once for a piece of work, and written at its end if that
 * changed it. The work holds a lease, so no other window writes in between.
 */
export class TokenVault implements ICachePlugin {
  readonly #drawer: SecretDrawer;
  /** What was kept, read or not. */
  readonly #found: string | undefined;
  readonly #read: string | undefined;
  #cache: string | undefined;

  private constructor(drawer: SecretDrawer, found: string | undefined) {
    this.#drawer = drawer;
    this.#found = found;
    this.#read = found !== undefined && isCache(found) ? found : undefined;
    this.#cache = this.#read;
  }

  /** With what is kept now. */
  static async open(drawer: SecretDrawer): Promise<TokenVault> {
    return new TokenVault(drawer, await drawer.get('tokens'));
  }

  /** With nothing in it: a new sign-in replaces the old one when it is complete, and not before. */
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

  /** Writes what a new sign-in brought. */
  async save(): Promise<void> {
    if (this.#cache !== undefined) await this.#drawer.store('tokens', this.#cache);
  }

  /**
   * Writes what a renewal changed, unless someone else has changed what it began with: after a long sleep of the
   * machine the lease may be over, and someone signed out or in meanwhile.
   */
  async update(): Promise<void> {
    if (this.#cache === this.#read || (await this.#drawer.get('tokens')) !== this.#found) return;
    await this.save();
  }
}

/** What is none would end every piece of work in an error of msal's that names no cause. */
function isCache(text: string): boolean {
  try {
    return JSON.parse(text) instanceof Object;
  } catch {
    return false;
  }
}
