import assert from 'node:assert/strict';
import type { Connection, SignIn } from '../../../../../src/connections/connection.ts';
import { check, WARNINGS } from '../../../../../src/commands/connections/wizard/checks.ts';
import type { Place, Step, TextStep } from '../../../../../src/commands/connections/wizard/draft.ts';
import { advance, goBack, initialText, startWizard } from '../../../../../src/commands/connections/wizard/wizard.ts';
import type { Answer, WizardState } from '../../../../../src/commands/connections/wizard/wizard.ts';
import { jwt } from '../../../identity/tokens.ts';

export const TENANT = '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f';
export const CLIENT = '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9';
export const OTHER = '2a3b4c5d-6e7f-4081-92a3-b4c5d6e7f809';
export const NOW = Date.UTC(2026, 10, 23, 21);
export const TOKEN = jwt({ tid: TENANT, appid: CLIENT, upn: 'anna@contoso.com', exp: NOW / 1000 + 60 });

/** A user's answers. A text that is not given is the initial text of the input box. */
export interface Person {
  readonly signIn: SignIn;
  readonly place?: Place;
  readonly texts?: Readonly<Partial<Record<TextStep, string>>>;
  readonly keyIsEncrypted?: boolean;
}

export interface Surroundings {
  readonly existing?: Connection | undefined;
  readonly names?: readonly string[];
}

/** Returns the answer to the current step. Asserts that the wizard would accept it. */
export function answerOf(state: WizardState, person: Person, { existing, names = [] }: Surroundings): Answer {
  const { step, draft } = state;
  if (step === 'signIn') return { step, signIn: person.signIn };
  if (step === 'place') return { step, place: person.place ?? draft.place ?? { cloud: 'commercial' } };
  const text = person.texts?.[step] ?? initialText(state, names);
  const problem = check(step, text, draft, { existing, names, now: NOW });
  assert.ok(problem === undefined || WARNINGS.has(problem), `${step}: ${problem ?? ''}`);
  if (step !== 'certificate') return { step, text };
  return { step, text, keyIsEncrypted: person.keyIsEncrypted ?? false };
}

/** Walks to the end, and goes back and forth once at every step. */
export function walk(person: Person, around: Surroundings = {}): { readonly steps: Step[]; readonly end: WizardState } {
  let state = startWizard(around.existing);
  const steps: Step[] = [];
  for (;;) {
    steps.push(state.step);
    const next = advance(state, answerOf(state, person, around));
    if (next.done) return { steps, end: next };
    const back = goBack(next, initialText(next, around.names ?? []), around.names ?? []);
    assert.equal(back.step, state.step, 'back leads to where one came from');
    const forth = advance(back, answerOf(back, person, around));
    assert.deepEqual([forth.step, initialText(forth, [])], [next.step, initialText(next, [])], 'and forth again');
    state = forth;
  }
}
