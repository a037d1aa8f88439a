import { LiveResponseError } from '../base/errors.ts';

/** Storage for secrets: VS Code's SecretStorage. */
export interface Secrets {
  readonly get: (key: string) => PromiseLike<string | undefined>;
  readonly store: (key: string, value: string) => PromiseLike<void>;
  readonly delete: (key: string) => PromiseLike<void>;
  /** Calls the listener after this window or another window has stored or deleted a secret. */
  readonly onDidChange: (listener: (change: { readonly key: string }) => void) => { dispose: () => unknown };
}

/**
 * Kinds of secrets of a connection: a pasted access token, an application's secret, the passphrase of an application's
 * key, or the result of a sign-in (msal's cache, with the refresh token).
 */
export type SecretKind = 'accessToken' | 'clientSecret' | 'passphrase' | 'tokens';

/** All kinds of secrets. When a connection is deleted, all of them are deleted. */
export const SECRET_KINDS: readonly SecretKind[] = ['accessToken', 'clientSecret', 'passphrase', 'tokens'];

/** One connection's secrets. */
export interface SecretDrawer {
  readonly get: (kind: SecretKind) => Promise<string | undefined>;
  readonly store: (kind: SecretKind, value: string) => Promise<void>;
  /** @throws LiveResponseError `signInFailed` if the secret could not be deleted: it must not be reported as deleted */
  readonly delete: (kind: SecretKind) => Promise<void>;
  /** Calls the listener after this window or another window has changed a secret of this connection. */
  readonly onDidChange: (listener: (kind: SecretKind) => void) => { dispose: () => unknown };
}

/**
 * Opens the secrets of one connection.
 *
 * @param owner - text with everything that decides where a secret may be sent. A connection that sends secrets to
 *   another place has another owner, so it finds no secret
 */
export function openDrawer(secrets: Secrets, owner: string): SecretDrawer {
  const keyOf = (kind: SecretKind): string => `liveResponse.${kind}.${owner}`;
  return {
    get: async (kind) => secrets.get(keyOf(kind)),
    store: async (kind, value) => secrets.store(keyOf(kind), value),
    delete: async (kind) => {
      try {
        await secrets.delete(keyOf(kind));
      } catch {
        throw new LiveResponseError('signInFailed', { reason: 'secretStorage' });
      }
    },
    onDidChange: (listener) =>
      secrets.onDidChange(({ key }) => {
        const kind = SECRET_KINDS.find((known) => keyOf(known) === key);
        if (kind !== undefined) listener(kind);
      }),
  };
}
