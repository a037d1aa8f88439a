import { LiveResponseError } from '../defender/errors.ts';
import { readClaims } from './claims.ts';

/** Where secrets live: VS Code's SecretStorage. */
export interface Secrets {
  readonly get: (key: string) => PromiseLike<string | undefined>;
  readonly store: (key: string, value: string) => PromiseLike<void>;
  readonly delete: (key: string) => PromiseLike<void>;
}

/** Access tokens that were pasted or handed in: kept in secret storage under the connection's name. */
export class AccessTokens {
  readonly #secrets: Secrets;
  readonly #now: () => number;

  constructor(secrets: Secrets, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
  }

  async store(connectionName: string, token: string): Promise<void> {
    await this.#secrets.store(keyOf(connectionName), token);
  }

  async forget(connectionName: string): Promise<void> {
    await this.#secrets.delete(keyOf(connectionName));
  }

  /** Who the token of a connection speaks for, where it says so. */
  async accountOf(connectionName: string): Promise<string | undefined> {
    const token = await this.#secrets.get(keyOf(connectionName));
    return token === undefined ? undefined : readClaims(token)?.account;
  }

  /**
   * The token of a connection.
   *
   * @param rejected - a token that the API has just refused
   * @throws LiveResponseError `notSignedIn`: there is none, it has expired, or it is the refused one
   */
  async get(connectionName: string, rejected?: string): Promise<string> {
    const token = await this.#secrets.get(keyOf(connectionName));
    const fail = (reason: string): LiveResponseError =>
      new LiveResponseError('notSignedIn', { connection: connectionName, reason });
    if (token === undefined || token === '') throw fail('noToken');
    if (token === rejected) throw fail('rejected');
    const expiresAt = readClaims(token)?.expiresAt;
    if (expiresAt !== undefined && expiresAt <= this.#now()) throw fail('expired');
    return token;
  }
}

function keyOf(connectionName: string): string {
  return `liveResponse.accessToken.${connectionName}`;
}
