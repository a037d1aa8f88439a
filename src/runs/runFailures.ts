import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import { traitsOf } from '../base/failures.ts';
import type { FailureCode } from '../base/failures.ts';
import type { RunMember } from '../model/run.ts';
import type { KeptFailure } from '../model/runRecord.ts';

/** Failures after which an order goes on: the machine slept, or is between two networks. Nothing was sent. */
export const UNREACHABLE: ReadonlySet<FailureCode> = new Set(['offline', 'unknownHost']);

/** Returns the key of a member, unique within its run. */
export function memberKey({ actionId, commandIndex }: Pick<RunMember, 'actionId' | 'commandIndex'>): string {
  return `${actionId}#${commandIndex}`;
}

/** Whether a result can be requested, by the listed state of its command. */
export function isAvailable(member: RunMember): boolean {
  return member.result === 'transcript';
}

/** Whether a failure may be gone by now. On order, such a result is tried again after each look. */
export function isTransient(failure: KeptFailure | undefined): boolean {
  return failure !== undefined && traitsOf(failure.code).isTransient === true;
}

/** Returns the failure of a record as the error that was originally thrown. */
export function thrown({ code, values }: KeptFailure): LiveResponseError {
  return new LiveResponseError(code, values);
}

/** Returns a failure as a record keeps it. @param at - time of the attempt, ms since 1970 */
export function keep(error: unknown, at: number): KeptFailure {
  if (isLiveResponseError(error)) return { code: error.code, values: error.values, at };
  return { code: 'unexpectedAnswer', values: {}, at };
}
