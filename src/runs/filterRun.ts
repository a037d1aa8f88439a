import { randomUUID } from 'node:crypto';
import { readFilter, toPredicate } from '../actions/actionFilter.ts';
import type { ActionFilter } from '../actions/actionFilter.ts';
import { orderTime } from '../base/serverTime.ts';
import type { MachineAction } from '../defender/schema.ts';
import { runScripts, subjectOf } from '../model/machineAction.ts';
import type { FilterRun, Run, RunFilter, RunMember } from '../model/run.ts';
import { foldedPattern } from '../evidence/text/foldCase.ts';
import { CLOCKS_APART_MS, oldestOpen } from './runHosts.ts';
import type { Asking, ChangesSource } from './runHosts.ts';
import { renewRun, toMember, wordsOf } from './runs.ts';

/** Maximum number of commands of a run by filter. The same as a run of any size is tested with. */
export const MOST_MEMBERS = 10_000;
/** Time before the order from which commands are asked for by their creation at most, ms. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;

/** Parts from which a run by filter is created. */
export interface FilterRunParts {
  readonly filter: RunFilter;
  /** The filter in words, for titles. */
  readonly title: string;
  readonly tenant: Run['tenant'];
  /** The actions that are loaded. Those that match are the first of the run. */
  readonly actions: readonly MachineAction[];
}

/**
 * Creates the run of all scripts in sessions that match a filter. Unlike any other run, it has several scripts, and its
 * key is that of its order: the same filter can be ordered again.
 */
export function createFilterRun({ filter, title, tenant, actions }: FilterRunParts): FilterRun {
  const run: FilterRun = {
    key: `filter|${tenant.cloud}|${tenant.tenantId}|${randomUUID()}`,
    words: { script: title, args: '', comment: '' },
    tenant,
    members: [],
    filter,
  };
  return withActions(run, actions, filter.since);
}

/**
 * Returns a run by filter with the current state of its commands and, if its filter `grows`, with those that match and
 * are new. Usually costs one call.
 *
 * @param lookedAt - time before the last answered question, ms since 1970
 */
export async function renewFilterRun(
  session: ChangesSource,
  run: FilterRun,
  lookedAt: number | undefined,
  { signal, priority }: Asking,
): Promise<FilterRun> {
  const { filter } = run;
  // The first question also covers what changed since the list was loaded.
  const since =
    lookedAt === undefined
      ? Math.min(oldestOpen(session, run), filter.since - CLOCKS_APART_MS)
      : lookedAt - CLOCKS_APART_MS;
  const changes = await session.fetchChanges(since, signal, priority);
  // Back to the oldest command that has not ended, but not to any time that a server may state.
  const open = run.members.filter(({ result }) => result === 'notYet').map(({ createdAt }) => orderTime(createdAt));
  const oldest = Math.max(
    open.reduce((one, other) => Math.min(one, other), since),
    filter.since - LOOK_BACK_MS,
  );
  const to = new Date(Date.now() + CLOCKS_APART_MS).toISOString();
  const span = { from: new Date(oldest).toISOString(), to };
  // A server that does not list by last change, or too many changes, would leave out commands. Their creation does not.
  const created = changes.extent === 'whole' ? [] : await session.fetchCreated(span, signal, priority);
  const renewed = { ...renewRun(run, (actionId) => session.known(actionId)), filter };
  return filter.grows ? withActions(renewed, [...changes.actions, ...created], Date.now()) : renewed;
}

/**
 * Returns the conditions of a list's filter that an order can have. The state and the exit code of an action change, and
 * only sessions have results.
 *
 * @returns undefined if no condition is left: an order for everything would have no end in sight
 */
export function orderFilter(
  { device, script, requestor, comment, span }: ActionFilter,
  { since, grows }: Pick<RunFilter, 'since' | 'grows'>,
): RunFilter | undefined {
  if ([device, script, requestor, comment].every((condition) => condition === undefined)) return undefined;
  return {
    ...(device === undefined ? {} : { device }),
    ...(script === undefined ? {} : { script }),
    ...(requestor === undefined ? {} : { requestor }),
    ...(comment === undefined ? {} : { comment }),
    ...(span === undefined ? {} : { span }),
    since,
    grows,
  };
}

/** Reads the filter of a stored run, field by field. Without a valid condition, nothing joins the run. */
export function readRunFilter({ since, grows, isFull, ...stored }: RunFilter, now: number): RunFilter {
  const own = { since: Math.min(since, now), grows };
  const filter = orderFilter(readFilter(stored), own) ?? { ...own, grows: false };
  return isFull === true ? { ...filter, isFull } : filter;
}

/** Adds the commands of actions that match the run's filter, oldest first. @param now - ms since 1970 */
function withActions(run: FilterRun, actions: readonly MachineAction[], now: number): FilterRun {
  const { filter } = run;
  const matches = toPredicate(filter, now);
  const script = filter.script === undefined ? undefined : foldedPattern(filter.script);
  const members = new Map(run.members.map((member) => [keyOf(member), member]));
  let { isFull = false } = filter;
  // A list names the newest first. If not all find room, the first ones of the order's time do.
  for (const action of [...actions].sort(byCreation)) {
    if (action.type !== 'LiveResponse' || !matches(action)) continue;
    for (const command of runScripts(action)) {
      const name = subjectOf(command);
      const member = { ...toMember(action, command), ...wordsOf(action, command), script: name };
      // A session can have other scripts, too.
      if (members.has(keyOf(member)) || script?.test(name) === false) continue;
      if (members.size < MOST_MEMBERS) members.set(keyOf(member), member);
      else isFull = true;
    }
  }
  const sorted = [...members.values()].sort(
    (one, other) => orderTime(one.createdAt) - orderTime(other.createdAt) || keyOf(one).localeCompare(keyOf(other)),
  );
  return { ...run, members: sorted, filter: isFull ? { ...filter, isFull } : filter };
}

function byCreation(one: MachineAction, other: MachineAction): number {
  return orderTime(one.creationDateTimeUtc) - orderTime(other.creationDateTimeUtc);
}

function keyOf({ actionId, commandIndex }: RunMember): string {
  return `${actionId}#${commandIndex}`;
}
