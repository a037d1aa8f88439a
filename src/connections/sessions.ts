import type { TenantClient } from '../defender/tenantClient.ts';
import { ActionStore } from '../results/actionStore.ts';
import type { Connection } from './connection.ts';
import type { ConnectionList } from './connectionList.ts';

/** One connection at work: its client, made at the first call, and the actions loaded through it. */
export class Session {
  readonly connection: Connection;
  readonly #open: () => Promise<TenantClient>;
  readonly #stores = new Map<boolean, ActionStore>();
  #client: Promise<TenantClient> | undefined;

  constructor(connection: Connection, open: () => Promise<TenantClient>) {
    this.connection = connection;
    this.#open = open;
  }

  /** The client, loaded with all that it needs when it is first asked for. */
  client(): Promise<TenantClient> {
    this.#client ??= this.#open().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  /** The list of live response sessions, or of all machine actions: each keeps its own pages. */
  actions(liveResponseOnly: boolean): ActionStore {
    let store = this.#stores.get(liveResponseOnly);
    if (store === undefined) {
      store = new ActionStore(() => this.client(), liveResponseOnly);
      this.#stores.set(liveResponseOnly, store);
    }
    return store;
  }
}

/** The sessions of this window, one a connection. A connection that was changed gets a new one. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #openClient: (connection: Connection) => Promise<TenantClient>;

  constructor(connections: ConnectionList, openClient: (connection: Connection) => Promise<TenantClient>) {
    this.#openClient = openClient;
    connections.onDidChange(() => {
      for (const [name, session] of this.#sessions) {
        if (connections.byName(name) !== session.connection) this.#sessions.delete(name);
      }
    });
  }

  /** The next one to ask gets a new session: what was loaded belongs to whoever was signed in. */
  renew(connection: Connection): void {
    this.#sessions.delete(connection.name);
  }

  of(connection: Connection): Session {
    let session = this.#sessions.get(connection.name);
    if (session?.connection !== connection) {
      session = new Session(connection, () => this.#openClient(connection));
      this.#sessions.set(connection.name, session);
    }
    return session;
  }
}
