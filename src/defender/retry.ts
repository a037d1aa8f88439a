import type { Clock } from '../base/clock.ts';
import { isLiveResponseError } from '../base/errors.ts';
import type { LiveResponseError } from '../base/errors.ts';
import { traitsOf } from '../base/failures.ts';

/**
 * Whether a repetition may help. Only GETs are ever repeated, and this version sends nothing else. A server that answers 500 met something unexpected, and one that answers 501 lacks the
 * function: both would answer so again. The other 5xx concern the way to the server.
 */
function isPassing({ code, values }: LiveResponseError): boolean {
  return traitsOf(code).isTransient === true && values.status !== 500 && values.status !== 501;
}

const MAX_ATTEMPTS = 4;
/** Longest time for one call with all its repetitions, ms. */
const MAX_TOTAL_MS = 120_000;
/** Least time left for another attempt, ms. A shorter one would only spend a call. */
const LEAST_ATTEMPT_MS = 1000;
const FIRST_PAUSE_MS = 500;
/** Least number of new bytes that counts as progress. It restores all attempts. */
const WORTHWHILE_BYTES = 1_000_000;

/** Time left for a call with all its repetitions. */
export interface Allowance {
  /** Returns the ms left. They bound an attempt under way, except a download whose bytes flow. */
  readonly left: () => number;
  /** Waits for something other than the server, such as a slot or a user who signs in. That time does not count. */
  readonly aside: <Value>(waiting: Promise<Value>) => Promise<Value>;
}

/**
 * Repeats an attempt that failed in passing: up to four attempts within two minutes. The pauses grow and have a random
 * length, so that windows that failed together do not return together. A pause lasts at least until the time that the
 * server named.
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

/** Longest pause, ms: no rate window of the API is longer. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Returns the time at which the server accepts the next call.
 *
 * @param header - `Retry-After`: seconds or an HTTP date; the documentation promises it, real answers may lack it
 * @param now - this machine's clock, ms since 1970
 * @param date - the answer's own `Date`: an HTTP date is measured against it, because our clock may be wrong
 * @returns ms since 1970 by this machine's clock
 */
export function readRetryAfter(header: string | undefined, now: number, date?: string): number | undefined {
  const text = header?.trim() ?? '';
  const pause = /^\d+$/u.test(text) ? Number(text) * 1000 : httpDate(text) - (httpDate(date ?? '') || now);
  return Number.isNaN(pause) ? undefined : now + Math.min(LONGEST_PAUSE_MS, Math.max(0, pause));
}

/** Parses an HTTP date, which begins with a weekday. `Date.parse` accepts nearly anything as a date. */
function httpDate(text: string): number {
  return /^[a-z]{3,9},? /iu.test(text) ? Date.parse(text) : Number.NaN;
}
