import { LiveResponseError } from './errors.ts';

/** Time as the client sees it, so that tests can let hours pass. */
export interface Clock {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves after `ms`. Rejects with `cancelled` when the signal is aborted, and leaves no timer behind. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The longest that a timer of Node can hold: above it, Node makes 1 ms of it. */
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
