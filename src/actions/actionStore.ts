import type { DefenderClient } from '../defender/client.ts';
import { systemClock } from '../base/clock.ts';
import type { ActionConditions, ActionQuery } from '../defender/list/odata.ts';
import { askFor, ListPlace, PageAllowance, walkPages } from '../defender/list/paging.ts';
import type { NextRows } from '../defender/list/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Priority } from '../base/urgency.ts';
import { toConditionTest } from './actionFilter.ts';
import { ApartActions } from './apartActions.ts';
import { isNewer, newestFirst, placeAt } from './actionOrder.ts';
import { changedActions } from './changedActions.ts';
import { NewestTimes } from './newestTimes.ts';
import type { RefreshWay } from './changedActions.ts';
import { isFinished } from '../model/machineAction.ts';
import { LoadTurns } from './loadTurns.ts';
import { Emitter } from '../base/emitter.ts';
import { SharedWork } from '../base/sharedWork.ts';
import type { FoundAction, HeardAction } from './foundAction.ts';

/** Number of rows of one page. A page fills a screen or two, and costs one call. */
export const PAGE_SIZE = 50;
/**
 * Number of rows of one page when all actions of a time span are loaded. The pages are larger, because nobody looks at
 * them as pages. They cost fewer calls, and the size of an answer is still limited.
 */
const SPAN_PAGE_SIZE = 1000;
/**
 * Maximum number of rows that are loaded at once if the server does not support a sort order. All pages are needed
 * then, because any page may contain the newest row.
 */
const MAX_UNORDERED = 10_000;

type Part = Pick<ActionQuery, 'machineId' | 'where' | 'top'>;

export type ListState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'loaded'; readonly hasMore: boolean }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A change to the list: the ids of the changed actions, or `list` if the list itself changed. */
export type ActionChange = { readonly ids: readonly string[] } | 'list';

/** The loaded machine actions of one connection, newest first, without duplicates. */
export class ActionStore {
  readonly #client: () => Promise<DefenderClient>;
  readonly #where: ActionConditions;
  readonly #way: RefreshWay;
  readonly #ended = new Emitter<readonly MachineAction[]>();
  readonly #found = new Emitter<readonly FoundAction[]>();
  readonly #changed = new Emitter<ActionChange>();
  readonly #byId = new Map<string, MachineAction>();
  /** Actions that were fetched one by one, and are in no page. */
  readonly #apart = new ApartActions();
  /** Actions of stored results. They are the list as long as it could not be loaded. */
  #offline: ReadonlyMap<string, MachineAction> = new Map();
  /**
   * Ids of actions from pages of the list, not from loads by device or by id. Their number determines the place of the
   * next page.
   */
  readonly #listed = new Set<string>();
  /** For each action, the number of the last refresh that returned it. */
  readonly #turns = new Map<string, number>();
  readonly #newest = new NewestTimes();
  #oldestListed = Infinity;
  #isUnordered = false;
  #turn = 0;
  #sorted: readonly MachineAction[] | undefined;
  #state: ListState = { kind: 'unknown' };
  #place = new ListPlace();
  readonly #loads = new LoadTurns();
  readonly #devices = new Map<string, SharedWork<void>>();
  /** IDs of the devices of which all actions of this list are loaded. */
  readonly wholeDevices = new Set<string>();

  readonly liveResponseOnly: boolean;
  readonly onDidChange = this.#changed.event;
  /** Fires when unfinished actions have ended. Actions from the same answer are reported together. */
  readonly onDidEnd = this.#ended.event;
  /**
   * Fires when a call returns actions that were unknown or have changed, because other windows may not know them
   * either. Fires before the actions are merged.
   */
  readonly onDidFind = this.#found.event;
  /** Time when the list was created, before its first request, by the local clock, ms since 1970. */
  readonly since: number = systemClock.now();

  /**
   * @param conditions - `where`: the server's conditions for actions in the list
   * @param way - the kind of time by which this connection's server is asked for changes; shared with the connection's
   *   other lists
   */
  constructor(
    client: () => Promise<DefenderClient>,
    liveResponseOnly: boolean,
    { where = {} }: { readonly where?: ActionConditions } = {},
    way: RefreshWay = { by: 'update' },
  ) {
    this.#client = client;
    this.liveResponseOnly = liveResponseOnly;
    this.#where = where;
    this.#way = way;
  }

  get state(): ListState {
    return this.#state;
  }

