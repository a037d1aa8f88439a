import type { Connection, SignIn } from '../../../connections/connection.ts';
import { draftOf, stepsOf, suggestedName } from './draft.ts';
import type { Draft, Place, Step, TextStep } from './draft.ts';

/** Where the wizard stands. */
export interface WizardState {
  readonly step: Step;
  readonly draft: Draft;
}

/** What was chosen or typed at a step. */
export type Answer =
  | { readonly step: 'signIn'; readonly signIn: SignIn }
  | { readonly step: 'place'; readonly place: Place }
  | {
      readonly step: TextStep;
      readonly text: string;
      /** Of a certificate: what a look into the file told. */
      readonly keyIsEncrypted?: boolean;
    };

/** Begins, with what an existing connection says already filled in. */
export function startWizard(existing: Connection | undefined): WizardState {
  return { step: 'signIn', draft: draftOf(existing) };
}

/** Step n of m, counted from 1. */
export function positionOf({ step, draft }: WizardState): { readonly step: number; readonly totalSteps: number } {
  const steps = stepsOf(draft);
  return { step: steps.indexOf(step) + 1, totalSteps: steps.length };
}

/** Takes an answer that was checked. `done` when it was the last one. */
export function advance(state: WizardState, answer: Answer): WizardState & { readonly done: boolean } {
  const draft = withAnswer(state.draft, answer);
  const steps = stepsOf(draft);
  const next = steps[steps.indexOf(answer.step) + 1];
  return { step: next ?? answer.step, draft, done: next === undefined };
}

/**
 * Goes one step back. What stands in the box is kept, right or not: it is there again on the way forth.
 *
 * @param taken - names of the connections there are: a name that was only suggested is suggested anew
 */
export function goBack(state: WizardState, text: string | undefined, taken: readonly string[]): WizardState {
  const { step, draft } = state;
  const steps = stepsOf(draft);
  const previous = steps[steps.indexOf(step) - 1] ?? step;
  if (text === undefined || step === 'signIn' || step === 'place') return { step: previous, draft };
  const untouched = step === 'name' && text === suggestedName(draft, taken);
  return { step: previous, draft: withAnswer(draft, { step, text: untouched ? '' : text }) };
}

/** What stands in the box when a step begins. */
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
