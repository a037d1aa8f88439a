import { LiveResponseError } from '../defender/errors.ts';

/**
 * Work that several callers wait for, done once. One of them may turn away without harm to the others; it is given up
 * only when nobody waits for it any more.
 */
export class SharedWork<Result> {
  readonly #controller = new AbortController();
  readonly #done: Promise<Result>;
  #waiting = 0;

  constructor(start: (signal: AbortSignal) => Promise<Result>) {
    this.#done = start(this.#controller.signal);
  }

  /**
   * Waits for the result.
   * @param onOver - called once for this caller: the work has ended, or was given up because this caller was the last
   * @throws LiveResponseError `cancelled` when the caller's signal is aborted, and whatever the work throws
   */
  join(signal: AbortSignal, onOver: () => void): Promise<Result> {
    if (signal.aborted) return Promise.reject(new LiveResponseError('cancelled'));
    this.#waiting++;
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
      this.#done.finally(settle).then(resolve, reject);
    });
  }
}
