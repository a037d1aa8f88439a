import { isLiveResponseError } from '../base/errors.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import type { NextStep } from '../messages/failureMessage.ts';
import { STEP_COMMANDS } from '../messages/nextSteps.ts';

/** Reasons why no one is signed in. For these reasons, only signing in helps. */
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

/**
 * Returns the reason that selects the welcome view's text; undefined for a failure that is not one of these reasons.
 */
export function signedOutReason(error: unknown): SignedOutReason | undefined {
  if (!isLiveResponseError(error) || error.code !== 'notSignedIn' || error.values.command !== undefined)
    return undefined;
  const { reason = 'rejected' } = error.values;
  return SIGNED_OUT.find((known) => known === reason);
}

/** Returns the next steps that the tree can offer as rows. The list always contains Refresh or Try Again. */
export function stepsInTree(error: unknown): readonly NextStep[] {
  const steps = describeFailure(error).steps.filter((step) => step in STEP_COMMANDS && step !== 'showLog');
  return steps.includes('refresh') ? steps : [...steps, 'tryAgain'];
}
