import { LiveResponseError } from '../base/errors.ts';
import { tenantKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Emitter } from '../base/emitter.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { isSameConnection, readConnection } from './connection.ts';
import type { Connection } from './connection.ts';

type ConnectionPort = WorkerPort<'connections' | 'putConnection' | 'deleteConnection' | 'activateConnection'>;

/** Rules of an administrator about connections. */
export interface ConnectionRules {
  /** Connections that the administrator gives. */
  readonly connections: readonly Connection[];
  /** Returns the key of the managed settings that forbids a connection. */
  readonly whyForbidden: (connection: Connection) => string | undefined;
}

/** Stored connection that must not be used, with the key of the managed settings that forbids it. */
export interface HiddenConnection {
  readonly connection: Connection;
  readonly why: string;
}

const NO_RULES: ConnectionRules = { connections: [], whyForbidden: () => undefined };

/** Connections of this machine, and the connection that is active in this window. */
export class ConnectionList {
  readonly #worker: ConnectionPort;
  readonly #rules: ConnectionRules;
  readonly #changed = new Emitter<undefined>();
  #connections: readonly Connection[] = [];
  #hidden: readonly HiddenConnection[] = [];
  #activeName: string | undefined;
  /** Packs that are open in this window. They are stored nowhere. */
  #packs: readonly Connection[] = [];
  #loading: Promise<void> | undefined;

  /** Fires when a connection was added, removed or changed, or when another connection becomes active. */
  readonly onDidChange = this.#changed.event;

  constructor(worker: ConnectionPort, rules = NO_RULES) {
    this.#worker = worker;
    this.#rules = rules;
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

  /** Gets the stored connections that an administrator forbids, or replaces by a given one of the same name. */
  get hidden(): readonly HiddenConnection[] {
    return this.#hidden;
  }

  /** Whether an administrator gives this connection, so that a user cannot change or remove it. */
  isGiven({ name }: Connection): boolean {
    return this.#rules.connections.some((given) => given.name === name);
  }

  /**
   * Checks whether a connection may be added. Called before any of its secrets is stored.
   *
   * @throws LiveResponseError `managed` with the key that forbids it
   */
  mustAllow(connection: Connection): void {
    const given = this.#rules.connections.find(({ name }) => name === connection.name);
    const isOther = given !== undefined && !isSameConnection(given, connection);
    const reason = isOther ? 'connections' : this.#rules.whyForbidden(connection);
    if (reason !== undefined) throw new LiveResponseError('managed', { reason, connection: connection.name });
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

  /**
   * Adds the connection to a pack, for this window alone, and makes it active.
   *
   * @throws LiveResponseError `managed` with the key that forbids it
   */
  async hold(connection: Connection): Promise<void> {
    await this.load();
    this.mustAllow(connection);
    this.#packs = [...this.#packs, connection];
    this.#connections = [...this.#connections, connection];
    await this.activate(connection.name);
  }

  /** Adds a connection, or replaces the connection with the same name. The active connection stays the same. */
  async keep(connection: Connection): Promise<void> {
    await this.#put(connection);
    this.#changed.fire(undefined);
  }

  /** Replaces a connection by its changed version, and keeps it active if it was active. */
  async replace(old: Connection, changed: Connection): Promise<void> {
    this.#mustBeOwn(old);
    const wasActive = this.active?.name === old.name;
    await this.#put(changed);
    if (wasActive) await this.activate(changed.name);
    if (changed.name === old.name) this.#changed.fire(undefined);
    else await this.remove(old.name);
  }

  async activate(name: string): Promise<void> {
    await this.load();
    // Another window does not have the pack, and begins with the connection that was active before.
    if (!this.#packs.some((pack) => pack.name === name)) await this.#worker.call('activateConnection', name);
    this.#activeName = name;
    this.#changed.fire(undefined);
  }

  /** Removes a connection. Results that were fetched through it stay stored. */
  async remove(name: string): Promise<void> {
    await this.load();
    const known = this.byName(name);
    if (known !== undefined) this.#mustBeOwn(known);
    if (this.#packs.some((pack) => pack.name === name)) this.#packs = this.#packs.filter((pack) => pack.name !== name);
    else await this.#worker.call('deleteConnection', name);
    this.#connections = this.#connections.filter((connection) => connection.name !== name);
    if (this.#activeName === name) this.#choose((await this.#worker.call('connections')).active);
    this.#changed.fire(undefined);
  }

  /** Removes every stored connection, also those that are hidden or damaged. Given ones stay. */
  async clear(): Promise<void> {
    const { connections } = await this.#worker.call('connections');
    for (const { name } of connections) await this.#worker.call('deleteConnection', name);
    this.#packs = [];
    await this.#read();
  }

  #mustBeOwn(connection: Connection): void {
    if (this.isGiven(connection))
      throw new LiveResponseError('managed', { reason: 'connections', connection: connection.name });
  }

  /** Makes a connection active. Without one of this name, the first that the administrator gives. */
  #choose(name: string | undefined): void {
    this.#activeName = this.byName(name ?? '')?.name ?? this.#rules.connections[0]?.name;
  }

  async #put(connection: Connection): Promise<void> {
    await this.load();
    this.mustAllow(connection);
    // A given connection is never stored: it is there as long as the administrator gives it.
    if (this.isGiven(connection)) return;
    await this.#worker.call('putConnection', connection.name, JSON.stringify(connection));
    this.#packs = this.#packs.filter(({ name }) => name !== connection.name);
    const others = this.#connections.filter((other) => other.name !== connection.name);
    this.#connections = [...others, connection];
  }

  async #read(): Promise<void> {
    const stored = await this.#worker.call('connections');
    const own = stored.connections.flatMap(({ json }) => {
      const read = readConnection(parse(json));
      return 'connection' in read ? [read.connection] : [];
    });
    const whyHidden = (connection: Connection): string | undefined =>
      this.isGiven(connection) ? 'connections' : this.#rules.whyForbidden(connection);
    this.#hidden = own.flatMap((connection) => {
      const why = whyHidden(connection);
      return why === undefined ? [] : [{ connection, why }];
    });
    const allowed = own.filter((connection) => whyHidden(connection) === undefined);
    this.#connections = [...this.#rules.connections, ...allowed, ...this.#packs];
    this.#choose(stored.active);
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
