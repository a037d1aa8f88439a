import type { Refusal } from '../defender/client.ts';
import { LiveResponseError } from '../base/errors.ts';
import { readClaims } from './claims.ts';
import type { SecretDrawer } from './secrets.ts';
import type { TokenSource } from './tokenSource.ts';

/** An access token that was pasted or handed in: nobody can renew it but the person. */
export class PastedToken implements TokenSource {
  readonly #drawer: SecretDrawer;
  readonly #connection: string;
  readonly #now: () => number;
  /** Asking secret storage takes a round trip to another process, and every call needs a token. */
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

  /** When the token ends, ms since 1970, where there is one that says so. */
  async expiresAt(): Promise<number | undefined> {
    const token = await this.#get();
    return token === undefined ? undefined : readClaims(token)?.expiresAt;
  }

  /** @throws LiveResponseError `notSignedIn`: there is none, it has expired, or it is the refused one */
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
    // What failed, and what is not there yet, is asked for again.
    const forget = (): void => {
      if (this.#read === reading) this.#read = undefined;
    };
    reading.then((token) => {
      if (token === undefined) forget();
    }, forget);
    return reading;
  }
}
