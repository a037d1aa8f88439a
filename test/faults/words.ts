import module from 'node:module';
import type { FailureMessage, NextStep } from '../../src/messages/failureMessage.ts';

// Times in sentences are local ones: the table must be the same everywhere.
process.env['TZ'] = 'UTC';

/** As much of VS Code as sentences need: they are English in the source, with numbered places. */
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

/** The product's own words for a failure. */
export const describeFailure: (error: unknown) => FailureMessage = messages.describeFailure;

/** The product's own button text. */
export const stepLabel: (step: NextStep) => string = messages.stepLabel;
