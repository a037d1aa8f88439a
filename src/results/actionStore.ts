import type { DefenderClient } from '../defender/client.ts';
import { throwIfCancelled } from '../defender/errors.ts';
import type { ActionQuery } from '../defender/odata.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Priority } from '../defender/urgency.ts';
import { parseServerTime } from '../defender/serverTime.ts';
import { Emitter } from './emitter.ts';
import { SharedWork } from '../defender/sharedWork.ts';

/** Rows of one page: a screen or two, and one call. */
export const PAGE_SIZE = 50;
/** Of a span nobody looks at the rows: few calls, and answers that stay bounded. */
const SPAN_PAGE_SIZE = 1000;

export type ListState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'loaded'; readonly hasMore: boolean }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What changed: the ids of these actions, or the list itself. */
export type ActionChange = { readonly ids: readonly string[] } | 'list';

interface Load {
  readonly kind: 'first' | 'more';
  readonly work: SharedWork<void>;
}

/** The machine actions of one connection, as far as they were loaded: newest first, each once. */
export class ActionStore {
  readonly #client: () => Promise<DefenderClient>;
  readonly #changed = new Emitter<ActionChange>();
  readonly #byId = new Map<string, MachineAction>();
  /** Asked for one by one. */
  readonly #apart = new Map<string, MachineAction>();
  /** Ids that came in pages of the list, and not by device or one by one: paging counts on them. */
  readonly #listed = new Set<string>();
  #sorted: readonly MachineAction[] | undefined;
  #state: ListState = { kind: 'unknown' };
  #nextLink: string | undefined;
  #underWay: Load | undefined;
  readonly #devices = new Map<string, SharedWork<void>>();

  readonly liveResponseOnly: boolean;
  readonly onDidChange = this.#changed.event;

  constructor(client: () => Promise<DefenderClient>, liveResponseOnly: boolean) {
    this.#client = client;
    this.liveResponseOnly = liveResponseOnly;
  }

  get state(): ListState {
    return this.#state;
  }

  /** Everything loaded that belongs in the list, newest first. */
  get actions(): readonly MachineAction[] {
    this.#sorted ??= [...this.#byId.values()]
      .filter((action) => !this.liveResponseOnly || action.type === 'LiveResponse')
      .map((action) => ({ action, created: parseServerTime(action.creationDateTimeUtc) ?? 0 }))
      .sort((one, other) => other.created - one.created || (one.action.id < other.action.id ? -1 : 1))
      .map(({ action }) => action);
    return this.#sorted;
  }

  /** An action that was loaded in any way. */
  get(actionId: string): MachineAction | undefined {
    return this.#byId.get(actionId) ?? this.#apart.get(actionId);
  }

