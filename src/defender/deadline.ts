import type { Clock } from '../base/clock.ts';

/** A time by which a step of some work must be done, moved on from step to step. */
export class Deadline {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #waiting: AbortController | undefined;

  /** Aborted when the given signal is, or with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.signal = AbortSignal.any([signal, this.#over.signal]);
  }

  /**
   * Sets the time, in place of an earlier one.
   * @param ms - from now
   */
  set(ms: number): void {
    this.lift();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#clock.wait(ms, waiting.signal).then(
      () => {
        this.#over.abort(new DOMException('The deadline has passed.', 'TimeoutError'));
      },
      () => undefined,
    );
  }

  /** Takes the time back, and leaves no timer behind. */
  lift(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }
}
