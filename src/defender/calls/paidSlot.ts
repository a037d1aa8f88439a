import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import { meterOf } from '../../base/urgency.ts';
import type { Priority } from '../../base/urgency.ts';
import type { Budget, CallSlot } from './budget.ts';

/**
 * Waits for a slot, after the account of the priority has allowed the call. Each call is counted here and not by its
 * caller: an answer can take several calls, by pages and by repetitions.
 *
 * @throws LiveResponseError `cancelled` if the account refuses the call, and the errors of the budget
 */
export async function takePaid(budget: Budget, priority: Priority, signal: AbortSignal): Promise<CallSlot> {
  const meter = meterOf(priority);
  if (meter !== undefined && !(await meter.take())) throw new LiveResponseError('cancelled');
  try {
    return await budget.take(priority, signal);
  } catch (error) {
    meter?.giveBack();
    throw error;
  }
}

/** Takes a call back from its account if nothing was sent. Returns a function that throws the error again. */
export function refund(priority: Priority): (error: unknown) => never {
  const meter = meterOf(priority);
  return (error) => {
    if (isLiveResponseError(error) && (error.code === 'offline' || error.code === 'unknownHost')) meter?.giveBack();
    throw error;
  };
}
