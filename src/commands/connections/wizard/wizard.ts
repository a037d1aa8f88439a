import type { Connection, SignIn } from '../../../connections/connection.ts';
import { draftOf, stepsOf, suggestedName } from './draft.ts';
import type { Draft, Place, Step, TextStep } from './draft.ts';

/** Present step and draft of the wizard. */
export interface WizardState {
  readonly step: Step;
  readonly draft: Draft;
}

/** Answer of a step: a choice or a text. */
export type Answer =
  | { readonly step: 'signIn'; readonly signIn: SignIn }
  | { readonly step: 'place'; readonly place: Place }
  | {
      readonly step: TextStep;
      readonly text: string;
      /** Certificates only: whether the key in the file is encrypted. */
      readonly keyIsEncrypted?: boolean;
    };

/** Starts the wizard. For an existing connection, the fields are already filled in. */
export function startWizard(existing: Connection | undefined): WizardState {
  return { step: 'signIn', draft: draftOf(existing) };
}

/** Returns the number of the present step, from 1, and the total number of steps. */
export function positionOf({ step, draft }: WizardState): { readonly step: number; readonly totalSteps: number } {
  const steps = stepsOf(draft);
  return { step: steps.indexOf(step) + 1, totalSteps: steps.length };
}

/** Stores a checked answer and goes to the next step. `done` is true after the last step. */
export function advance(state: WizardState, answer: Answer): WizardState & { readonly done: boolean } {
  const draft = withAnswer(state.draft, answer);
  const steps = stepsOf(draft);
  const next = steps[steps.indexOf(answer.step) + 1];
  return { step: next ?? answer.step, draft, done: next === undefined };
}

/**
 * Goes one step back. The text in the box is kept, even if it is invalid, and is shown again when the step returns.
 *
 * @param taken - names of the existing connections, from which the suggested name is made. A suggested name that the
 * user did not change is not kept, so that the step suggests a name again.
 */
export function goBack(state: WizardState, text: string | undefined, taken: readonly string[]): WizardState {
  const { step, draft } = state;
  const steps = stepsOf(draft);
  const previous = steps[steps.indexOf(step) - 1] ?? step;
  if (text === undefined || step === 'signIn' || step === 'place') return { step: previous, draft };
  const untouched = step === 'name' && text === suggestedName(draft, taken);
  return { step: previous, draft: withAnswer(draft, { step, text: untouched ? '' : text }) };
}

/** Returns the text that the box contains when a step begins. */
export function initialText({ step, draft }: WizardState, taken: readonly string[]): string {
  if (step === 'signIn' || step === 'place') return '';
  const text = draft.texts[step] ?? '';
  return text === '' && step === 'name' ? suggestedName(draft, taken) : text;
}

function withAnswer(draft: Draft, answer: Answer): Draft {
  switch (answer.step) {
    case 'signIn':
      return { ...draft, signIn: answer.signIn };
    case 'place':
      return { ...draft, place: answer.place };
    default: {
      const { step, text, keyIsEncrypted = draft.keyIsEncrypted } = answer;
      return { ...draft, texts: { ...draft.texts, [step]: text }, keyIsEncrypted };
    }
  }
}
