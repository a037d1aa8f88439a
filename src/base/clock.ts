import { LiveResponseError } from './errors.ts';

/** The client's time source. Tests replace it, so that hours pass at once. */
export interface Clock {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves after `ms`. Rejects with `cancelled` when the signal is aborted, and leaves no timer behind. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The longest delay that a timer of Node can hold. Node turns a longer one into 1 ms. */
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
