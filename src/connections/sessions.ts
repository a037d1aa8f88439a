import { isNewer } from '../actions/actionOrder.ts';
import { isFinished } from '../model/machineAction.ts';
import { parseServerTime } from '../base/serverTime.ts';
import type { Priority } from '../base/urgency.ts';
import type { ActionConditions } from '../defender/list/odata.ts';
import { askFor, walkPages } from '../defender/list/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { TenantClient } from '../defender/tenantClient.ts';
import { ActionStore } from '../actions/actionStore.ts';
import { changedSince } from '../actions/changedActions.ts';
import type { RefreshWay } from '../actions/changedActions.ts';
import type { Connection } from './connection.ts';
import type { ConnectionList } from './connectionList.ts';
import { MachineRecords } from './machineRecords.ts';

/** Changed actions, and the time of the answer, ms since 1970. */
export interface Changes {
  readonly asOf: number;
  readonly actions: readonly MachineAction[];
  readonly extent: 'whole' | 'created' | 'tooMany';
}

/** Number of rows of one page of actions that no list shows. */
const PAGE_SIZE = 1000;

const NO_CONDITIONS = '{}';

/** Session of one connection: its client, which the first call creates, and the actions that were loaded through it. */
export class Session {
  readonly connection: Connection;
  /** Records of devices that this session asked for. */
  readonly machines = new MachineRecords(() => this.client());
  readonly #open: () => Promise<TenantClient>;
  readonly #stores = new Map<string, ActionStore>();
  /** Actions that were asked for by their changes or state. No list shows them. */
  readonly #apart = new Map<string, MachineAction>();
  readonly #refreshWay: RefreshWay = { by: 'update' };
  #client: Promise<TenantClient> | undefined;

  constructor(connection: Connection, open: () => Promise<TenantClient>) {
    this.connection = connection;
    this.#open = open;
  }

