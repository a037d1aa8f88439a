import type { Clock } from '../../../src/base/clock.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** A clock on which hours pass immediately. Time moves only when a test moves it. */
export class SimulatedClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(start = Date.UTC(2026, 10, 23, 21)) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#timers.delete(timer);
        reject(new LiveResponseError('cancelled'));
      };
      const timer: Timer = {
        at: this.#now + ms,
        ring: () => {
          signal.removeEventListener('abort', cancel);
          resolve();
        },
      };
      if (signal.aborted) {
        cancel();
        return;
      }
      this.#timers.add(timer);
      signal.addEventListener('abort', cancel, { once: true });
    });

  /** Lets time pass in which nothing runs, as while the machine sleeps: timers are late. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  /** Number of timers that have not fired: they would keep a process awake. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets this time pass, timer by timer, with all that follows from each. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#ring(next);
      await settle();
    }
    this.#now = end;
  }

  /** Lets time pass until the promise is settled. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { settled: false };
    const note = (): void => {
      state.settled = true;
    };
    promise.then(note, note);
    await settle();
    while (!state.settled) {
      const next = this.#next();
      if (next === undefined) throw new Error('nothing is left that time could bring');
      this.#ring(next);
      await settle();
    }
    return promise;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }

  #ring(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.ring();
  }
}

/** Waits until everything that needs no time has happened. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Returns random numbers from 0 to 1 that are the same in every run (mulberry32). */
export function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
