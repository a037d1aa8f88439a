import type { Secrets } from '../../../src/identity/secrets.ts';

/** Secret storage of one window, or of several that share one. */
export interface MemorySecrets extends Secrets {
  readonly kept: Map<string, string>;
  /** Number of times that a secret was read. */
  reads: number;
  /** Number of times that a secret was written. */
  writes: number;
}

/** Creates secret storage like VS Code's: every window receives every change. */
export function memorySecrets(): MemorySecrets {
  const kept = new Map<string, string>();
  const listeners = new Set<(change: { readonly key: string }) => void>();
  const tell = (key: string): void => {
    for (const listener of listeners) listener({ key });
  };
  const secrets: MemorySecrets = {
    kept,
    reads: 0,
    writes: 0,
    get: (key) => {
      secrets.reads++;
      return Promise.resolve(kept.get(key));
    },
    store: (key, value) => {
      secrets.writes++;
      kept.set(key, value);
      tell(key);
      return Promise.resolve();
    },
    delete: (key) => {
      kept.delete(key);
      tell(key);
      return Promise.resolve();
    },
    onDidChange: (listener) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  return secrets;
}