  /** Back to when the list is whole, ms since 1970: -Infinity where all pages are loaded, undefined where none is. */
  get wholeSince(): number | undefined {
    if (this.#state.kind !== 'loaded') return undefined;
    if (!this.#state.hasMore) return -Infinity;
    let oldest: number | undefined;
    for (const id of this.#listed) {
      const created = parseServerTime(this.#byId.get(id)?.creationDateTimeUtc) ?? Infinity;
      oldest = Math.min(oldest ?? Infinity, created);
    }
    return oldest;
  }

  get #hasMore(): boolean {
    return this.#state.kind === 'loaded' && this.#state.hasMore;
  }

  /** Loads the first page where nothing was loaded yet. Asked again while that runs, it waits for the same answer. */
  ensureLoaded(signal: AbortSignal): Promise<void> {
    if (this.#state.kind === 'loaded') return Promise.resolve();
    return this.#one('first', signal, (shared) => this.#loadFirst(shared));
  }

  /** Asks for the newest page and merges it by id. Pages that were loaded stay. */
  refresh(signal: AbortSignal): Promise<void> {
    return this.#one('first', signal, (shared) => this.#loadFirst(shared));
  }

  /** Appends the next page. */
  loadMore(signal: AbortSignal): Promise<void> {
    return this.#one('more', signal, async (shared) => {
      const page = await this.#page(this.#listed.size, shared, this.#nextLink);
      this.#nextLink = page.nextLink;
      this.#merge(page.actions, true, page.hasMore);
    });
  }

  /** Loads all actions of a device, page by page. Asked twice at once, it loads them once. */
  loadDevice(machineId: string, signal: AbortSignal): Promise<void> {
    const load = this.#devices.get(machineId) ?? new SharedWork((shared) => this.#loadDevice(machineId, shared));
    this.#devices.set(machineId, load);
    return load.join(signal, () => {
      if (this.#devices.get(machineId) === load) this.#devices.delete(machineId);
    });
  }

  /** Loads all actions that were created in a span of time: one call for each {@link SPAN_PAGE_SIZE} of them. */
  loadSpan(created: NonNullable<ActionQuery['created']>, signal: AbortSignal): Promise<void> {
    return this.#loadAll({ created }, SPAN_PAGE_SIZE, signal);
  }

  /** An action as the server has it now: one call. */
  async fetch(actionId: string, signal: AbortSignal, priority: Priority = 'click'): Promise<MachineAction> {
    const client = await this.#client();
    const action = await client.getMachineAction(actionId, signal, priority);
    // It joins the list only once a page brings it: a lone old action amid the newest would look like the next one.
    if (this.#byId.has(action.id)) this.#merge([action], false);
    else this.#apart.set(action.id, action);
    return action;
  }

  #loadDevice(machineId: string, signal: AbortSignal): Promise<void> {
    return this.#loadAll({ machineId }, PAGE_SIZE, signal);
  }

  async #loadAll(part: Pick<ActionQuery, 'machineId' | 'created'>, top: number, signal: AbortSignal): Promise<void> {
    const client = await this.#client();
    let nextLink: string | undefined;
    for (let skip = 0, more = true; more;) {
      const query: ActionQuery = { liveResponseOnly: this.liveResponseOnly, ...part, top, skip };
      const page = await client.listMachineActions(query, signal, nextLink);
      nextLink = page.nextLink;
      skip += page.actions.length;
      more = nextLink !== undefined || page.actions.length >= top;
      this.#merge(page.actions, false);
    }
  }

  async #loadFirst(signal: AbortSignal): Promise<void> {
    try {
      const page = await this.#page(0, signal);
      const overlaps = this.#listed.size === 0 || page.actions.some((action) => this.#listed.has(action.id));
      // More came than one page holds: keeping the old pages would leave a gap that nothing shows.
      if (!overlaps && page.hasMore) this.#clear();
      const isFirst = this.#listed.size === 0;
      // A next link counts from the newest row: after a refresh it would lead into what is loaded already.
      this.#nextLink = isFirst ? page.nextLink : undefined;
      this.#merge(page.actions, true, isFirst ? page.hasMore : this.#hasMore);
    } catch (error) {
      if (this.#state.kind !== 'loaded') {
        this.#state = { kind: 'failed', error };
        this.#changed.fire('list');
      }
      throw error;
    }
  }

  async #page(
    skip: number,
    signal: AbortSignal,
    nextLink?: string,
  ): Promise<{ actions: readonly MachineAction[]; hasMore: boolean; nextLink: string | undefined }> {
    const client = await this.#client();
    const query: ActionQuery = { liveResponseOnly: this.liveResponseOnly, top: PAGE_SIZE, skip };
    const page = await client.listMachineActions(query, signal, nextLink);
    return { ...page, hasMore: page.nextLink !== undefined || page.actions.length >= PAGE_SIZE };
  }

  /** @param hasMore - undefined where the actions say nothing about the list's pages */
  #merge(actions: readonly MachineAction[], listed: boolean, hasMore?: boolean): void {
    const changed: string[] = [];
    const state: ListState = hasMore === undefined ? this.#state : { kind: 'loaded', hasMore };
    let joined = JSON.stringify(this.#state) !== JSON.stringify(state);
    for (const action of actions) {
      const known = this.#byId.get(action.id);
      if (known === undefined) joined = true;
      else if (JSON.stringify(known) !== JSON.stringify(action)) changed.push(action.id);
      this.#byId.set(action.id, action);
      if (listed) this.#listed.add(action.id);
    }
    this.#sorted = undefined;
    this.#state = state;
    if (joined) this.#changed.fire('list');
    if (changed.length > 0) this.#changed.fire({ ids: changed });
  }

  #clear(): void {
    this.#byId.clear();
    this.#listed.clear();
    this.#sorted = undefined;
  }

  /**
   * One load at a time. A second gesture of the same kind waits for the first one's answer instead of spending another
   * call; one of another kind waits for its turn.
   */
  async #one(kind: Load['kind'], signal: AbortSignal, start: (shared: AbortSignal) => Promise<void>): Promise<void> {
    for (let other = this.#underWay; other !== undefined && other.kind !== kind; other = this.#underWay) {
      // Its failure is told to whoever asked for it.
      await other.work.join(signal, () => undefined).catch(() => undefined);
      throwIfCancelled(signal);
      if (this.#underWay === other) this.#underWay = undefined;
    }
    const load = this.#underWay ?? { kind, work: new SharedWork(start) };
    this.#underWay = load;
    await load.work.join(signal, () => {
      if (this.#underWay === load) this.#underWay = undefined;
    });
  }
}
