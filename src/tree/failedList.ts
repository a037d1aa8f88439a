import { isLiveResponseError } from '../base/errors.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import type { NextStep } from '../messages/failureMessage.ts';
import { STEP_COMMANDS } from '../messages/nextSteps.ts';

/** Why nobody is signed in, where signing in is all that is to be done. */
const SIGNED_OUT = [
  'noAccount',
  'secretsLost',
  'sessionEnded',
  'moreWanted',
  'noSecret',
  'noToken',
  'expired',
  'rejected',
] as const;
export type SignedOutReason = (typeof SIGNED_OUT)[number];

/** The reason that chooses what the empty view says; undefined for every other failure. */
export function signedOutReason(error: unknown): SignedOutReason | undefined {
  if (!isLiveResponseError(error) || error.code !== 'notSignedIn' || error.values.command !== undefined)
    return undefined;
  const { reason = 'rejected' } = error.values;
  return SIGNED_OUT.find((known) => known === reason);
}

/** The ways on that the tree can offer as rows: trying again is always one of them. */
export function stepsInTree(error: unknown): readonly NextStep[] {
  const steps = describeFailure(error).steps.filter((step) => step in STEP_COMMANDS && step !== 'showLog');
  return steps.includes('refresh') ? steps : [...steps, 'tryAgain'];
}
