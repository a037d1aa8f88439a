import { PAGE_SIZE } from '../actions/actionStore.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import { conditionsOf, searchedHere, toPredicate, without } from '../actions/actionFilter.ts';
import type { ActionFilter } from '../actions/actionFilter.ts';
import { Emitter } from '../base/emitter.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Connection } from './connection.ts';
import type { ConnectionList } from './connectionList.ts';
import type { Sessions } from './sessions.ts';

const MINUTE_MS = 60_000;

/** Number of rows in a page if this window applies part of the filter. One call fetches a page of any size. */
const SEARCH_SIZE = 1000;

/** A connection and one of its lists. */
export interface ShownList {
  readonly connection: Connection;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly actions: ActionStore;
  /** End of relative time spans in the filter, such as the last 24 hours, ms since 1970. */
  readonly now: number;
}

/**
 * The choice of a list: the active connection, the types of action and the filter. The view shows the chosen list, and
 * commands work on it.
 */
export class ShownActions {
  readonly #connections: ConnectionList;
  readonly #sessions: Sessions;
  readonly #changed = new Emitter<ShownList | undefined>();
  readonly #subscription: { readonly dispose: () => unknown };
  #liveResponseOnly = true;
  #filter: ActionFilter = {};
  #shown: ShownList | undefined;

  /** Fires when another list is chosen, or the same list with another filter. */
  readonly onDidChange = this.#changed.event;

  constructor(connections: ConnectionList, sessions: Sessions) {
    this.#connections = connections;
    this.#sessions = sessions;
    this.#subscription = connections.onDidChange(() => {
      // A filter for one tenant does not apply to another tenant, because devices have other ids there.
      if (this.#shown !== undefined && this.#shown.connection.name !== connections.active?.name) this.#filter = {};
      this.#choose();
    });
  }

  /** The chosen list with its connection; undefined without a connection. */
  get shown(): ShownList | undefined {
    return this.#shown;
  }

  /** The chosen list; undefined without a connection. */
  get list(): ActionStore | undefined {
    return this.#shown?.actions;
  }

  get filter(): ActionFilter {
    return this.#filter;
  }

  get liveResponseOnly(): boolean {
    return this.#liveResponseOnly;
  }

  /** Number of rows in the next page. */
  get pageSize(): number {
    return searchedHere(this.#filter).length === 0 ? PAGE_SIZE : SEARCH_SIZE;
  }

  /** The loaded actions that can be shown as rows. The part of the filter that this window applies is ignored. */
  get reachable(): readonly MachineAction[] {
    const isWanted = toPredicate(withoutSearch(this.#filter), Date.now());
    return this.list?.actions.filter(isWanted) ?? [];
  }

  /** Chooses live response sessions only, or all types of machine action. */
  showTypes(liveResponseOnly: boolean): void {
    this.#liveResponseOnly = liveResponseOnly;
    this.#choose();
  }

  /** Applies a filter. Costs one call if the API checks part of the filter and the matching list is not loaded yet. */
  showFiltered(filter: ActionFilter): void {
    this.#filter = filter;
    this.#choose();
  }

  /** Keeps only the part of the filter that the API checks. */
  dropSearch(): void {
    this.showFiltered(withoutSearch(this.#filter));
  }

  /** Chooses again if this connection is the active connection, after its session was renewed. */
  reload(connection: Connection): void {
    if (this.#connections.active === connection) this.#choose();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #choose(): void {
    const { active } = this.#connections;
    // The time is rounded down to the minute, so that the same filter uses the same list during that minute.
    const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    this.#shown =
      active === undefined
        ? undefined
        : {
            connection: active,
            tenant: { cloud: active.cloud, tenantId: active.tenantId },
            actions: this.#sessions.of(active).actions(this.#liveResponseOnly, conditionsOf(this.#filter, now)),
            now,
          };
    this.#changed.fire(this.#shown);
  }
}

/** Returns the part of a filter that the API checks. */
function withoutSearch(filter: ActionFilter): ActionFilter {
  return searchedHere(filter).reduce(without, filter);
}
