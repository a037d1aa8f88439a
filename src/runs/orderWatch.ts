import { LiveResponseError } from '../base/errors.ts';
import { traitsOf } from '../base/failures.ts';
import { refOf } from '../model/run.ts';
import type { RunMember } from '../model/run.ts';
import type { KeptFailure, RunRecord } from '../model/runRecord.ts';
import { isTransient, keep, memberKey, UNREACHABLE } from './runFailures.ts';
import type { RunJob } from './runJob.ts';
import type { RenewRun, RunFetchesOptions } from './runOptions.ts';
import type { RunRecords } from './runRecords.ts';
import { countOpen, nextLookIn, whyOver } from './standingOrder.ts';

/** Number of failed questions in a row after which an order stops: it would look healthy, and keep nothing. */
const MOST_FAILED_LOOKS = 12;

/** Parts that are needed to watch an order. */
export interface OrderWatchParts {
  readonly options: RunFetchesOptions;
  readonly records: RunRecords;
  readonly missing: (record: RunRecord) => Promise<RunMember[]>;
  /** Stops a run for a failure that affects all its results. */
  readonly stop: (job: RunJob, failure: KeptFailure) => void;
}

/**
 * Waits for results that do not exist yet, if there is an order to keep them, and asks once about their commands.
 *
 * @returns whether there may be more to fetch
 */
export async function lookAgain(job: RunJob, parts: OrderWatchParts): Promise<boolean> {
  const { options, records, missing: findMissing } = parts;
  const { clock, renew } = options;
  const { key, account } = job;
  const record = records.get(key);
  if (record?.order === undefined || renew === undefined) return false;
  if (job.isOver() || record.state === 'stopped') return false;
  const missing = (await findMissing(record)).filter((member) => !account.hasFetched(refOf(record.run, member)));
  const failureOf = (member: RunMember): KeptFailure | undefined => record.failures[memberKey(member)];
  const isLeft = missing.some((member) => failureOf(member) === undefined);
  const isToRetry = missing.some((member) => isTransient(failureOf(member)));
  const { filter } = record.run;
  const mayGrow = filter?.grows === true && filter.isFull !== true;
  const hasAll = !isLeft && !isToRetry && !mayGrow && countOpen(record.run) === 0;
  const end = hasAll ? 'allEnded' : await account.findEnd();
  const order = records.get(key)?.order;
  if (job.isOver() || order === undefined) return false;
  if (end !== undefined) {
    records.change(key, { order: { ...order, end } });
    return false;
  }
  // Left out only because other fetches were under way, which could have brought too many bytes.
  if (isLeft) return true;
  if (!job.isPaused) records.change(key, { state: 'watching' });
  await clock.wait(nextLookIn(record.run, order, clock.now()), job.signal).catch(() => undefined);
  await job.resumed();
  // The run can have got more hosts meanwhile, and the order can be over after a long pause.
  const current = records.get(key);
  if (job.isOver() || current?.order === undefined) return false;
  if (whyOver(current.order, clock.now()) === undefined) await ask(job, parts, current, renew);
  return true;
}

/** Asks once for the state of a run's commands. */
async function ask(
  job: RunJob,
  { options: { clock }, records, stop }: OrderWatchParts,
  { run, order }: RunRecord,
  renew: RenewRun,
): Promise<void> {
  const { key, signal, account } = job;
  const lookedAt = clock.now();
  try {
    const renewed = await renew(run, order?.lookedAt, { signal, meter: account });
    const spent = records.get(key)?.order;
    if (job.isOver() || spent === undefined) return;
    job.failedLooks = 0;
    // A person can have paused the run while the question was under way.
    const state = job.isPaused ? {} : { state: 'running' as const };
    records.change(key, { run: renewed, order: { ...spent, lookedAt }, ...state });
  } catch (error) {
    if (job.isOver()) return;
    const failure = account.isOthers ? keep(otherAccount(), clock.now()) : keep(error, clock.now());
    // The order came to its limit between two calls of one question.
    if (failure.code === 'cancelled' || UNREACHABLE.has(failure.code)) return;
    if (traitsOf(failure.code).stopsRun === true) stop(job, failure);
    else if (failure.code !== 'rateLimited' && ++job.failedLooks >= MOST_FAILED_LOOKS) stop(job, failure);
    else if (failure.code === 'rateLimited')
      await clock.wait(Math.max(0, (failure.values.retryAt ?? 0) - clock.now()), signal).catch(() => undefined);
  }
}

/** Returns the failure of an order that another account gave. */
export function otherAccount(): LiveResponseError {
  return new LiveResponseError('notSignedIn', { reason: 'orderOfOther' });
}
