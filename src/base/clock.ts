import { LiveResponseError } from './errors.ts';

/** The client's time source. Tests replace it, so that they need not wait for real time. */
export interface Clock {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves after `ms`. Rejects with `cancelled` when the signal is aborted, and removes its timer. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Longest delay of a Node timer, in milliseconds. Node changes a longer delay to 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        clearTimeout(timer);
        reject(new LiveResponseError('cancelled'));
      };
      let timer: NodeJS.Timeout;
      const set = (left: number): void => {
        timer = setTimeout(
          () => {
            if (left > LONGEST_TIMER_MS) {
              set(left - LONGEST_TIMER_MS);
              return;
            }
            signal.removeEventListener('abort', cancel);
            resolve();
          },
          Math.min(left, LONGEST_TIMER_MS),
        );
      };
      set(ms);
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    }),
};
