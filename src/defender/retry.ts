import type { Clock } from '../base/clock.ts';
import { isLiveResponseError } from '../base/errors.ts';
import type { FailureCode, LiveResponseError } from '../base/errors.ts';

/** Failures that may be gone a moment later. Only GETs are ever repeated, and this version sends nothing else. */
const PASSING: ReadonlySet<FailureCode> = new Set([
  'rateLimited',
  'serverError',
  'timeout',
  'connectionLost',
  'incompleteAnswer',
  'incompleteDownload',
]);

/**
 * A server that says 500 met something it did not expect, and one that says 501 cannot do it: they would say so again.
 * The other 5xx speak of the way.
 */
function isPassing({ code, values }: LiveResponseError): boolean {
  return PASSING.has(code) && values.status !== 500 && values.status !== 501;
}

const MAX_ATTEMPTS = 4;
/** The longest that one call may take with all its repetitions, ms. */
const MAX_TOTAL_MS = 120_000;
/** An attempt that had less time left would only spend a call, ms. */
const LEAST_ATTEMPT_MS = 1000;
const FIRST_PAUSE_MS = 500;
/** An attempt that brought at least this much more than any before was not in vain, bytes. */
const WORTHWHILE_BYTES = 1_000_000;

/** What is left of the time that a call has with all its repetitions. */
export interface Allowance {
  /** ms. An attempt under way ends with it, but for a download whose bytes flow. */
  readonly left: () => number;
  /** Waits for something that is not the server, as long as it takes: a slot, a person who signs in. */
  readonly aside: <Value>(waiting: Promise<Value>) => Promise<Value>;
}

/**
 * Repeats an attempt that failed in passing: up to four times within two minutes, with growing pauses of random
 * length so that windows that failed together do not return together. A time the server named is kept to.
 *
 * @param received - bytes that the attempts have brought so far: a download that comes along has all attempts again
 * @throws the failure of the last attempt
 */
export async function withRetry<Result>(
  clock: Clock,
  signal: AbortSignal,
  attempt: (allowance: Allowance) => Promise<Result>,
  random: () => number = Math.random,
  received: () => number = () => 0,
): Promise<Result> {
  let most = received();
  let end = clock.now() + MAX_TOTAL_MS;
  const allowance: Allowance = {
    left: () => end - clock.now(),
    aside: async (waiting) => {
      const since = clock.now();
      try {
        return await waiting;
      } finally {
        end += clock.now() - since;
      }
    },
  };
  for (let made = 1; ; made++) {
    try {
      return await attempt(allowance);
    } catch (error) {
      if (received() >= most + WORTHWHILE_BYTES) {
        most = received();
        end = clock.now() + MAX_TOTAL_MS;
        made = 1;
      }
      if (!isLiveResponseError(error) || !isPassing(error) || made === MAX_ATTEMPTS) throw error;
      const pause = pauseAfter(error, made, clock.now(), random);
      if (pause + LEAST_ATTEMPT_MS > allowance.left()) throw error;
      await clock.wait(pause, signal);
    }
  }
}

function pauseAfter(error: LiveResponseError, made: number, now: number, random: () => number): number {
  const jittered = FIRST_PAUSE_MS * 2 ** (made - 1) * (0.5 + random());
  return error.values.retryAt === undefined ? jittered : Math.max(jittered, error.values.retryAt - now);
}

/** No window of the API is longer, so no pause needs to be, ms. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * When the server wants to be asked again.
 *
 * @param header - `Retry-After`: seconds or an HTTP date; the documentation promises it, real answers may lack it
 * @param now - this machine's clock, ms since 1970
 * @param date - the answer's own `Date`: what an HTTP date is measured against, because our clock may be wrong
 * @returns ms since 1970 by this machine's clock
 */
export function readRetryAfter(header: string | undefined, now: number, date?: string): number | undefined {
  const text = header?.trim() ?? '';
  const pause = /^\d+$/u.test(text) ? Number(text) * 1000 : httpDate(text) - (httpDate(date ?? '') || now);
  return Number.isNaN(pause) ? undefined : now + Math.min(LONGEST_PAUSE_MS, Math.max(0, pause));
}

/** `Date.parse` takes nearly anything for a date; an HTTP date begins with a weekday. */
function httpDate(text: string): number {
  return /^[a-z]{3,9},? /iu.test(text) ? Date.parse(text) : Number.NaN;
}
