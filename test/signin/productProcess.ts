import type { Connection } from '../../src/connections/connection.ts';
import type { Secrets } from '../../src/identity/secrets.ts';
import { openWorker, openWindow } from './productWindow.ts';
import { fingerprint } from './scene.ts';

/** The order for a process. */
export interface Order {
  readonly connection: Connection;
  /** Folder of the database. */
  readonly folder: string;
}

/** A numbered request of a process to the process that keeps the secrets. */
export interface SecretCall {
  readonly call: number;
  readonly method: 'get' | 'store' | 'delete';
  readonly key: string;
  readonly value?: string;
}

/** A message of a process: it is ready, it has tokens (fingerprints) or an error's code, or it requests secrets. */
export type Said = 'ready' | { readonly tokens: readonly string[] } | SecretCall;

/** A message to a process. */
export type Heard =
  | Order
  | { readonly go: number }
  | { readonly answers: number; readonly value?: string | undefined }
  | { readonly changed: string };

const listeners = new Set<(change: { readonly key: string }) => void>();
const waiting = new Map<number, (value: string | undefined) => void>();
let calls = 0;

function ask(method: SecretCall['method'], key: string, value?: string): Promise<string | undefined> {
  const call = calls++;
  say({ call, method, key, ...(value === undefined ? {} : { value }) });
  return new Promise((resolve) => waiting.set(call, resolve));
}

/** Secret storage behind a port, as in VS Code: another process keeps the secrets for all windows. */
const secrets: Secrets = {
  get: (key) => ask('get', key),
  store: async (key, value) => {
    await ask('store', key, value);
  },
  delete: async (key) => {
    await ask('delete', key);
  },
  onDidChange: (listener) => {
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  },
};

function say(message: Said): void {
  process.send?.(message);
}

let work: ((count: number) => Promise<readonly string[]>) | undefined;

function begin({ connection, folder }: Order): void {
  const { signIns } = openWindow({ secrets, worker: openWorker(folder) });
  const { signal } = new AbortController();
  work = (count) =>
    Promise.all(
      Array.from({ length: count }, async () => fingerprint(await signIns.getAccessToken(connection, signal))),
    );
  say('ready');
}

process.on('message', (message: Heard) => {
  if ('folder' in message) begin(message);
  else if ('answers' in message) waiting.get(message.answers)?.(message.value);
  else if ('changed' in message) for (const listener of listeners) listener({ key: message.changed });
  else {
    work?.(message.go).then(
      (tokens) => {
        say({ tokens });
      },
      (error: unknown) => {
        say({ tokens: [String(error)] });
      },
    );
  }
});
