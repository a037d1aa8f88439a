import { PageAllowance } from '../defender/list/paging.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Priority } from '../base/urgency.ts';
import { orderTime, parseServerTime } from '../base/serverTime.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import { findRuns, renewRun, RUN_PAUSE_MS, runOf, spanOf, timesOf } from './runs.ts';
import type { Run, RunMember } from '../model/run.ts';

/**
 * Length of the time span before the oldest known action of the run that the same call also loads, ms. A further call
 * would cost more than a longer span.
 */
const LOOK_BACK_MS = 3 * 60 * 60_000;

/**
 * Maximum number of steps back in time for one click or command. Together they cover three days of a run without a
 * pause.
 */
const MOST_LOOKS = 24;

type List = Pick<ActionStore, 'actions' | 'wholeSince' | 'loadSpan'>;

/** Whether the loaded list may lack actions of a run. */
export function mayLackHosts(list: List, run: Run): boolean {
  return timesOf(run).first - RUN_PAUSE_MS < (list.wholeSince ?? Infinity);
}

/**
 * Returns the run with all its hosts. Loads the actions around it, one call for each 1,000 actions. Stops when both
 * ends of the run are known, or after {@link MOST_LOOKS} steps back in time that each found older actions of the run.
 */
export async function loadHosts(list: List, run: Run, signal: AbortSignal): Promise<Run> {
  let from = list.wholeSince ?? Infinity;
  let whole = run;
  const allowance = new PageAllowance();
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { first, last } = timesOf(whole);
    if (first - RUN_PAUSE_MS >= from) return whole;
    from = first - LOOK_BACK_MS;
    const before = new Date(last + RUN_PAUSE_MS).toISOString();
    await list.loadSpan({ from: new Date(from).toISOString(), before }, signal, allowance);
    const [member] = whole.members;
    const found = runOf(findRuns(list.actions, run.tenant), member?.actionId ?? '', member?.commandIndex);
    if (found === undefined) return whole;
    whole = found;
  }
  return whole;
}

/** End of a question, and the account that pays for its calls. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly priority: Priority;
}

/**
 * Loads the actions of a run that the list lacks. After a restart the list is short, and each result of an unlisted
 * action would cost one more call. One call for each 1,000 actions loads all of them.
 */
export async function loadUnknown(
  list: Pick<ActionStore, 'get' | 'loadSpan'>,
  run: Run,
  missing: readonly RunMember[],
  { signal, priority }: Asking,
): Promise<void> {
  if (missing.filter(({ actionId }) => list.get(actionId) === undefined).length < 2) return;
  const { from, to } = spanOf(run);
  await list.loadSpan({ from, before: to }, signal, undefined, priority);
}

/** Session through which the hosts of a run are asked about. */
export interface ChangesSource {
  readonly known: (actionId: string) => MachineAction | undefined;
  readonly fetchChanges: (
    since: number,
    signal: AbortSignal,
    priority: Priority,
  ) => Promise<{ readonly actions: readonly MachineAction[]; readonly extent: 'whole' | 'created' | 'tooMany' }>;
  readonly fetchCreated: (
    span: ReturnType<typeof spanOf>,
    signal: AbortSignal,
    priority: Priority,
  ) => Promise<readonly MachineAction[]>;
}

/** Time by which the clocks of this machine and the server may differ, ms. */
export const CLOCKS_APART_MS = 60 * 60_000;

/**
 * Returns the run with the current state of its commands, and with hosts that joined it. Usually costs one call.
 *
 * @param lookedAt - time before the last answered question, ms since 1970
 */
export async function renewHosts(
  session: ChangesSource,
  run: Run,
  lookedAt: number | undefined,
  { signal, priority }: Asking,
): Promise<Run> {
  const since = Math.max(oldestOpen(session, run), (lookedAt ?? 0) - CLOCKS_APART_MS);
  const changes = await session.fetchChanges(since, signal, priority);
  // A server that does not list by last change, or too many changes, would leave out hosts. Their creation does not.
  const isWhole = changes.extent === 'whole';
  const created = isWhole ? [] : await session.fetchCreated(spanOf(run), signal, priority);
  const actions = [...changes.actions, ...created];
  const renewed = renewRun(run, (actionId) => session.known(actionId));
  const own = run.members.flatMap(({ actionId }) => session.known(actionId) ?? []);
  const all = new Map([...own, ...actions].filter(({ type }) => type === 'LiveResponse').map((one) => [one.id, one]));
  const [first] = run.members;
  const wider = runOf(findRuns([...all.values()], run.tenant), first?.actionId ?? '', first?.commandIndex);
  return wider === undefined ? renewed : { ...mergeRuns(renewed, wider), key: run.key };
}

/**
 * Returns the oldest time at which a command that has not ended was last seen to change, ms since 1970; now, if all have
 * ended. What ended while nothing was asked must not be missed.
 */
export function oldestOpen(session: Pick<ChangesSource, 'known'>, { members }: Pick<Run, 'members'>): number {
  const open = members.filter(({ result }) => result === 'notYet');
  const times = open.map(({ actionId, createdAt }) => {
    const known = session.known(actionId);
    return parseServerTime(known?.lastUpdateDateTimeUtc) ?? orderTime(createdAt);
  });
  return times.reduce((one, other) => Math.min(one, other), Date.now());
}

/** Whether two records describe the same run. One of them can have more hosts. A run by filter is only itself. */
export function overlaps(one: Run, other: Run): boolean {
  if (one.filter !== undefined || other.filter !== undefined) return one.key === other.key;
  const { actionId, commandIndex } = one.members[0] ?? { actionId: '', commandIndex: 0 };
  return (
    JSON.stringify(one.words) === JSON.stringify(other.words) && runOf([other], actionId, commandIndex) !== undefined
  );
}

/** Returns a run with the members of both runs, oldest first, without duplicates. */
export function mergeRuns(one: Run, other: Run): Run {
  const members = new Map(
    [...one.members, ...other.members].map((member) => [`${member.actionId}#${member.commandIndex}`, member]),
  );
  const all = [...members.values()].sort(
    (a, b) => orderTime(a.createdAt) - orderTime(b.createdAt) || a.actionId.localeCompare(b.actionId),
  );
  const first = all[0];
  return {
    ...other,
    members: all,
    key: first?.actionId === one.members[0]?.actionId ? one.key : other.key,
  };
}
