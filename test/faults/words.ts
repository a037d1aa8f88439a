import type { FailureMessage, NextStep } from '../../src/messages/failureMessage.ts';
import '../rig/sentences.ts';

// Times in sentences are local, and the table must be the same everywhere.
process.env['TZ'] = 'UTC';

const messages = await import('../../src/messages/failureMessages.ts');

/** Returns the product's own text for a failure. */
export const describeFailure: (error: unknown) => FailureMessage = messages.describeFailure;

/** Returns the product's own button text. */
export const stepLabel: (step: NextStep) => string = messages.stepLabel;
