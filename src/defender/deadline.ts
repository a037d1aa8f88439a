import type { Clock } from '../base/clock.ts';

/** Deadline for one step of a longer operation. Each step sets the deadline again. */
export class Deadline {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #waiting: AbortController | undefined;

  /** Aborts with the given signal, or with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.signal = AbortSignal.any([signal, this.#over.signal]);
  }

  /**
   * Sets the deadline and replaces an earlier one.
   * @param ms - time from now
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

  /** Removes the deadline and its timer. */
  lift(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }
}
