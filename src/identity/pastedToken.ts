import { LiveResponseError } from '../defender/errors.ts';
import { readClaims } from './claims.ts';

/** Where secrets live: VS Code's SecretStorage. */
export interface Secrets {
  readonly get: (key: string) => PromiseLike<string | undefined>;
  readonly store: (key: string, value: string) => PromiseLike<void>;
  readonly delete: (key: string) => PromiseLike<void>;
  /** Another window, or this one, stored or deleted a secret. */
  readonly onDidChange: (listener: (change: { readonly key: string }) => void) => { dispose: () => unknown };
}

/** Access tokens that were pasted or handed in: kept in secret storage under the connection's name. */
export class AccessTokens {
  readonly #secrets: Secrets;
  readonly #now: () => number;
  /** Asking secret storage takes a round trip to another process, and every call needs a token. */
  readonly #read = new Map<string, Promise<string | undefined>>();
  readonly #subscription: { dispose: () => unknown };

  constructor(secrets: Secrets, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
    this.#subscription = secrets.onDidChange(({ key }) => {
      this.#read.delete(key);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#read.clear();
  }

  async store(connectionName: string, token: string): Promise<void> {
    await this.#secrets.store(keyOf(connectionName), token);
    this.#read.delete(keyOf(connectionName));
  }

  async forget(connectionName: string): Promise<void> {
    await this.#secrets.delete(keyOf(connectionName));
    this.#read.delete(keyOf(connectionName));
  }

  /** Who the token of a connection speaks for, where it says so. */
  async accountOf(connectionName: string): Promise<string | undefined> {
    const token = await this.#get(connectionName);
    return token === undefined ? undefined : readClaims(token)?.account;
  }

  /**
   * The token of a connection.
   *
   * @param rejected - a token that the API has just refused
   * @throws LiveResponseError `notSignedIn`: there is none, it has expired, or it is the refused one
   */
  async get(connectionName: string, rejected?: string): Promise<string> {
    const token = await this.#get(connectionName);
    const fail = (reason: string): LiveResponseError =>
      new LiveResponseError('notSignedIn', { connection: connectionName, reason });
    if (token === undefined || token === '') throw fail('noToken');
    if (token === rejected) throw fail('rejected');
    const expiresAt = readClaims(token)?.expiresAt;
    if (expiresAt !== undefined && expiresAt <= this.#now()) throw fail('expired');
    return token;
  }

  #get(connectionName: string): Promise<string | undefined> {
    const key = keyOf(connectionName);
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const reading = Promise.resolve(this.#secrets.get(key));
    this.#read.set(key, reading);
    // What failed, and what is not there yet, is asked for again.
    reading.then(
      (token) => {
        if (token === undefined) this.#read.delete(key);
      },
      () => {
        this.#read.delete(key);
      },
    );
    return reading;
  }
}

function keyOf(connectionName: string): string {
  return `liveResponse.accessToken.${connectionName}`;
}
