import { RESERVE } from '../defender/calls/budget.ts';
import type { Usage } from '../defender/calls/ledger.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/**
 * Time for a result, ms, if no call has to wait. It covers the link and the download, with three results at
 * once.
 */
const EACH_MS = 300;

/** Estimates the duration of background calls, ms. Assumes that no other work makes calls. */
export function estimateRun(calls: number, usage: Usage, now: number): number {
  if (calls === 0) return 0;
  const perMinute = share(usage.minuteLimit);
  const perHour = share(usage.hourLimit);
  const waits =
    windowsFor(calls, perMinute - usage.minute, perMinute) * MINUTE_MS +
    // The minutes in which an hour's calls are made are already counted above. So only the rest of each hour is added.
    windowsFor(calls, perHour - usage.hour, perHour) * Math.max(0, HOUR_MS - (perHour / perMinute) * MINUTE_MS);
  return Math.max(0, usage.pausedUntil - now) + Math.max(waits, calls * EACH_MS);
}

function share(limit: number): number {
  return Math.max(1, Math.floor(limit * (1 - RESERVE)));
}

/** Returns the number of windows that must pass before the last call can begin. */
function windowsFor(calls: number, free: number, each: number): number {
  return Math.ceil(Math.max(0, calls - Math.max(0, free)) / each);
}
