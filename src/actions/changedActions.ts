import type { Priority } from '../defender/calls/budget.ts';
import type { DefenderClient } from '../defender/client.ts';
import { isLiveResponseError, mayBeUnsupported } from '../base/errors.ts';
import type { ActionConditions, ActionQuery } from '../defender/list/odata.ts';
import { askFor, walkPages } from '../defender/list/paging.ts';
import type { AskPage } from '../defender/list/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';

/**
 * The kind of time by which the client asks a connection's server for changes: the last update or the creation. All
 * lists of the connection share it. It becomes the creation when the server does not support the last update.
 */
export interface RefreshWay {
  by: 'update' | 'creation';
}

/**
 * Length of the time before the newest known update for which changes are requested again, ms. It is needed because
 * updates can appear in the list out of order.
 */
export const OVERLAP_MS = 15 * 60_000;
/** Maximum page size of the service. If more actions have changed, the list is loaded from the start. */
const MOST = 10_000;
/**
 * Maximum number of pages of one refresh. If the service needs more pages, loading the first page of the list is
 * cheaper.
 */
const MOST_PAGES = 10;
/**
 * Maximum number of actions that a refresh fetches one by one. They are fetched if the server cannot list changed
 * actions.
 */
const MOST_SINGLE = 10;

/** The state of a list before its changes are requested. */
export interface KnownList {
  readonly liveResponseOnly: boolean;
  readonly where: ActionConditions;
  /** Newest server times of the loaded actions, ms since 1970: of their last update and of their creation. */
  readonly newest: Readonly<Record<RefreshWay['by'], number | undefined>>;
  /** Ids of known actions that have not ended. The action that was not refreshed for the longest time is first. */
  readonly unfinished: readonly string[];
}

/** A time from which changes are asked for, with {@link OVERLAP_MS} before it. */
export interface ChangesQuery {
  /** Ms since 1970. */
  readonly since: number;
  /** Ids of actions that are asked for one by one if the server cannot list changed actions. */
  readonly unfinished: readonly string[];
  readonly priority: Priority;
}

/**
 * Fetches all actions, of any type, that have changed since a time.
 *
 * @returns undefined if more actions have changed than are loaded at once
 */
export async function changedSince(
  client: DefenderClient,
  way: RefreshWay,
  { since, unfinished, priority }: ChangesQuery,
  signal: AbortSignal,
): Promise<readonly MachineAction[] | undefined> {
  const newest = { update: since, creation: since };
  const known = { liveResponseOnly: false, where: {}, newest, unfinished };
  return changedActions(client, way, known, signal, priority);
}

/** The inputs of one refresh. */
interface Refresh {
  readonly client: DefenderClient;
  readonly known: KnownList;
  readonly signal: AbortSignal;
  readonly priority: Priority;
}

/** The result of one query for changes. */
interface Changed {
  /** Undefined if there is no time to start from, or if more actions have changed than a refresh can load. */
  readonly actions: readonly MachineAction[] | undefined;
  /** Whether the server returned rows that were not requested. It then ignores the condition on the last update. */
  readonly isIgnored: boolean;
  /** Whether the server accepted the query only with fewer rows. */
  readonly hasFewerRows: boolean;
}

/**
 * Fetches all actions that are new or have changed. Needs one call if the server accepts the query, and one more for
 * each next link. Public clients of the API use the query by the last update, but it is not documented. A server may
 * refuse it with one of several statuses, or ignore it. Such a server does so every time. From then on this client asks
 * it by time of creation.
 *
 * @returns undefined if there is no time to start from, or if more actions have changed than a refresh can load
 * @throws LiveResponseError any error of the client
 */
export async function changedActions(
  client: DefenderClient,
  way: RefreshWay,
  known: KnownList,
  signal: AbortSignal,
  priority: Priority,
): Promise<readonly MachineAction[] | undefined> {
  const refresh: Refresh = { client, known, signal, priority };
  if (way.by === 'creation') return (await changedBy('creation', refresh)).actions;
  try {
    const { actions, isIgnored } = await changedBy('update', refresh);
    if (isIgnored) way.by = 'creation';
    return actions;
  } catch (error) {
    if (!mayBeUnsupported(error)) throw error;
    return fallBack(way, refresh, error);
  }
}

