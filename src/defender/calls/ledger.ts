/** At most `calls` in any span of `ms`. */
export interface RateWindow {
  readonly calls: number;
  readonly ms: number;
}

/** The API's documented limits, counted per application and tenant. List, get and link are taken to share them. */
export const API_WINDOWS: readonly [minute: RateWindow, hour: RateWindow] = [
  { calls: 100, ms: 60_000 },
  { calls: 1500, ms: 3_600_000 },
];

/** What the server said when it refused, and what follows from it for everyone who shares the application. */
export interface LimitState {
  /** ms since 1970. */
  readonly pausedUntil: number;
  /** Length of the last pause that the server did not name, ms: the next one is twice as long. */
  readonly unnamedPauseMs: number;
  /** Calls a minute that others leave us, as learned at `learnedAt`. */
  readonly learnedLimit: number;
  readonly learnedAt: number;
}

/** Where calls are noted: one row a call. All methods run inside `atomically`. */
export interface CallRows {
  readonly atomically: <Result>(work: () => Result) => Result;
  /** Notes a call that begins; answers its id. */
  readonly insert: (application: string, startedAt: number) => number;
  readonly end: (id: number, endedAt: number) => void;
  readonly remove: (id: number) => void;
  /** Forgets calls that ended before a time. */
  readonly purge: (endedBefore: number) => void;
  /** Ends calls that began before a time and never ended: their process is gone. */
  readonly endStale: (startedBefore: number, lastsMs: number) => void;
  /** Calls without an end. */
  readonly countOpen: (application: string) => number;
  /** Ends after a time, oldest first. */
  readonly endsAfter: (application: string, time: number) => number[];
  readonly limitState: (application: string) => LimitState | undefined;
  readonly setLimitState: (application: string, state: LimitState) => void;
}

/** The answer to a wish to call. Without a time only the end of a call under way can tell when. */
export type TakeAnswer = { readonly id: number } | { readonly retryInMs: number | undefined };

export interface Usage {
  readonly minute: number;
  readonly hour: number;
  /** What the minute allows at this moment: less than the documented limit while others use the application. */
  readonly minuteLimit: number;
  readonly hourLimit: number;
  /** ms since 1970; in the past where nothing is paused. */
  readonly pausedUntil: number;
}

/** A call lasts no longer than this, whatever happens: the client's own deadline, ms. */
export const LONGEST_CALL_MS = 100_000;

const FIRST_UNNAMED_PAUSE_MS = 30_000;
const LONGEST_UNNAMED_PAUSE_MS = 240_000;
/** However many others there are, we keep asking for this part of a minute: the server decides, and says so. */
const LEAST_SHARE = 0.1;
const NO_STATE: LimitState = { pausedUntil: 0, unnamedPauseMs: 0, learnedLimit: Infinity, learnedAt: 0 };

/**
 * The account of all calls of an application, over all windows of this machine. A call counts from its start, and is
 * stamped when its answer ends and not when it was sent: the server counts it somewhere in between, so only the later
 * moment can never be too early.
 */
export class Ledger {
  readonly #rows: CallRows;
  readonly #windows: readonly [RateWindow, RateWindow];

  constructor(rows: CallRows, windows = API_WINDOWS) {
    this.#rows = rows;
    this.#windows = windows;
  }

  /**
   * Notes a call, if there is room for it.
   * @param share - the part of each window that may be used: 1 for a click, less for background work
   */
  take(application: string, share: number, now: number): TakeAnswer {
    return this.#rows.atomically(() => {
      this.#tidy(now);
      const delay = this.#delay(application, share, now);
      if (delay === 0) return { id: this.#rows.insert(application, now) };
      return { retryInMs: Number.isFinite(delay) ? delay : undefined };
    });
  }

  /** The answer has ended. `answered`: it was no refusal, so the server is willing again. */
  end(application: string, id: number, answered: boolean, now: number): void {
    this.#rows.atomically(() => {
      this.#rows.end(id, now);
      const state = this.#rows.limitState(application);
      if (answered && state !== undefined && state.unnamedPauseMs > 0 && state.pausedUntil <= now) {
        this.#rows.setLimitState(application, { ...state, unnamedPauseMs: 0 });
      }
    });
  }

  /** The call was never sent: it does not count. */
  giveBack(id: number): void {
    this.#rows.atomically(() => {
      this.#rows.remove(id);
    });
  }

  /**
   * The server refused. Everyone pauses; and when our own count was low, others use the application too, so we take
   * less from now on, until it has been quiet for a while.
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

  /** What others leave us doubles with every quiet minute, until it is no limit any more. */
  #learned(state: LimitState, now: number): number {
    const [minute] = this.#windows;
    const quietSince = Math.max(state.learnedAt, state.pausedUntil);
    return state.learnedLimit * 2 ** Math.floor(Math.max(0, now - quietSince) / minute.ms);
  }

  /** ms until a call may start; Infinity where only the end of another call can tell. */
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

/** Index of the first element that is greater than `limit`, in an ascending list. */
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
