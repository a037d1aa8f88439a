import { setTimeout as sleep } from 'node:timers/promises';
import { RigError } from './processes.ts';

/** Time that a condition gets when a caller names none, in milliseconds: a busy machine may need it, others never do. */
export const defaultTimeoutMs = 60_000;

/** Pause between the first two probes, ms. */
const FIRST_PAUSE_MS = 40;
/** Longest pause between two probes, ms: a page that is asked more often is busy with answers. */
const LONGEST_PAUSE_MS = 250;

/**
 * Asks `probe` again and again until it answers something other than undefined or false.
 *
 * @param what - what is waited for, as in "waited 60 s for WHAT"
 * @param timeoutMs - milliseconds
 * @returns the answer
 * @throws RigError when the time is over; it quotes the last error that `probe` threw
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs: number = defaultTimeoutMs,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.3, LONGEST_PAUSE_MS)) {
    let problem = '';
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      problem = ` The last try failed: ${String(error)}`;
    }
    if (Date.now() >= end) {
      throw new RigError(
        `Waited ${timeoutMs / 1000} s for ${what}, in vain. Look at the server's log and a screenshot.${problem}`,
      );
    }
    await sleep(pauseMs);
  }
}
