import { numberAt } from '../../base/atIndex.ts';
/** A rate limit: at most `calls` in any span of `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/**
 * The API's documented limits per application and tenant. It is unknown whether the list, get and link calls share the
 * limits. We assume that they do.
 */
export const API_WINDOWS: readonly [minute: RateWindow, hour: RateWindow] = [
  { calls: 100, ms: 60_000 },
  { calls: 1500, ms: 3_600_000 },
];

/**
 * The API's documented limits of `getPackageUri`: two calls a minute. They are far below the other limits, so packages
 * have a count of their own. Source: api-facts §4.
 */
export const PACKAGE_WINDOWS: readonly [minute: RateWindow, hour: RateWindow] = [
  { calls: 2, ms: 60_000 },
  { calls: 120, ms: 3_600_000 },
];

/**
 * The documented limits of hunting queries. They are counted for a whole tenant; this product counts its own. Source:
 * api-facts §4.
 */
export const HUNTING_WINDOWS: readonly [minute: RateWindow, hour: RateWindow] = [
  { calls: 45, ms: 60_000 },
  { calls: 1500, ms: 3_600_000 },
];

/** Account that a call is counted in: links to investigation packages, hunting queries, or all other calls. */
export type CallAccount = 'api' | 'package' | 'hunting';

/**
 * The pause and the limit that the server's last refusals caused. They apply to all windows that use the application.
 */
export interface LimitState {
  /** End of the pause, ms since 1970. */
  readonly pausedUntil: number;
  /** Length of the last pause for which the server gave no end, ms. The next such pause is twice as long. */
  readonly unnamedPauseMs: number;
  /** Calls a minute that other programs leave us, as estimated at `learnedAt`. */
  readonly learnedLimit: number;
  readonly learnedAt: number;
}

/** Storage of calls, with one row per call. The caller runs all other methods inside `atomically`. */
export interface CallRows {
  readonly atomically: <Result>(work: () => Result) => Result;
  /** Records the start of a call and returns its id. */
  readonly insert: (application: string, startedAt: number) => number;
  readonly end: (id: number, endedAt: number) => void;
  readonly remove: (id: number) => void;
  /** Deletes calls that ended before a time, and those of any application that began before another one and did not end. */
  readonly purge: (endedBefore: number, startedBefore: number) => void;
  /**
   * Records an end for each open call of an application that began before a time, because the process of such a call
   * is gone. The recorded end is `lastsMs` after the start.
   */
  readonly endStale: (application: string, startedBefore: number, lastsMs: number) => void;
  /** Replaces each time after `latest` by `now`. */
  readonly endFuture: (latest: number, now: number) => void;
  /** Counts the calls without an end. */
  readonly countOpen: (application: string) => number;
  /** Returns the end times of calls that ended after a time, oldest first. */
  readonly endsAfter: (application: string, time: number) => number[];
  readonly limitState: (application: string) => LimitState | undefined;
  readonly setLimitState: (application: string, state: LimitState) => void;
}

/**
 * The id of a granted slot, or the delay until the next attempt. The delay is undefined if it depends on the end of a
 * call under way.
 */
export type TakeAnswer = { readonly id: number } | { readonly retryInMs: number | undefined };

export interface Usage {
  readonly minute: number;
  readonly hour: number;
  /** Calls that are allowed per minute now. Less than the documented limit while other programs use the application. */
  readonly minuteLimit: number;
  readonly hourLimit: number;
  /** End of the pause, ms since 1970; a time in the past if no pause is active. */
  readonly pausedUntil: number;
}

/** Longest duration of a call, ms: the client's own deadline. */
export const LONGEST_CALL_MS = 100_000;

/** Longest duration of a hunting query, ms. It may run for 200 s, and its answer begins only then. */
export const LONGEST_HUNT_MS = 230_000;

/**
 * Time by which a recorded call may be later than now, ms. It covers the wait for another window that writes; a call
 * that is later still was recorded before the clock was set back.
 */
const CLOCK_STEP_MS = 10_000;

/** Longest pause after a refusal, ms: no rate window of the API is longer. */
export const LONGEST_PAUSE_MS = 3_600_000;

const FIRST_UNNAMED_PAUSE_MS = 30_000;
const LONGEST_UNNAMED_PAUSE_MS = 240_000;
/**
 * Share of a minute's calls that we always attempt, even if other programs use most of the limit. If our call is too
 * much, the server refuses it.
 */
const LEAST_SHARE = 0.1;
const NO_STATE: LimitState = { pausedUntil: 0, unnamedPauseMs: 0, learnedLimit: Infinity, learnedAt: 0 };

/**
 * The call budget of an application, over all windows of this machine. A call counts from its start. Its rate windows
 * begin when its answer ends. The server counts the call at some time between start and end. If our windows began at
 * the start, they could end before the server's windows.
 */
export class Ledger {
  readonly #rows: CallRows;
  readonly #windows: readonly [RateWindow, RateWindow];
  readonly #longestMs: number;

  /** @param longestMs - longest duration of a call. One that lasts longer belongs to a process that is gone */
  constructor(rows: CallRows, windows = API_WINDOWS, longestMs = LONGEST_CALL_MS) {
    this.#rows = rows;
    this.#windows = windows;
    this.#longestMs = longestMs;
  }

