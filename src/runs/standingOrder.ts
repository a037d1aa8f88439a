import { orderTime } from '../base/serverTime.ts';
import type { Run } from '../model/run.ts';
import type { OrderEnd, StandingOrder } from '../model/runRecord.ts';

const DAY_MS = 24 * 3_600_000;
/** Longest duration of an order, ms. A session waits for an offline device for two hours, so a day is plenty. */
const LASTS_MS = DAY_MS;
/** Calls for questions about open hosts: two days at the longest interval. */
const QUESTIONS = 600;
/** The same for an order by filter: it waits for sessions that nobody has started yet. */
const FILTER_LASTS_MS = 3 * DAY_MS;
const FILTER_QUESTIONS = 3 * QUESTIONS;
/** Fetches of results that are not known when a filter is ordered. */
const FILTER_FETCHES = 1000;
/** Largest number of bytes that an order fetches. */
const MOST_BYTES = 1_000_000_000;

/** Shortest and longest time between two questions about open hosts, ms. The same as for the tree. */
const SHORTEST_MS = 15_000;
const LONGEST_MS = 5 * 60_000;
/** Share of an action's age that is used as the time between two questions. */
const SHARE_OF_AGE = 0.25;

/**
 * Creates the order to keep a run's results as they come.
 *
 * @param lastsMs - duration of the order, ms; the longest by default
 */
export function createOrder({ members, filter }: Run, now: number, lastsMs = Infinity): StandingOrder {
  const grows = filter?.grows === true;
  return {
    startedAt: now,
    endsAt: now + Math.min(lastsMs, filter === undefined ? LASTS_MS : FILTER_LASTS_MS),
    // A result takes one call, and one more if its action is not loaded.
    mostCalls: grows ? FILTER_QUESTIONS + FILTER_FETCHES + 2 * members.length : QUESTIONS + 2 * members.length,
    mostBytes: MOST_BYTES,
    calls: 0,
    bytes: 0,
  };
}

/** Returns the number of a run's commands that have not ended. */
export function countOpen({ members }: Pick<Run, 'members'>): number {
  return members.filter(({ result }) => result === 'notYet').length;
}

/** Returns the limit that an order has reached; undefined while it goes on. */
export function whyOver(order: StandingOrder, now: number): OrderEnd | undefined {
  if (now >= order.endsAt) return 'time';
  if (order.calls >= order.mostCalls) return 'calls';
  return order.bytes >= order.mostBytes ? 'bytes' : undefined;
}

/** Returns the time until the next question about open hosts, ms. Young actions are asked about more often. */
export function nextLookIn(run: Run, { endsAt }: StandingOrder, now: number): number {
  const created = run.members
    .filter(({ result }) => result === 'notYet')
    .map(({ createdAt }) => orderTime(createdAt))
    // A time in the future, of a server or beside a slow clock, says nothing about an age.
    .filter((time) => time <= now);
  const age = now - created.reduce((latest, one) => Math.max(latest, one), 0);
  const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, age * SHARE_OF_AGE));
  return Math.max(0, Math.min(pause, endsAt - now));
}

/** Returns an order within the limits of a new one. Anyone may have written the stored numbers. */
export function boundOrder(order: StandingOrder, run: Run, now: number): StandingOrder {
  const startedAt = Math.min(order.startedAt, now);
  const most = createOrder(run, startedAt);
  const positive = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0);
  const { lookedAt, ...kept } = order;
  return {
    ...kept,
    startedAt,
    endsAt: Math.min(order.endsAt, most.endsAt),
    mostCalls: Math.min(order.mostCalls, most.mostCalls),
    mostBytes: Math.min(order.mostBytes, most.mostBytes),
    calls: positive(order.calls),
    bytes: positive(order.bytes),
    // Without it, all since the oldest open action is asked for.
    ...(lookedAt !== undefined && lookedAt <= now && { lookedAt }),
  };
}
