import type { Clock } from './clock.ts';
import { LiveResponseError, throwIfCancelled } from './errors.ts';

/** A person waits for a `click`; `background` work never takes the last fifth of a window. */
export type Priority = 'click' | 'background';

/** The right to send one call. */
export interface CallSlot {
  /** The answer has ended, whatever it was: from now on the call counts for as long as its windows last. */
  readonly end: () => void;
  /** The call was never sent: it does not count. */
  readonly giveBack: () => void;
}

/** The gate in front of every call to the API. */
export interface Budget {
  /** Waits for a slot. Rejects with `cancelled` when the signal is aborted. */
  readonly take: (priority: Priority, signal: AbortSignal) => Promise<CallSlot>;
  /** The server asked for silence until `time` (ms since 1970). */
  readonly pauseUntil: (time: number) => void;
  /** Calls that count at this moment, those under way included. */
  readonly used: () => { readonly minute: number; readonly hour: number };
}

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

/** The share of each window that is kept for clicks. */
const RESERVE = 0.2;

interface Waiter {
  readonly priority: Priority;
  readonly start: (slot: CallSlot) => void;
}

/**
 * A sliding window over the calls of this process. A call is stamped when its answer ends and not when it is sent:
 * the server counts it somewhere between, so only the later moment can never be too early.
 */
export class SlidingWindowBudget implements Budget {
  readonly #clock: Clock;
  readonly #windows: readonly [RateWindow, RateWindow];
  readonly #waiting: Waiter[] = [];
  #ended: number[] = [];
  #underWay = 0;
  #pausedUntil = 0;
  #alarm: AbortController | undefined;

  constructor(clock: Clock, windows = API_WINDOWS) {
    this.#clock = clock;
    this.#windows = windows;
  }

  take(priority: Priority, signal: AbortSignal): Promise<CallSlot> {
    throwIfCancelled(signal);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(new LiveResponseError('cancelled'));
      };
      const waiter: Waiter = {
        priority,
        start: (slot) => {
          signal.removeEventListener('abort', leave);
          resolve(slot);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const firstBehind = this.#waiting.findIndex((other) => priority === 'click' && other.priority === 'background');
      this.#waiting.splice(firstBehind < 0 ? this.#waiting.length : firstBehind, 0, waiter);
      this.#admit();
    });
  }

  pauseUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time);
    this.#admit();
  }

  used(): { minute: number; hour: number } {
    const [minute, hour] = this.#windows.map((window) => this.#countIn(window));
    return { minute: minute ?? 0, hour: hour ?? 0 };
  }

  #admit(): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
    this.#forgetOld();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const delay = this.#delayFor(next.priority);
      if (delay > 0) {
        if (Number.isFinite(delay)) this.#wakeIn(delay);
        return;
      }
      this.#waiting.shift();
      this.#underWay++;
      next.start(this.#createSlot());
    }
  }

  #createSlot(): CallSlot {
    let open = true;
    const close = (counts: boolean): void => {
      if (!open) return;
      open = false;
      this.#underWay--;
      if (counts) this.#ended.push(this.#clock.now());
      this.#admit();
    };
    return {
      end: () => {
        close(true);
      },
      giveBack: () => {
        close(false);
      },
    };
  }

  /** ms until a call may start; Infinity when only the end of another call can tell. */
  #delayFor(priority: Priority): number {
    const now = this.#clock.now();
    let delay = this.#pausedUntil - now;
    for (const window of this.#windows) {
      const limit = priority === 'click' ? window.calls : Math.floor(window.calls * (1 - RESERVE));
      const excess = this.#countIn(window) - limit + 1;
      if (excess <= 0) continue;
      const inWindow = this.#ended.length - this.#firstIn(window);
      if (excess > inWindow) return Infinity;
      const leaving = this.#ended[this.#firstIn(window) + excess - 1] ?? now;
      delay = Math.max(delay, leaving + window.ms - now);
    }
    return Math.max(0, delay);
  }

  #countIn(window: RateWindow): number {
    return this.#underWay + this.#ended.length - this.#firstIn(window);
  }

  #firstIn(window: RateWindow): number {
    const start = this.#clock.now() - window.ms;
    let low = 0;
    let high = this.#ended.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ended[middle] ?? 0) > start) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #forgetOld(): void {
    const longest = this.#windows.reduce((long, window) => (window.ms > long.ms ? window : long));
    const first = this.#firstIn(longest);
    if (first > 0) this.#ended = this.#ended.slice(first);
  }

  #wakeIn(ms: number): void {
    const alarm = new AbortController();
    this.#alarm = alarm;
    this.#clock.wait(ms, alarm.signal).then(
      () => {
        this.#admit();
      },
      () => undefined,
    );
  }
}