  /**
   * Records a call, if the limits allow it.
   * @param share - the usable part of each rate window: 1 for a click, less for background work
   */
  take(application: string, share: number, now: number): TakeAnswer {
    return this.#rows.atomically(() => {
      this.#tidy(application, now);
      const delay = this.#delay(application, share, now);
      if (delay === 0) return { id: this.#rows.insert(application, now) };
      return { retryInMs: Number.isFinite(delay) ? delay : undefined };
    });
  }

  /**
   * Records the end of an answer. `answered` means that the server did not refuse the call. The next pause without a
   * given end is then short again.
   */
  end(application: string, id: number, answered: boolean, now: number): void {
    this.#rows.atomically(() => {
      this.#rows.end(id, now);
      const state = this.#rows.limitState(application);
      if (answered && state !== undefined && state.unnamedPauseMs > 0 && state.pausedUntil <= now) {
        this.#rows.setLimitState(application, { ...state, unnamedPauseMs: 0 });
      }
    });
  }

  /** Records a call that was made while this ledger could not be asked. */
  note(application: string, startedAt: number, endedAt: number): void {
    this.#rows.atomically(() => {
      this.#rows.end(this.#rows.insert(application, startedAt), endedAt);
    });
  }

  /** Removes a call that was never sent, so that it does not count. */
  giveBack(id: number): void {
    this.#rows.atomically(() => {
      this.#rows.remove(id);
    });
  }

  /**
   * Records a refusal by the server, which pauses all windows. If our own count was low, other programs use the
   * application too. Our limit is then lower, and doubles with every minute without a refusal.
   *
   * @param until - end of the pause that the server gave, ms since 1970
   */
  refused(application: string, until: number | undefined, now: number): Usage {
    return this.#rows.atomically(() => {
      this.#tidy(application, now);
      const state = this.#rows.limitState(application) ?? NO_STATE;
      const unnamed =
        until === undefined
          ? Math.min(LONGEST_UNNAMED_PAUSE_MS, state.unnamedPauseMs * 2 || FIRST_UNNAMED_PAUSE_MS)
          : state.unnamedPauseMs;
      const usage = this.#usage(application, now);
      const shared = usage.minute < usage.minuteLimit / 2 && usage.hour < usage.hourLimit;
      this.#rows.setLimitState(application, {
        pausedUntil: Math.max(state.pausedUntil, until ?? now + unnamed),
        unnamedPauseMs: unnamed,
        learnedLimit: shared
          ? Math.max(1, Math.floor(Math.max(usage.minute * 0.8, this.#windows[0].calls * LEAST_SHARE)))
          : state.learnedLimit,
        learnedAt: shared ? now : state.learnedAt,
      });
      return { ...usage, pausedUntil: Math.max(state.pausedUntil, until ?? now + unnamed) };
    });
  }

  usage(application: string, now: number): Usage {
    return this.#rows.atomically(() => {
      this.#tidy(application, now);
      return this.#usage(application, now);
    });
  }

  #usage(application: string, now: number): Usage {
    const [minute, hour] = this.#windows;
    const open = this.#rows.countOpen(application);
    const ends = this.#rows.endsAfter(application, now - hour.ms);
    const state = this.#rows.limitState(application) ?? NO_STATE;
    return {
      minute: open + ends.length - firstAfter(ends, now - minute.ms),
      hour: open + ends.length,
      minuteLimit: Math.min(minute.calls, this.#learned(state, now)),
      hourLimit: hour.calls,
      pausedUntil: state.pausedUntil,
    };
  }

  /**
   * Returns the calls a minute that other programs leave us. The number doubles with every minute without a refusal,
   * until it exceeds the documented limit.
   */
  #learned(state: LimitState, now: number): number {
    const [minute] = this.#windows;
    const quietSince = Math.max(state.learnedAt, state.pausedUntil);
    return state.learnedLimit * 2 ** Math.floor(Math.max(0, now - quietSince) / minute.ms);
  }

  /** Returns the ms until a call may start; Infinity if that depends on the end of another call. */
  #delay(application: string, share: number, now: number): number {
    const [minute, hour] = this.#windows;
    const state = this.#rows.limitState(application) ?? NO_STATE;
    const open = this.#rows.countOpen(application);
    const ends = this.#rows.endsAfter(application, now - hour.ms);
    let delay = Math.max(0, state.pausedUntil - now);
    for (const window of [{ ...minute, calls: Math.min(minute.calls, this.#learned(state, now)) }, hour]) {
      const limit = Math.max(1, Math.floor(window.calls * share));
      const first = firstAfter(ends, now - window.ms);
      const excess = open + ends.length - first - limit + 1;
      if (excess <= 0) continue;
      const leaving = ends[first + excess - 1];
      if (leaving === undefined) return Infinity;
      delay = Math.max(delay, leaving + window.ms - now);
    }
    return delay;
  }

  #tidy(application: string, now: number): void {
    const [, hour] = this.#windows;
    // The clock was set back. What happened before now must not fill its windows, or pause us, until it has caught up.
    this.#rows.endFuture(now + CLOCK_STEP_MS, now);
    this.#rows.endStale(application, now - this.#longestMs, this.#longestMs);
    this.#rows.purge(now - hour.ms, now - hour.ms - LONGEST_HUNT_MS);
    const state = this.#rows.limitState(application);
    if (state === undefined) return;
    const pausedUntil = Math.min(state.pausedUntil, now + LONGEST_PAUSE_MS);
    const learnedAt = Math.min(state.learnedAt, now);
    if (pausedUntil !== state.pausedUntil || learnedAt !== state.learnedAt)
      this.#rows.setLimitState(application, { ...state, pausedUntil, learnedAt });
  }
}

/** Returns the index of the first element greater than `limit`, in an ascending list. */
function firstAfter(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(ascending, middle) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
