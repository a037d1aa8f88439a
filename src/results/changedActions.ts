import type { Priority } from '../defender/budget.ts';
import type { DefenderClient } from '../defender/client.ts';
import { isLiveResponseError } from '../defender/errors.ts';
import type { ActionConditions, ActionQuery } from '../defender/odata.ts';
import { askFor, walkPages } from '../defender/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../defender/serverTime.ts';

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

/**
 * Asks for everything that came or changed since what is known: one call where the server takes it, and further ones
 * only as it gives next links.
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
  const newest = known.newest[way.by];
  if (newest === undefined) return undefined;
  const query: Omit<ActionQuery, 'skip'> = {
    liveResponseOnly: known.liveResponseOnly,
    where: withoutStates(known.where),
    since: { by: way.by, time: new Date(newest - OVERLAP_MS).toISOString() },
    top: MOST,
  };
  try {
    const listed = await listAll(client, query, signal, priority);
    if (listed === undefined || way.by === 'update') return listed;
    return [...listed, ...(await getSingly(client, known, listed, signal, priority))];
  } catch (error) {
    if (way.by === 'creation' || !isLiveResponseError(error) || error.code !== 'badRequest') throw error;
    // Seen in code and nowhere documented: a server may refuse it, and then does so every time.
    way.by = 'creation';
    return changedActions(client, way, known, signal, priority);
  }
}

/** One that has left a state must come all the same. */
function withoutStates(where: ActionConditions): ActionConditions {
  return Object.fromEntries(Object.entries(where).filter(([name]) => name !== 'statuses'));
}

async function listAll(
  client: DefenderClient,
  query: Omit<ActionQuery, 'skip'>,
  signal: AbortSignal,
  priority: Priority,
): Promise<readonly MachineAction[] | undefined> {
  const actions: MachineAction[] = [];
  let pages = 0;
  for await (const page of walkPages(askFor(client, query, signal, priority), query.top)) {
    actions.push(...page);
    pages++;
    if (actions.length >= MOST || pages === MOST_PAGES) return undefined;
  }
  return actions;
}

async function getSingly(
  client: DefenderClient,
  known: KnownList,
  listed: readonly MachineAction[],
  signal: AbortSignal,
  priority: Priority,
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