/** Asks for changes by time of creation. If that succeeds, later refreshes also ask by time of creation. */
async function fallBack(
  way: RefreshWay,
  refresh: Refresh,
  refusal: unknown,
): Promise<readonly MachineAction[] | undefined> {
  try {
    const { actions, hasFewerRows } = await changedBy('creation', refresh);
    if (hasFewerRows) {
      // The server may have refused only the number of rows. The client now knows the number that the server accepts,
      // so it asks by the last update again.
      const again = await changedBy('update', refresh).catch(ifUnsupported);
      if (again !== undefined) return again.actions;
    }
    way.by = 'creation';
    return actions;
  } catch (error) {
    throw mayBeUnsupported(error) ? refusal : error;
  }
}

function ifUnsupported(error: unknown): undefined {
  if (!mayBeUnsupported(error)) throw error;
}

async function changedBy(by: RefreshWay['by'], refresh: Refresh): Promise<Changed> {
  const { known } = refresh;
  const newest = known.newest[by];
  if (newest === undefined) return { actions: undefined, isIgnored: false, hasFewerRows: false };
  const since = newest - OVERLAP_MS;
  const listed = await listAll(refresh, {
    liveResponseOnly: known.liveResponseOnly,
    where: withoutStates(known.where),
    since: { by, time: new Date(since).toISOString() },
    top: MOST,
  });
  const isIgnored = by === 'update' && listed.rows.some((action) => (updatedAt(action) ?? Infinity) < since);
  const { hasFewerRows } = listed;
  if (listed.isTooMuch) return { actions: undefined, isIgnored, hasFewerRows };
  const single = by === 'update' ? [] : await getSingly(refresh, listed.rows);
  return { actions: [...listed.rows, ...single], isIgnored, hasFewerRows };
}

function updatedAt(action: MachineAction): number | undefined {
  return parseServerTime(action.lastUpdateDateTimeUtc);
}

/** Removes the condition on statuses, because an action whose status has changed must be returned, too. */
function withoutStates(where: ActionConditions): ActionConditions {
  return Object.fromEntries(Object.entries(where).filter(([name]) => name !== 'statuses'));
}

interface Listed {
  readonly rows: readonly MachineAction[];
  readonly isTooMuch: boolean;
  readonly hasFewerRows: boolean;
}

async function listAll({ client, signal, priority }: Refresh, query: Omit<ActionQuery, 'skip'>): Promise<Listed> {
  const rows: MachineAction[] = [];
  let pages = 0;
  let hasFewerRows = false;
  const askPage = askFor(client, query, signal, priority);
  const ask: AskPage = async (...place) => {
    const page = await askPage(...place);
    if ((page.size ?? query.top) < query.top) hasFewerRows = true;
    return page;
  };
  for await (const page of walkPages(ask, query.top)) {
    rows.push(...page);
    pages++;
    if (rows.length >= MOST || pages === MOST_PAGES) return { rows, isTooMuch: true, hasFewerRows };
  }
  return { rows, isTooMuch: false, hasFewerRows };
}

async function getSingly(
  { client, known, signal, priority }: Refresh,
  listed: readonly MachineAction[],
): Promise<readonly MachineAction[]> {
  const here = new Set(listed.map(({ id }) => id));
  const found: MachineAction[] = [];
  for (const id of known.unfinished.filter((one) => !here.has(one)).slice(0, MOST_SINGLE)) {
    try {
      found.push(await client.getMachineAction(id, signal, priority));
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'notFound') throw error;
    }
  }
  return found;
}

/** Returns the later of two server times, ms since 1970, or undefined if there is none. */
export function later(known: number | undefined, text: string | null): number | undefined {
  const time = parseServerTime(text);
  if (time === undefined) return known;
  return known === undefined ? time : Math.max(known, time);
}