  /** Returns the client. The first call loads the client's code and creates the client. */
  client(): Promise<TenantClient> {
    this.#client ??= this.#open().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  /**
   * Returns the list of live response sessions, or of all machine actions. Each list keeps its own pages. Of the lists
   * with conditions, only the last requested list is kept.
   */
  actions(liveResponseOnly: boolean, where: ActionConditions = {}): ActionStore {
    const conditions = JSON.stringify(where);
    const key = `${liveResponseOnly.toString()} ${conditions}`;
    let store = this.#stores.get(key);
    if (store === undefined) {
      const isPlain = conditions === NO_CONDITIONS;
      if (!isPlain) {
        for (const other of this.#stores.keys()) if (!other.endsWith(NO_CONDITIONS)) this.#stores.delete(other);
      }
      store = new ActionStore(() => this.client(), liveResponseOnly, isPlain ? {} : { where }, this.#refreshWay);
      this.#stores.set(key, store);
    }
    return store;
  }

  /**
   * Fetches the current state of an action, and gives it to every list of this session. Costs one call.
   *
   * @throws LiveResponseError `notFound` if the action does not exist, or the account has no permission to see it
   */
  async fetchAction(actionId: string, signal: AbortSignal, priority: Priority = 'click'): Promise<MachineAction> {
    const [list = this.actions(true), ...others] = this.#stores.values();
    const action = await list.fetch(actionId, signal, priority);
    const client = await this.client();
    for (const other of others) other.receive(client, action);
    return action;
  }

  /**
   * Fetches what has changed since a time, whatever its type, and adds the loaded actions that have not ended. Usually
   * costs one call.
   *
   * @param since - ms since 1970. Changes of the 15 minutes before are asked for, too
   * @returns the actions, each once, and how complete they are
   */
  async fetchChanges(since: number, signal: AbortSignal, priority: Priority = 'click'): Promise<Changes> {
    if (this.#stores.size === 0) this.actions(true);
    const stores = [...this.#stores.values()];
    const unfinished = stores.flatMap((store) => store.unfinished);
    const client = await this.client();
    const ids = unfinished.map(({ id }) => id);
    const changed = await changedSince(client, this.#refreshWay, { since, unfinished: ids, priority }, signal);
    this.#take(client, changed ?? []);
    const all = [...stores.flatMap((store) => store.actions), ...unfinished, ...(changed ?? [])];
    return {
      asOf: Date.now(),
      actions: this.#current(all),
      extent: changed === undefined ? 'tooMany' : this.#refreshWay.by === 'update' ? 'whole' : 'created',
    };
  }

  /** Fetches all actions that have not ended. Costs one call for each {@link PAGE_SIZE} actions. */
  fetchOpen(signal: AbortSignal): Promise<readonly MachineAction[]> {
    return this.#fetchWhere({ statuses: ['Pending', 'InProgress'] }, signal, 'click');
  }

  /** Fetches all actions that were created in a span of time. Costs one call for each {@link PAGE_SIZE} actions. */
  fetchCreated(
    { from, to }: { readonly from: string; readonly to: string },
    signal: AbortSignal,
    priority: Priority,
  ): Promise<readonly MachineAction[]> {
    return this.#fetchWhere({ createdFrom: from, createdBefore: to }, signal, priority);
  }

  async #fetchWhere(
    where: ActionConditions,
    signal: AbortSignal,
    priority: Priority,
  ): Promise<readonly MachineAction[]> {
    const client = await this.client();
    const ask = askFor(client, { liveResponseOnly: false, where, top: PAGE_SIZE }, signal, priority);
    const all: MachineAction[] = [];
    for await (const actions of walkPages(ask, PAGE_SIZE)) all.push(...actions);
    this.#take(client, all);
    return this.#current(all);
  }

  /** Keeps actions that came from no page of a list, and tells each list about those that it knows. */
  #take(client: TenantClient, actions: readonly MachineAction[]): void {
    for (const action of actions) {
      const known = this.#apart.get(action.id);
      if (known === undefined || isNewer(action, known)) this.#apart.set(action.id, action);
    }
    for (const store of this.#stores.values()) store.update(client, actions);
  }

  /** Returns the newest state of actions, each once. */
  #current(actions: readonly MachineAction[]): MachineAction[] {
    const current = new Map(actions.map(({ id }) => [id, this.known(id)]));
    return [...current.values()].filter((action) => action !== undefined);
  }

  /** Returns the loaded actions of live response that are in progress. */
  running(): readonly MachineAction[] {
    const newest = new Map<string, MachineAction>();
    for (const store of this.#stores.values()) {
      for (const action of store.actions) {
        const known = newest.get(action.id);
        // A list that was read earlier may still call a session running that has ended.
        if (known === undefined || changedAt(known) < changedAt(action)) newest.set(action.id, action);
      }
    }
    return [...newest.values()].filter(({ status, type }) => status === 'InProgress' && type === 'LiveResponse');
  }

  /** Returns the newest state of an action that this session has loaded. A list that was read earlier can be behind. */
  known(actionId: string): MachineAction | undefined {
    let newest = this.#apart.get(actionId);
    for (const store of this.#stores.values()) {
      const action = store.get(actionId);
      if (action !== undefined && (newest === undefined || isAfter(action, newest))) newest = action;
    }
    return newest;
  }
}

/** Whether a state is the later one. Of two with the same time, that is the one that has ended. */
function isAfter(action: MachineAction, known: MachineAction): boolean {
  const [at, knownAt] = [changedAt(action), changedAt(known)];
  return at > knownAt || (at === knownAt && isFinished(action) && !isFinished(known));
}

function changedAt({ lastUpdateDateTimeUtc }: MachineAction): number {
  return parseServerTime(lastUpdateDateTimeUtc) ?? 0;
}

/** Sessions of this window, one for each connection. A connection that was changed gets a new session. */
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

  /**
   * Drops the session, so that the next caller gets a new session. The loaded actions belong to the previous account.
   */
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
