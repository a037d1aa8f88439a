import type { ActionPage, MachineAction } from '../defender/schema.ts';
import type { TenantClient } from '../defender/tenantClient.ts';
import type { ActionQuery } from '../defender/list/odata.ts';
import { newestFirst } from '../actions/actionOrder.ts';
import { toConditionTest } from '../actions/actionFilter.ts';
import { Emitter } from '../base/emitter.ts';
import { LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { CLOUDS, resultKey, tenantKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Turns } from '../base/turns.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { Connection } from './connection.ts';
import type { ConnectionList } from './connectionList.ts';

/** A hand-over pack that is open in this window. Everything but the connection and the seal is the pack's word. */
export interface OpenPack {
  readonly connection: Connection;
  /** Cloud and tenant from which its results came. */
  readonly said: { readonly cloud: string; readonly tenantId: string };
  readonly actions: readonly MachineAction[];
  /** Reasons of commands without a result, by `resultKey`. */
  readonly whys: ReadonlyMap<string, string>;
}

type PackConnections = Pick<ConnectionList, 'active' | 'byName' | 'forTenant' | 'hold' | 'onDidChange'>;

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

/** The hand-over packs of this window. They are in memory only, and end with their connections. */
export class Packs {
  readonly #connections: PackConnections;
  readonly #open = new Map<string, OpenPack>();
  readonly #closed = new Emitter<Tenant>();
  #opening: OpenPack | undefined;
  readonly #openings = new Turns();
  #abandoned = new AbortController();

  /** Fires with the identity of a pack whose connection was removed. */
  readonly onDidClose = this.#closed.event;

  constructor(connections: PackConnections) {
    this.#connections = connections;
    connections.onDidChange(() => {
      for (const [key, pack] of this.#open) {
        const { connection } = pack;
        if (pack === this.#opening || connections.byName(connection.name) === connection) continue;
        this.#open.delete(key);
        this.#closed.fire(connection);
      }
    });
  }

  /**
   * Opens one pack after the other: two that open at once could take each other's results away.
   *
   * @param work - opens a pack until its signal is aborted
   */
  inTurn<Answer>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const either = this.untilAbandoned(signal);
    return this.#openings.take(() => {
      throwIfCancelled(either);
      return work(either);
    });
  }

  /** Returns a signal that is also aborted by {@link abandon}. */
  untilAbandoned(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#abandoned.signal]);
  }

  /** Ends all openings: everything is being removed. */
  async abandon(): Promise<void> {
    this.#abandoned.abort();
    this.#abandoned = new AbortController();
    await this.#openings.settle();
  }

  /**
   * Adds a pack and its connection, and makes the connection active.
   *
   * @throws LiveResponseError `managed` if an administrator forbids it
   */
  async add(pack: OpenPack): Promise<void> {
    const key = tenantKey(pack.connection);
    // The list asks for the pack as soon as its connection is active, and other changes of connections can come before.
    this.#opening = pack;
    this.#open.set(key, pack);
    try {
      await this.#connections.hold(pack.connection);
    } catch (error) {
      this.#open.delete(key);
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  of(tenant: Tenant): OpenPack | undefined {
    return this.#open.get(tenantKey(tenant));
  }

  /** Returns why a pack has no result of a command; undefined if it has one, or if no open pack knows the command. */
  whyOf(ref: ResultRef): string | undefined {
    return this.of(ref)?.whys.get(resultKey(ref));
  }

  /**
   * Returns the address under which a result of a note can be read here: its own, or its place in an open pack. What is
   * stored always comes first. A pack stands in for its tenant only where no connection leads to that tenant: otherwise
   * whoever wrote a pack could speak for a tenant that can be asked. It stands in for no other pack, and for no file.
   */
  async resolve<Ref extends ResultRef>(ref: Ref, store: Pick<ResultStore, 'facts' | 'known'>): Promise<Ref> {
    if (this.#open.size === 0 || !CLOUDS.some((cloud) => cloud === ref.cloud) || (await store.facts(ref)) !== undefined)
      return ref;
    if (this.#connections.forTenant(ref) !== undefined) return ref;
    const { active } = this.#connections;
    const found = [...this.#open.values()]
      .filter(({ said }) => said.cloud === ref.cloud && said.tenantId === ref.tenantId)
      .map(({ connection: { cloud, tenantId } }) => ({ ...ref, cloud, tenantId }))
      .filter((one) => store.known(one) !== undefined);
    return found.find((one) => active !== undefined && tenantKey(one) === tenantKey(active)) ?? found[0] ?? ref;
  }

  /**
   * Returns the client of a pack. It lists what the pack holds, and refuses everything that would be a call.
   *
   * @throws LiveResponseError `notInPack` if the pack is not open
   */
  client(connection: Connection): TenantClient {
    const pack = this.of(connection);
    if (pack === undefined) throw new LiveResponseError('notInPack', { reason: 'closed' });
    const actions = newestFirst(pack.actions);
    const refuse = (): Promise<never> => Promise.reject(new LiveResponseError('notInPack'));
    return {
      listMachineActions: (query) =>
        Promise.resolve({ ...pageOf(actions, query), total: undefined, nextLink: undefined }),
      getMachineAction: (actionId) => {
        const action = actions.find(({ id }) => id === actionId);
        return action === undefined ? refuse() : Promise.resolve(action);
      },
      receivedAction: () => undefined,
      readFound: () => undefined,
      // All its results are in memory, unless the thread that holds them has ended.
      fetchResult: (actionId, commandIndex) => {
        const { cloud, tenantId } = connection;
        const isMissing = pack.whys.has(resultKey({ cloud, tenantId, actionId, commandIndex }));
        return Promise.reject(new LiveResponseError('notInPack', isMissing ? {} : { reason: 'closed' }));
      },
      fetchInto: () => refuse,
      fetchPackageInto: () => refuse,
      findMachines: refuse,
      getMachine: refuse,
      getResultLink: refuse,
      getPackageLink: refuse,
      downloadResult: refuse,
    };
  }
}

/** Smallest number of rows of a page. A page costs nothing here, and a run is whole only if all its hosts are loaded. */
const PAGE_SIZE = 1000;

/** Returns the actions that a query asks for, of actions that are sorted as the API sorts them. */
function pageOf(
  all: readonly MachineAction[],
  { liveResponseOnly, machineId, where = {}, since, top, skip }: ActionQuery,
): Pick<ActionPage, 'actions' | 'size'> {
  const isWanted = toConditionTest(where);
  const from = since === undefined ? -Infinity : (parseServerTime(since.time) ?? 0);
  const timeOf = (action: MachineAction): number =>
    parseServerTime(since?.by === 'update' ? action.lastUpdateDateTimeUtc : action.creationDateTimeUtc) ?? 0;
  const found = all.filter(
    (action) =>
      isWanted(action) &&
      (machineId === undefined || action.machineId === machineId) &&
      (!liveResponseOnly || action.type === 'LiveResponse') &&
      timeOf(action) > from,
  );
  if (since?.by === 'update') found.sort((one, other) => timeOf(one) - timeOf(other));
  const size = Math.max(top, PAGE_SIZE);
  return { actions: found.slice(skip, skip + size), size };
}
