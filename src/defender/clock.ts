import { LiveResponseError } from './errors.ts';

/** Time as the client sees it, so that tests can let hours pass. */
export interface Clock {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves after `ms`. Rejects with `cancelled` when the signal is aborted, and leaves no timer behind. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        clearTimeout(timer);
        reject(new LiveResponseError('cancelled'));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', cancel);
        resolve();
      }, ms);
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    }),
};
