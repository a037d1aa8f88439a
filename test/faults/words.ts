import module from 'node:module';
import type { FailureMessage, NextStep } from '../../src/messages/failureMessage.ts';

// Times in sentences are local, and the table must be the same everywhere.
process.env['TZ'] = 'UTC';

/** The part of VS Code that the sentences need. They are English in the source, with numbered placeholders. */
const VSCODE = `
export const env = { language: 'en-GB' };
export const l10n = {
  t: (text, ...values) => text.replace(/\\{(\\d+)\\}/gu, (place, index) => String(values[Number(index)] ?? place)),
};`;

module.registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(VSCODE)}`, shortCircuit: true }
      : next(specifier, context),
});

const messages = await import('../../src/messages/failureMessages.ts');

/** Returns the product's own text for a failure. */
export const describeFailure: (error: unknown) => FailureMessage = messages.describeFailure;

/** Returns the product's own button text. */
export const stepLabel: (step: NextStep) => string = messages.stepLabel;