  /** Gets all loaded actions that belong to the list, newest first. */
  get actions(): readonly MachineAction[] {
    const all = (): MachineAction[] => [...new Map([...this.#offline, ...this.#byId]).values()];
    this.#sorted ??= newestFirst(all().filter((action) => this.#belongs(action)));
    return this.#sorted;
  }

  /** Gets a loaded action, even if it is in no page of the list. */
  get(actionId: string): MachineAction | undefined {
    return this.#byId.get(actionId) ?? this.#apart.get(actionId) ?? this.#offline.get(actionId);
  }

  /** Shows the actions of stored results, each once, until the list can be loaded. Called only after a failure. */
  showOffline(actions: readonly MachineAction[]): void {
    this.#offline = new Map(actions.map((action) => [action.id, action]));
    this.#sorted = undefined;
    this.#changed.fire('list');
  }

  /**
   * Time since which the list is complete, ms since 1970. -Infinity if all pages are loaded. Undefined if no page is
   * loaded. Infinity if the list has no sort order and pages are missing.
   */
  get wholeSince(): number | undefined {
    if (this.#state.kind !== 'loaded') return undefined;
    if (!this.#state.hasMore) return -Infinity;
    return this.#isUnordered ? Infinity : this.#oldestListed;
  }

  /** Gets all loaded actions that have not ended, even if they are in no page of the list. */
  get unfinished(): readonly MachineAction[] {
    return [...this.#byId.values(), ...this.#apart.values()].filter((action) => !isFinished(action));
  }

  get #hasMore(): boolean {
    return this.#state.kind === 'loaded' && this.#state.hasMore;
  }

  /** Loads the first page if nothing was loaded yet. A second caller during the load waits for the same answer. */
  ensureLoaded(signal: AbortSignal): Promise<void> {
    if (this.#state.kind === 'loaded') return Promise.resolve();
    return this.#loads.run('first', signal, (shared) => this.#loadFirst(shared));
  }

  /**
   * Fetches actions that are new or have changed since the newest known update. Costs one call. Merges the actions by
   * id, and keeps the loaded pages.
   */
  refresh(signal: AbortSignal): Promise<void> {
    return this.#loads.run('first', signal, (shared) => this.#loadNews(shared, 'click'));
  }

  /**
   * Does the same as {@link refresh}, but as background work. Does nothing if no list is loaded, or if a load is
   * running.
   */
  async poll(signal: AbortSignal): Promise<void> {
    if (this.#state.kind === 'loaded' && !this.#loads.isUnderWay) await this.#loadNews(signal, 'background');
  }

  /** Merges actions that another window found, by id, like a {@link poll}. Makes no call. */
  async hear(heard: readonly HeardAction[]): Promise<void> {
    const client = await this.#client();
    if (this.#state.kind !== 'loaded') return;
    const news = heard.flatMap(({ actionId, text, received }) => {
      const known = this.get(actionId);
      const own = known === undefined ? undefined : client.receivedAction(known);
      // The action does not differ from the known action, or this window has received a newer answer.
      if (own?.text === text || (own?.receivedAt ?? 0) > (received?.receivedAt ?? Infinity)) return [];
      return client.readFound(text, received) ?? [];
    });
    const isListed = toConditionTest(this.#where);
    this.#take(news, (action) => this.#belongs(action) && isListed(action));
  }

  /**
   * Appends the next page.
   * @param size - number of rows of the page. It is larger for a list whose filter the API cannot check
   */
  loadMore(signal: AbortSignal, size: number = PAGE_SIZE): Promise<void> {
    return this.#loads.run('more', signal, (shared) => this.#loadNext(shared, size));
  }

  async #loadNext(signal: AbortSignal, size: number, priority: Priority = 'click'): Promise<void> {
    const page = await this.#page(this.#place, signal, size, priority);
    this.#merge(page.actions, true, page.hasMore);
  }

  /** Loads all actions of a device, page by page. A second call during the load shares it. */
  async loadDevice(machineId: string, signal: AbortSignal): Promise<void> {
    const load =
      this.#devices.get(machineId) ?? new SharedWork((shared) => this.#loadAll({ machineId, top: PAGE_SIZE }, shared));
    this.#devices.set(machineId, load);
    await load.join(signal, () => {
      if (this.#devices.get(machineId) === load) this.#devices.delete(machineId);
    });
    this.wholeDevices.add(machineId);
  }

  /** Loads all actions that were created in a span of time. Costs one call for each {@link SPAN_PAGE_SIZE} actions. */
  loadSpan(
    span: { readonly from: string; readonly before: string },
    signal: AbortSignal,
    allowance = new PageAllowance(),
    priority: Priority = 'click',
  ): Promise<void> {
    const where = { ...this.#where, createdFrom: span.from, createdBefore: span.before };
    return this.#loadAll({ where, top: SPAN_PAGE_SIZE }, signal, allowance, priority);
  }

  /** Fetches the current state of an action. Costs one call. */
  async fetch(actionId: string, signal: AbortSignal, priority: Priority = 'click'): Promise<MachineAction> {
    const client = await this.#client();
    const action = await client.getMachineAction(actionId, signal, priority);
    this.receive(client, action);
    return action;
  }

  /** Stores an action that was fetched alone. */
  receive(client: DefenderClient, action: MachineAction): void {
    this.#tellFound(client, [action]);
    // The action joins the list only when a page contains it. Otherwise the list would show an old action directly
    // after the newest loaded actions, as if none were missing between them.
    if (this.#byId.has(action.id)) this.#merge([action], false);
    else this.#apart.set(action);
  }

  /** Merges changes of actions that are known here. Other actions are left out. */
  update(client: DefenderClient, changes: readonly MachineAction[]): void {
    this.#tellFound(client, changes);
    this.#renewApart(changes);
    const listed = changes.filter(({ id }) => this.#byId.has(id));
    if (listed.length > 0) this.#merge(listed, false);
  }

  /** Updates actions that are in no page. */
  #renewApart(news: readonly MachineAction[]): void {
    const ended = this.#apart.renew(news.filter(({ id }) => !this.#byId.has(id)));
    if (ended.length > 0) this.#ended.fire(ended);
  }

  async #loadAll(part: Part, signal: AbortSignal, allowance = new PageAllowance(), priority?: Priority): Promise<void> {
    const client = await this.#client();
    const ask = askFor(client, { ...this.#query(part.top), ...part }, signal, priority);
    for await (const actions of walkPages(ask, part.top, allowance)) {
      this.#tellFound(client, actions);
      this.#merge(actions, false);
    }
  }

  async #loadNews(signal: AbortSignal, priority: Priority): Promise<void> {
    if (this.#state.kind !== 'loaded') {
      await this.#loadFirst(signal, priority);
      return;
    }
    const unfinished = this.unfinished
      .map(({ id }) => id)
      .sort((one, other) => (this.#turns.get(one) ?? 0) - (this.#turns.get(other) ?? 0));
    const known = {
      liveResponseOnly: this.liveResponseOnly,
      where: this.#where,
      newest: this.#newest,
      unfinished,
    };
    const client = await this.#client();
    const news = await changedActions(client, this.#way, known, signal, priority);
    if (news === undefined) {
      await this.#loadFirst(signal, priority);
      return;
    }
    this.#newest.advance(news);
    this.#turn++;
    for (const { id } of news) this.#turns.set(id, this.#turn);
    this.#tellFound(client, news, true);
    this.#take(news);
  }

  /**
   * Merges changes into the list.
   * @param isListed - whether the server's list contains an action; always true for answers to a query of the list
   */
  #take(news: readonly MachineAction[], isListed: (action: MachineAction) => boolean = () => true): void {
    // An old action from a page that is not loaded may have changed. It is left out, because it would appear directly
    // after the last row, although other rows are missing between them.
    const oldest = this.#hasMore && !this.#isUnordered ? this.#oldestListed : -Infinity;
    const fitting = news.filter(
      (action) => this.#byId.has(action.id) || (this.#fits(action) && placeAt(action) > oldest && isListed(action)),
    );
    this.#renewApart(news);
    // The link to the next page counts from the newest row, so it is not valid after new rows.
    if (fitting.some(({ id }) => !this.#listed.has(id))) this.#place.forgetLink();
    this.#merge(fitting, (action) => placeAt(action) > oldest);
  }

  async #loadFirst(signal: AbortSignal, priority: Priority = 'click'): Promise<void> {
    try {
      const place = new ListPlace();
      const page = await this.#page(place, signal, PAGE_SIZE, priority);
      const overlaps = this.#listed.size === 0 || page.actions.some((action) => this.#listed.has(action.id));
      // More actions are new than a page contains. The old pages are dropped, because the missing actions between them
      // and the new page would not be visible.
      if (!overlaps && page.hasMore) this.#clear();
      const isFirst = this.#listed.size === 0;
      // The link to the next page counts from the newest row. After a refresh, it would lead to rows that are already
      // loaded.
      if (isFirst) this.#place = place;
      else this.#place.forgetLink();
      this.#newest.advance(page.actions);
      this.#merge(page.actions, true, isFirst ? page.hasMore : this.#hasMore);
      // Without a sort order, the first page can contain any rows. So all rows are loaded, and this client sorts them.
      while (this.#isUnordered && this.#hasMore && this.#listed.size < MAX_UNORDERED) {
        await this.#loadNext(signal, SPAN_PAGE_SIZE, priority);
      }
    } catch (error) {
      if (this.#state.kind !== 'loaded') {
        this.#state = { kind: 'failed', error };
        this.#changed.fire('list');
      }
      throw error;
    }
  }

  #query(top: number): Omit<ActionQuery, 'skip'> {
    const query = { liveResponseOnly: this.liveResponseOnly, top };
    return Object.keys(this.#where).length === 0 ? query : { ...query, where: this.#where };
  }

  /** Loads the first page if nothing was loaded yet, else the page after the listed rows. */
  async #page(place: ListPlace, signal: AbortSignal, size: number, priority: Priority = 'click'): Promise<NextRows> {
    const client = await this.#client();
    const isFurther = place === this.#place;
    const page = await place.next({
      ask: askFor(client, this.#query(size), signal, priority),
      size,
      skip: isFurther ? this.#skip : 0,
      isKnown: (id) => isFurther && this.#listed.has(id),
    });
    if (page.isUnordered) this.#isUnordered = true;
    // Unknown actions of a further page are old, so they are not reported as new. Unknown actions of the very first
    // page are not reported as new either.
    this.#tellFound(client, page.actions, !isFurther && this.#listed.size > 0);
    return page;
  }

  /** Reports what a call found. @param isNew - whether unknown actions are reported as new */
  #tellFound(client: DefenderClient, actions: readonly MachineAction[], isNew = false): void {
    const found = actions.filter((action) => {
      const known = this.get(action.id);
      return known === undefined ? isNew : isNewer(action, known);
    });
    if (found.length > 0)
      this.#found.fire(found.map((action) => ({ action, received: client.receivedAction(action) })));
  }

  /**
   * Number of loaded rows that the server's list still contains. An action that does not have a wanted status any more
   * is not counted.
   */
  get #skip(): number {
    if (this.#where.statuses === undefined) return this.#listed.size;
    return [...this.#listed].filter((id) => this.#fits(this.#byId.get(id))).length;
  }

  #belongs(action: MachineAction): boolean {
    if (this.#offline.size > 0 && !toConditionTest(this.#where)(action)) return false;
    // An action without a type belongs to the list, because only actions of the right type were requested.
    return this.#where.type !== undefined || !this.liveResponseOnly || ['LiveResponse', ''].includes(action.type);
  }

  #fits(action: MachineAction | undefined): boolean {
    return action !== undefined && (this.#where.statuses?.includes(action.status) ?? true);
  }

  /**
   * Merges actions by id.
   * @param listed - whether an action came from a page of the list
   * @param hasMore - whether the list has further pages; undefined if the actions do not show this
   */
  #merge(
    actions: readonly MachineAction[],
    listed: boolean | ((action: MachineAction) => boolean),
    hasMore?: boolean,
  ): void {
    const changed: string[] = [];
    const ended: MachineAction[] = [];
    const state: ListState = hasMore === undefined ? this.#state : { kind: 'loaded', hasMore };
    let joined = JSON.stringify(this.#state) !== JSON.stringify(state);
    for (const action of actions) {
      const known = this.#byId.get(action.id);
      if (known === undefined) {
        joined = true;
        this.#byId.set(action.id, action);
      } else if (isNewer(action, known)) {
        changed.push(action.id);
        if (!isFinished(known) && isFinished(action)) ended.push(action);
        this.#byId.set(action.id, action);
      }
      this.#apart.delete(action.id);
      if (typeof listed === 'boolean' ? !listed : !listed(action)) continue;
      this.#listed.add(action.id);
      this.#oldestListed = Math.min(this.#oldestListed, placeAt(action));
    }
    this.#sorted = undefined;
    this.#state = state;
    if (state.kind === 'loaded') this.#offline = new Map();
    if (joined) this.#changed.fire('list');
    if (changed.length > 0) this.#changed.fire({ ids: changed });
    if (ended.length > 0) this.#ended.fire(ended);
  }

  #clear(): void {
    for (const kept of [this.#byId, this.#listed, this.#newest, this.wholeDevices]) kept.clear();
    this.#sorted = undefined;
    this.#oldestListed = Infinity;
  }
}
