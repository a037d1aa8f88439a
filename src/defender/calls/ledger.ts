/** A rate limit: at most `calls` in any span of `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/**
 * The API's documented limits per application and tenant. Unknown whether list, get and link share them: we assume so.
 */
export const API_WINDOWS: readonly [minute: RateWindow, hour: RateWindow] = [
  { calls: 100, ms: 60_000 },
  { calls: 1500, ms: 3_600_000 },
];

/** The last refusals of the server, and their effect on all windows that use the application. */
export interface LimitState {
  /** ms since 1970. */
  readonly pausedUntil: number;
  /** Length of the last pause for which the server gave no end, ms. The next such pause is twice as long. */
  readonly unnamedPauseMs: number;
  /** Calls a minute that other programs leave us, as estimated at `learnedAt`. */
  readonly learnedLimit: number;
  readonly learnedAt: number;
}

/** Storage of calls, one row a call. All methods run inside `atomically`. */
export interface CallRows {
  readonly atomically: <Result>(work: () => Result) => Result;
  /** Records the start of a call and returns its id. */
  readonly insert: (application: string, startedAt: number) => number;
  readonly end: (id: number, endedAt: number) => void;
  readonly remove: (id: number) => void;
  /** Deletes calls that ended before a time. */
  readonly purge: (endedBefore: number) => void;
  /** Ends calls that began before a time and never ended: their process is gone. */
  readonly endStale: (startedBefore: number, lastsMs: number) => void;
  /** Counts the calls without an end. */
  readonly countOpen: (application: string) => number;
  /** Returns the ends of calls after a time, oldest first. */
  readonly endsAfter: (application: string, time: number) => number[];
  readonly limitState: (application: string) => LimitState | undefined;
  readonly setLimitState: (application: string, state: LimitState) => void;
}

/** A slot, or the delay until the next attempt. Without a time, the delay depends on the end of a call under way. */
export type TakeAnswer = { readonly id: number } | { readonly retryInMs: number | undefined };

export interface Usage {
  readonly minute: number;
  readonly hour: number;
  /** Calls that the minute allows now. Less than the documented limit while other programs use the application. */
  readonly minuteLimit: number;
  readonly hourLimit: number;
  /** ms since 1970; in the past where nothing is paused. */
  readonly pausedUntil: number;
}

/** Longest duration of a call, ms: the client's own deadline. */
export const LONGEST_CALL_MS = 100_000;

const FIRST_UNNAMED_PAUSE_MS = 30_000;
const LONGEST_UNNAMED_PAUSE_MS = 240_000;
/**
 * Share of a minute's calls that we always attempt, however many others use the application. The server decides, and
 * refuses if need be.
 */
const LEAST_SHARE = 0.1;
const NO_STATE: LimitState = { pausedUntil: 0, unnamedPauseMs: 0, learnedLimit: Infinity, learnedAt: 0 };

/**
 * The call budget of an application, over all windows of this machine. A call counts from its start. It is stamped when
 * its answer ends, not when it is sent: the server counts it somewhere in between, so only the later moment can never
 * be too early.
 */
export class Ledger {
  readonly #rows: CallRows;
  readonly #windows: readonly [RateWindow, RateWindow];

  constructor(rows: CallRows, windows = API_WINDOWS) {
    this.#rows = rows;
    this.#windows = windows;
  }

  /**
   * Records a call, if there is room for it.
   * @param share - the usable part of each rate window: 1 for a click, less for background work
   */
  take(application: string, share: number, now: number): TakeAnswer {
    return this.#rows.atomically(() => {
      this.#tidy(now);
      const delay = this.#delay(application, share, now);
      if (delay === 0) return { id: this.#rows.insert(application, now) };
      return { retryInMs: Number.isFinite(delay) ? delay : undefined };
    });
  }

  /** Records the end of an answer. `answered` means that the server did not refuse, so it accepts calls again. */
  end(application: string, id: number, answered: boolean, now: number): void {
    this.#rows.atomically(() => {
      this.#rows.end(id, now);
      const state = this.#rows.limitState(application);
      if (answered && state !== undefined && state.unnamedPauseMs > 0 && state.pausedUntil <= now) {
        this.#rows.setLimitState(application, { ...state, unnamedPauseMs: 0 });
      }
    });
  }

  /** Removes a call that was never sent, so that it does not count. */
  giveBack(id: number): void {
    this.#rows.atomically(() => {
      this.#rows.remove(id);
    });
  }

  /**
   * Records a refusal by the server, which pauses all windows. If our own count was low, others use the application
   * too. We then take less until it has been quiet for a while.
   *
   * @param until - the time the server named, ms since 1970
   */
  refused(application: string, until: number | undefined, now: number): Usage {
    return this.#rows.atomically(() => {
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
      this.#tidy(now);
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
   * Returns the calls a minute that others leave us. The number doubles with every quiet minute, until it limits
   * nothing.
   */
  #learned(state: LimitState, now: number): number {
    const [minute] = this.#windows;
    const quietSince = Math.max(state.learnedAt, state.pausedUntil);
    return state.learnedLimit * 2 ** Math.floor(Math.max(0, now - quietSince) / minute.ms);
  }

  /** Returns the ms until a call may start; Infinity where that depends on the end of another call. */
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

  #tidy(now: number): void {
    const [, hour] = this.#windows;
    this.#rows.endStale(now - LONGEST_CALL_MS, LONGEST_CALL_MS);
    this.#rows.purge(now - hour.ms);
  }
}

/** Returns the index of the first element greater than `limit`, in an ascending list. */
function firstAfter(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
