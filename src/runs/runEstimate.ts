import { RESERVE } from '../defender/calls/budget.ts';
import type { Usage } from '../defender/calls/ledger.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What a result takes when nothing has to wait: link and download, three at once, ms. */
const EACH_MS = 300;

/** How long so many calls take in the background, about, when nobody else makes calls: ms. */
export function estimateRun(calls: number, usage: Usage, now: number): number {
  if (calls === 0) return 0;
  const perMinute = share(usage.minuteLimit);
  const perHour = share(usage.hourLimit);
  const waits =
    windowsFor(calls, perMinute - usage.minute, perMinute) * MINUTE_MS +
    // The minutes of an hour are counted already, but for those in which nothing is left of it.
    windowsFor(calls, perHour - usage.hour, perHour) * Math.max(0, HOUR_MS - (perHour / perMinute) * MINUTE_MS);
  return Math.max(0, usage.pausedUntil - now) + Math.max(waits, calls * EACH_MS);
}

function share(limit: number): number {
  return Math.max(1, Math.floor(limit * (1 - RESERVE)));
}

/** How often a window has to pass until the last of the calls can begin. */
function windowsFor(calls: number, free: number, each: number): number {
  return Math.ceil(Math.max(0, calls - Math.max(0, free)) / each);
}
