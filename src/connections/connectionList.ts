import { tenantKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Emitter } from '../base/emitter.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { readConnection } from './connection.ts';
import type { Connection } from './connection.ts';

/** The connections of this machine, and which one is active in this window. */
export class ConnectionList {
  readonly #store: Pick<ResultStore, 'call'>;
  readonly #changed = new Emitter<undefined>();
  #connections: readonly Connection[] = [];
  #activeName: string | undefined;
  #loading: Promise<void> | undefined;

  /** Connections came, went or changed, or another one is active. */
  readonly onDidChange = this.#changed.event;

  constructor(store: Pick<ResultStore, 'call'>) {
    this.#store = store;
  }

  /** Reads the connections once; later calls wait for the same reading. */
  load(): Promise<void> {
    this.#loading ??= this.#read().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Reads the connections again: another window may have changed them. */
  async renew(): Promise<void> {
    await this.load();
    const active = this.#activeName;
    await this.#read();
    // Which one this window shows is its own matter.
    if (this.byName(active ?? '') !== undefined) this.#activeName = active;
  }

  get all(): readonly Connection[] {
    return this.#connections;
  }

  get active(): Connection | undefined {
    return this.#connections.find((connection) => connection.name === this.#activeName);
  }

  byName(name: string): Connection | undefined {
    return this.#connections.find((connection) => connection.name === name);
  }

  /** The connection that leads to a tenant, the active one first. */
  forTenant(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Connection | undefined {
    const wanted = tenantKey(tenant);
    return [this.active, ...this.#connections].find(
      (connection) => connection !== undefined && tenantKey(connection) === wanted,
    );
  }

  /** Adds a connection, or replaces the one of the same name, and makes it active. */
  async add(connection: Connection): Promise<void> {
    await this.#put(connection);
    await this.activate(connection.name);
  }

  /** Adds a connection, or replaces the one of the same name. Which one is active stays as it is. */
  async keep(connection: Connection): Promise<void> {
    await this.#put(connection);
    this.#changed.fire(undefined);
  }

  /** Puts a changed connection in the place of an old one, active where that one was. */
  async replace(old: Connection, changed: Connection): Promise<void> {
    const wasActive = this.active?.name === old.name;
    await this.#put(changed);
    if (wasActive) await this.activate(changed.name);
    if (changed.name === old.name) this.#changed.fire(undefined);
    else await this.remove(old.name);
  }

  async activate(name: string): Promise<void> {
    await this.load();
    await this.#store.call('activateConnection', name);
    this.#activeName = name;
    this.#changed.fire(undefined);
  }

  /** Removes a connection. What was fetched through it stays stored. */
  async remove(name: string): Promise<void> {
    await this.load();
    await this.#store.call('deleteConnection', name);
    this.#connections = this.#connections.filter((connection) => connection.name !== name);
    if (this.#activeName === name) this.#activeName = (await this.#store.call('connections')).active;
    this.#changed.fire(undefined);
  }

  async #put(connection: Connection): Promise<void> {
    await this.load();
    await this.#store.call('putConnection', connection.name, JSON.stringify(connection));
    const others = this.#connections.filter((other) => other.name !== connection.name);
    this.#connections = [...others, connection];
  }

  async #read(): Promise<void> {
    const stored = await this.#store.call('connections');
    this.#connections = stored.connections.flatMap(({ json }) => {
      const read = readConnection(parse(json));
      return 'connection' in read ? [read.connection] : [];
    });
    this.#activeName = stored.active;
    this.#changed.fire(undefined);
  }
}

/** A row that is damaged is one connection less, and not all of them. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
