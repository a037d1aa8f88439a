import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  /** ms since 1970; Infinity for what never ends. */
  readonly endsAt: number;
}

/** Where the OpenID provider keeps codes, sessions and grants: in memory, one per provider, without its "development only" notice. */
export function createIdentityStore(): (name: string) => Adapter {
  const entries = new Map<string, Entry>();
  const find = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.endsAt > Date.now() ? entry.payload : undefined;
  };
  return (name) => {
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
        const endsAt = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
        entries.set(`${name}:${id}`, { payload, endsAt });
        await Promise.resolve();
      },
      find: async (id) => await Promise.resolve(find(`${name}:${id}`)),
      findByUid: async (uid) => await Promise.resolve(findBy('uid', uid)),
      findByUserCode: async (userCode) => await Promise.resolve(findBy('userCode', userCode)),
      consume: async (id) => {
        const payload = find(`${name}:${id}`);
        if (payload !== undefined) {
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
}
