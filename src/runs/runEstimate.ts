import { RESERVE } from '../defender/calls/budget.ts';
import type { Usage } from '../defender/calls/ledger.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Time for one result when no call has to wait, ms: link and download, three at once. */
const EACH_MS = 300;

/** Estimates how long a number of calls takes in the background while nobody else makes calls, ms. */
export function estimateRun(calls: number, usage: Usage, now: number): number {
  if (calls === 0) return 0;
  const perMinute = share(usage.minuteLimit);
  const perHour = share(usage.hourLimit);
  const waits =
    windowsFor(calls, perMinute - usage.minute, perMinute) * MINUTE_MS +
    // The minutes in which an hour's calls are made are counted already. Only the minutes after the last call are
    // added.
    windowsFor(calls, perHour - usage.hour, perHour) * Math.max(0, HOUR_MS - (perHour / perMinute) * MINUTE_MS);
  return Math.max(0, usage.pausedUntil - now) + Math.max(waits, calls * EACH_MS);
}

function share(limit: number): number {
  return Math.max(1, Math.floor(limit * (1 - RESERVE)));
}

/** Returns how many times a window must pass before the last of the calls can begin. */
function windowsFor(calls: number, free: number, each: number): number {
  return Math.ceil(Math.max(0, calls - Math.max(0, free)) / each);
}
