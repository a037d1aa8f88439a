import { LiveResponseError } from './errors.ts';

/**
 * Does work once for several callers. When a caller leaves, the work goes on for the other callers. The work is aborted
 * only when the last caller has left.
 */
export class SharedWork<Result> {
  readonly #controller = new AbortController();
  readonly #start: (signal: AbortSignal) => Promise<Result>;
  #done: Promise<Result> | undefined;
  #waiting = 0;

  /** @param start - begins the work; called when the first caller joins */
  constructor(start: (signal: AbortSignal) => Promise<Result>) {
    this.#start = start;
  }

  /**
   * Waits for the result.
   * @param onOver - called once for this caller, when the work ended or was aborted. The work is aborted when the last
   * caller leaves.
   * @throws LiveResponseError `cancelled` when the caller's signal is aborted, and any error of the work
   */
  join(signal: AbortSignal, onOver: () => void): Promise<Result> {
    if (signal.aborted) return Promise.reject(new LiveResponseError('cancelled'));
    this.#waiting++;
    const done = (this.#done ??= this.#start(this.#controller.signal));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (--this.#waiting === 0) {
          onOver();
          this.#controller.abort();
        }
        reject(new LiveResponseError('cancelled'));
      };
      const settle = (): void => {
        signal.removeEventListener('abort', leave);
        if (!signal.aborted) onOver();
      };
      signal.addEventListener('abort', leave, { once: true });
      done.finally(settle).then(resolve, reject);
    });
  }
}
