import type { Priority } from '../defender/calls/budget.ts';
import type { DefenderClient } from '../defender/client.ts';
import { isLiveResponseError, mayBeUnsupported } from '../base/errors.ts';
import type { ActionConditions, ActionQuery } from '../defender/list/odata.ts';
import { askFor, walkPages } from '../defender/list/paging.ts';
import type { AskPage } from '../defender/list/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';

/** What a connection's server takes for "since"; shared by all lists of the connection, and learned once. */
export interface RefreshWay {
  by: 'update' | 'creation';
}

/** Updates reach the list out of order: this much before the newest is asked for again, ms. */
const OVERLAP_MS = 15 * 60_000;
/** The service's page maximum. More than that came since: the list begins anew. */
const MOST = 10_000;
/** Pages of one refresh: where the service makes more of them, its first page is cheaper than all of these. */
const MOST_PAGES = 10;
/** Asked for one by one in a refresh where the server cannot tell what changed. */
const MOST_SINGLE = 10;

/** What a list knows before it asks for what is new. */
export interface KnownList {
  readonly liveResponseOnly: boolean;
  readonly where: ActionConditions;
  /** Newest of the server's own times among what is loaded, ms since 1970: by update and by creation. */
  readonly newest: Readonly<Record<RefreshWay['by'], number | undefined>>;
  /** Known and not ended, those first that were not asked for the longest. */
  readonly unfinished: readonly string[];
}

/** What one refresh works with. */
interface Refresh {
  readonly client: DefenderClient;
  readonly known: KnownList;
  readonly signal: AbortSignal;
  readonly priority: Priority;
}

/** What was listed, in one way of asking. */
interface Changed {
  /** Undefined where there is nothing to go by, or more than a refresh can bring. */
  readonly actions: readonly MachineAction[] | undefined;
  /** The server gave rows that were not asked for: it does not look at the last update. */
  readonly isIgnored: boolean;
  /** The server took the query with fewer rows only. */
  readonly hasFewerRows: boolean;
}

/**
 * Asks for everything that came or changed since what is known: one call where the server takes it, and further ones
 * only as it gives next links. Asking by the last update is seen in code and nowhere documented. A server may refuse it
 * with any of some statuses, or ignore it, and then does so every time: from then on it is asked by creation.
 *
 * @returns undefined when there is nothing to go by, or more than a refresh can bring
 * @throws LiveResponseError whatever the client throws
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

/** Asks by creation. The way is changed for good only where that is what helped. */
async function fallBack(
  way: RefreshWay,
  refresh: Refresh,
  refusal: unknown,
): Promise<readonly MachineAction[] | undefined> {
  try {
    const { actions, hasFewerRows } = await changedBy('creation', refresh);
    if (hasFewerRows) {
      // It may have been the number of rows that was refused: the client knows now how many there may be.
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

/** One that has left a state must come all the same. */
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

/** The later of two server times, ms since 1970. */
export function later(known: number | undefined, text: string | null): number | undefined {
  const time = parseServerTime(text);
  if (time === undefined) return known;
  return known === undefined ? time : Math.max(known, time);
}
