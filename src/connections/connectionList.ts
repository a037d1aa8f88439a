import { tenantKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Emitter } from '../base/emitter.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { readConnection } from './connection.ts';
import type { Connection } from './connection.ts';

type ConnectionPort = WorkerPort<'connections' | 'putConnection' | 'deleteConnection' | 'activateConnection'>;

/** Connections of this machine, and the connection that is active in this window. */
export class ConnectionList {
  readonly #worker: ConnectionPort;
  readonly #changed = new Emitter<undefined>();
  #connections: readonly Connection[] = [];
  #activeName: string | undefined;
  #loading: Promise<void> | undefined;

  /** Fires when a connection was added, removed or changed, or when another connection becomes active. */
  readonly onDidChange = this.#changed.event;

  constructor(worker: ConnectionPort) {
    this.#worker = worker;
  }

  /** Reads the connections once. Later calls wait for the same read. */
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
    // Each window chooses its active connection itself. The choice that another window stored applies only if this
    // window's active connection no longer exists.
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

  /** Returns a connection to this tenant. The active connection is preferred. */
  forTenant(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Connection | undefined {
    const wanted = tenantKey(tenant);
    return [this.active, ...this.#connections].find(
      (connection) => connection !== undefined && tenantKey(connection) === wanted,
    );
  }

  /** Adds a connection, or replaces the connection with the same name. Then makes the connection active. */
  async add(connection: Connection): Promise<void> {
    await this.#put(connection);
    await this.activate(connection.name);
  }

  /** Adds a connection, or replaces the connection with the same name. The active connection stays the same. */
  async keep(connection: Connection): Promise<void> {
    await this.#put(connection);
    this.#changed.fire(undefined);
  }

  /** Replaces a connection by its changed version, and keeps it active if it was active. */
  async replace(old: Connection, changed: Connection): Promise<void> {
    const wasActive = this.active?.name === old.name;
    await this.#put(changed);
    if (wasActive) await this.activate(changed.name);
    if (changed.name === old.name) this.#changed.fire(undefined);
    else await this.remove(old.name);
  }

  async activate(name: string): Promise<void> {
    await this.load();
    await this.#worker.call('activateConnection', name);
    this.#activeName = name;
    this.#changed.fire(undefined);
  }

  /** Removes a connection. Results that were fetched through it stay stored. */
  async remove(name: string): Promise<void> {
    await this.load();
    await this.#worker.call('deleteConnection', name);
    this.#connections = this.#connections.filter((connection) => connection.name !== name);
    if (this.#activeName === name) this.#activeName = (await this.#worker.call('connections')).active;
    this.#changed.fire(undefined);
  }

  async #put(connection: Connection): Promise<void> {
    await this.load();
    await this.#worker.call('putConnection', connection.name, JSON.stringify(connection));
    const others = this.#connections.filter((other) => other.name !== connection.name);
    this.#connections = [...others, connection];
  }

  async #read(): Promise<void> {
    const stored = await this.#worker.call('connections');
    this.#connections = stored.connections.flatMap(({ json }) => {
      const read = readConnection(parse(json));
      return 'connection' in read ? [read.connection] : [];
    });
    this.#activeName = stored.active;
    this.#changed.fire(undefined);
  }
}

/** Parses a stored connection. If a row is damaged, only its connection is lost, not the complete list. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
