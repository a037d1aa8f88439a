import type { Refusal } from '../defender/client.ts';
import { LiveResponseError } from '../base/errors.ts';
import { readClaims } from './claims.ts';
import type { SecretDrawer } from './secrets.ts';
import type { TokenSource } from './tokenSource.ts';

/**
 * An access token that a user pasted, or that a program passed to `liveResponse.addConnection`. Only the user can
 * replace it.
 */
export class PastedToken implements TokenSource {
  readonly #drawer: SecretDrawer;
  readonly #connection: string;
  readonly #now: () => number;
  /**
   * The read under way, or its result. It is kept, because every call needs a token, and a read of secret storage costs
   * a round trip to another process.
   */
  #read: Promise<string | undefined> | undefined;
  readonly #subscription: { dispose: () => unknown };

  constructor(drawer: SecretDrawer, connection: string, now: () => number) {
    this.#drawer = drawer;
    this.#connection = connection;
    this.#now = now;
    this.#subscription = drawer.onDidChange(() => {
      this.#read = undefined;
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#read = undefined;
  }

  async signOut(): Promise<void> {
    await this.#drawer.delete('accessToken');
    this.#read = undefined;
  }

  async account(): Promise<string | undefined> {
    const token = await this.#get();
    return token === undefined ? undefined : readClaims(token)?.account;
  }

  /**
   * Returns the expiry of the token, ms since 1970; undefined if there is no token, or if the token states no expiry.
   */
  async expiresAt(): Promise<number | undefined> {
    const token = await this.#get();
    return token === undefined ? undefined : readClaims(token)?.expiresAt;
  }

  /** @throws LiveResponseError `notSignedIn` if there is no token, if it has expired, or if it is the refused token */
  async getAccessToken(_signal: AbortSignal, refusal?: Refusal): Promise<string> {
    const token = await this.#get();
    const fail = (reason: string): LiveResponseError =>
      new LiveResponseError('notSignedIn', { connection: this.#connection, reason });
    if (token === undefined || token === '') throw fail('noToken');
    if (token === refusal?.token) throw fail('rejected');
    const expiresAt = readClaims(token)?.expiresAt;
    if (expiresAt !== undefined && expiresAt <= this.#now()) throw fail('expired');
    return token;
  }

  #get(): Promise<string | undefined> {
    if (this.#read !== undefined) return this.#read;
    const reading = this.#drawer.get('accessToken');
    this.#read = reading;
    // A failed read and a missing token are not remembered, so that the next caller reads again.
    const forget = (): void => {
      if (this.#read === reading) this.#read = undefined;
    };
    reading.then((token) => {
      if (token === undefined) forget();
    }, forget);
    return reading;
  }
}
