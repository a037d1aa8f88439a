import type { Adapter, AdapterPayload } from 'oidc-provider';
import { noteSecret } from '../../secrets/runFolder.ts';

interface Entry {
  readonly payload: AdapterPayload;
  /** ms since 1970; Infinity for an entry that never ends. */
  readonly endsAt: number;
}

/** The state of a refresh token. */
export interface RefreshTokenState {
  readonly state: 'live' | 'expired' | 'revoked' | 'unknown';
  /** The sign-in that it comes from, while that lasts. */
  readonly grantId?: string;
}

/**
 * The OpenID provider's storage for codes, sessions and grants: in memory, one per provider. Prevents the provider's
 * "development only" notice.
 */
export interface IdentityStore {
  readonly adapter: (name: string) => Adapter;
  readonly refreshToken: (token: string) => RefreshTokenState;
  /** Destroys grants and refresh tokens of one account, or of all. Returns the number of tokens. */
  readonly revoke: (accountId: string | undefined) => number;
  /** Expires the refresh tokens of one account, or of all. */
  readonly expire: (accountId: string | undefined) => void;
}

/** Entra distinguishes an expired token from one that never existed, so these stay after their end. */
const KEPT: ReadonlySet<string> = new Set(['RefreshToken', 'DeviceCode']);

/** Kinds of entries whose id is the secret itself. */
const SECRET: ReadonlySet<string> = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);

/** Creates an empty store. */
export function createIdentityStore(): IdentityStore {
  const entries = new Map<string, Entry>();
  const revoked = new Set<string>();
  const isOver = (entry: Entry): boolean => entry.endsAt <= Date.now();
  const adapter = (name: string): Adapter => {
    const find = (key: string): AdapterPayload | undefined => {
      const entry = entries.get(key);
      return entry !== undefined && (KEPT.has(name) || !isOver(entry)) ? entry.payload : undefined;
    };
    const findBy = (property: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
      for (const [key, { payload }] of entries) {
        if (key.startsWith(`${name}:`) && payload[property] === value) {
          return find(key);
        }
      }
      return undefined;
    };
    return {
      upsert: async (id, payload, expiresIn) => {
        if (SECRET.has(name)) {
          noteSecret(id);
        }
        const endsAt = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
        entries.set(`${name}:${id}`, { payload, endsAt });
        await Promise.resolve();
      },
      // MSAL sends the same client assertion until it expires, and Entra accepts it, so nothing counts as a replay.
      find: async (id) => await Promise.resolve(name === 'ReplayDetection' ? undefined : find(`${name}:${id}`)),
      findByUid: async (uid) => await Promise.resolve(findBy('uid', uid)),
      findByUserCode: async (userCode) => await Promise.resolve(findBy('userCode', userCode)),
      consume: async (id) => {
        const payload = find(`${name}:${id}`);
        // Entra issues a new refresh token at every use, and still accepts the old one.
        if (payload !== undefined && name !== 'RefreshToken') {
          payload.consumed = Math.floor(Date.now() / 1000);
        }
        await Promise.resolve();
      },
      destroy: async (id) => {
        entries.delete(`${name}:${id}`);
        await Promise.resolve();
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of entries) {
          if (payload.grantId === grantId) {
            entries.delete(key);
          }
        }
        await Promise.resolve();
      },
    };
  };
  return {
    adapter,
    refreshToken: (token) => {
      const entry = entries.get(`RefreshToken:${token}`);
      if (entry === undefined) {
        return { state: revoked.has(token) ? 'revoked' : 'unknown' };
      }
      const { grantId } = entry.payload;
      return { state: isOver(entry) ? 'expired' : 'live', ...(grantId === undefined ? {} : { grantId }) };
    },
    revoke: (accountId) => {
      let count = 0;
      for (const [key, { payload }] of entries) {
        const [name, id] = key.split(':');
        if (accountId !== undefined && payload.accountId !== accountId) continue;
        if (name === 'RefreshToken') {
          revoked.add(id ?? '');
          count++;
        }
        if (name === 'RefreshToken' || name === 'Grant') {
          entries.delete(key);
        }
      }
      return count;
    },
    expire: (accountId) => {
      for (const [key, { payload }] of entries) {
        if (!key.startsWith('RefreshToken:') || (accountId !== undefined && payload.accountId !== accountId)) continue;
        entries.set(key, { payload: { ...payload, exp: Math.floor(Date.now() / 1000) - 1 }, endsAt: 0 });
      }
    },
  };
}
