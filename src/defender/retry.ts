import type { Clock } from '../base/clock.ts';
import { isLiveResponseError } from '../base/errors.ts';
import type { LiveResponseError } from '../base/errors.ts';
import { traitsOf } from '../base/failures.ts';
import { LONGEST_PAUSE_MS } from './calls/ledger.ts';

/**
 * Whether a retry may succeed. A retry is safe, because this version sends only GET requests. A server that answers 500
 * had an unexpected error, and a server that answers 501 lacks the function. Both would give the same answer again. The
 * other 5xx report failures on the way to the server.
 */
function isPassing({ code, values }: LiveResponseError): boolean {
  return traitsOf(code).isTransient === true && values.status !== 500 && values.status !== 501;
}

const MAX_ATTEMPTS = 4;
/** Longest time for one call with all its retries, ms. */
const MAX_TOTAL_MS = 120_000;
/** Minimum time left for another attempt, ms. A shorter attempt would only use up a call. */
const LEAST_ATTEMPT_MS = 1000;
const FIRST_PAUSE_MS = 500;
/** Minimum number of new bytes that counts as progress. After progress, all attempts are available again. */
const WORTHWHILE_BYTES = 1_000_000;

/** Time left for a call with all its retries. */
export interface Allowance {
  /** Returns the ms left. An attempt under way ends after this time, except a download that still receives bytes. */
  readonly left: () => number;
  /**
   * Waits for something other than the server, such as a slot or a user who signs in. The time of this wait does not
   * count.
   */
  readonly aside: <Value>(waiting: Promise<Value>) => Promise<Value>;
}

/**
 * Repeats an attempt after a temporary failure: up to four attempts within two minutes. The pauses grow and have a
 * random length, so that windows that failed at the same time do not retry at the same time. A pause lasts at least
 * until the time that the server gave.
 *
 * @param received - returns the bytes that the attempts have brought so far: a download with progress gets all attempts
 *   again
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

/**
 * Returns the time at which the server accepts the next call.
 *
 * @param header - `Retry-After`: seconds or an HTTP date; the documentation promises it, real answers may lack it
 * @param now - time by the local clock, ms since 1970
 * @param date - the answer's own `Date`. An HTTP date in the header is compared with it, because the local clock may be
 *   wrong
 * @returns ms since 1970 by the local clock
 */
export function readRetryAfter(header: string | undefined, now: number, date?: string): number | undefined {
  const text = header?.trim() ?? '';
  const pause = /^\d+$/u.test(text) ? Number(text) * 1000 : httpDate(text) - (httpDate(date ?? '') || now);
  return Number.isNaN(pause) ? undefined : now + Math.min(LONGEST_PAUSE_MS, Math.max(0, pause));
}

/**
 * Parses an HTTP date, which begins with a weekday. The weekday is checked, because `Date.parse` accepts nearly any
 * text as a date.
 */
function httpDate(text: string): number {
  return /^[a-z]{3,9},? /iu.test(text) ? Date.parse(text) : Number.NaN;
}
