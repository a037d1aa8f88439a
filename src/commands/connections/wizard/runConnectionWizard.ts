import { env, InputBoxValidationSeverity, l10n, ThemeIcon } from 'vscode';
import type { InputBoxValidationMessage } from 'vscode';
import type { Connection, SignIn } from '../../../connections/connection.ts';
import { isGuid } from '../../../base/resultUri.ts';
import { appRegistrationCommands } from '../../../identity/appRegistration.ts';
import { readCertificateFile } from '../../../identity/certificateFile.ts';
import { confirmInStatusBar } from '../../../platform/show/notifications.ts';
import { check, WARNINGS } from './checks.ts';
import type { Problem } from './checks.ts';
import { offered, placeChoices, signInChoices } from './choices.ts';
import type { Choice } from './choices.ts';
import { mayKeepSecret, resultOf } from './draft.ts';
import type { Place, TextStep, WizardResult } from './draft.ts';
import { Steps } from './quickInputs.ts';
import type { Ended, StepFrame, TextQuestion } from './quickInputs.ts';
import { placeholderFor, problemText, promptFor, stepTitle } from './texts.ts';
import { advance, goBack, initialText, positionOf, startWizard } from './wizard.ts';
import type { Answer, WizardState } from './wizard.ts';

export interface WizardOptions {
  /** Connection to edit. Left out if the wizard adds a new connection. */
  readonly existing?: Connection;
  /** Names of the existing connections. */
  readonly names: readonly string[];
  /**
   * Whether the browser can reach a port of the machine that this extension runs on. Otherwise the user signs in with a
   * code.
   */
  readonly canLoopback: boolean;
  /** Lets the user choose a file on the machine that this extension runs on. */
  readonly pickFile: () => Promise<string | undefined>;
  /** Whether a way to sign in, or a cloud, is offered. */
  readonly isOffered: (choice: SignIn | Place) => boolean;
}

/**
 * Asks for a connection step by step.
 *
 * @returns the connection, and its secret if the user typed a new secret; undefined when the wizard was cancelled
 */
export async function runConnectionWizard(options: WizardOptions): Promise<WizardResult | undefined> {
  const { existing, names } = options;
  const steps = new Steps();
  try {
    let state = startWizard(existing);
    for (;;) {
      const ended = await ask(steps, state, options);
      if (ended === undefined) return undefined;
      if (ended.kind === 'back') {
        state = goBack(state, ended.text, names);
        continue;
      }
      const next = advance(state, ended.value);
      if (next.done) {
        const sample = next.draft.signIn === 'sample';
        return resultOf(next.draft, existing, ...(sample ? [l10n.t('Sample tenant')] : []));
      }
      state = next;
    }
  } finally {
    steps.dispose();
  }
}

async function ask(steps: Steps, state: WizardState, options: WizardOptions): Promise<Ended<Answer>> {
  const { step, draft } = state;
  const frame: StepFrame = { title: stepTitle(step, options.existing), ...positionOf(state) };
  const list = { value: '', typing: false };
  if (step === 'signIn') {
    const ended = await steps.askChoice(frame, {
      ...list,
      placeholder: l10n.t('How do you want to sign in?'),
      choices: () => offered(signInChoices(options.canLoopback, options.existing === undefined), options.isOffered),
      isActive: (signIn) => signIn === (draft.signIn ?? 'interactive'),
    });
    return answered(ended, (signIn) => ({ step, signIn }));
  }
  if (step === 'place') {
    const ended = await steps.askChoice(frame, {
      ...list,
      placeholder: l10n.t('Where is your tenant? If you do not know: commercial.'),
      choices: () => offered(placeChoices(), options.isOffered),
      isActive: ({ cloud, region }) => cloud === (draft.place?.cloud ?? 'commercial') && region === draft.place?.region,
    });
    return answered(ended, (place) => ({ step, place }));
  }
  const context = { existing: options.existing, names: options.names, now: Date.now() };
  const text = initialText(state, options.names);
  if (step === 'certificate')
    return askCertificate(steps, frame, text, options.pickFile, (typed) => check(step, typed, draft, context));
  const ended = await steps.askText(frame, {
    prompt: promptFor(
      step,
      draft.place?.cloud ?? 'commercial',
      isSecret(step) && mayKeepSecret(draft, options.existing),
    ),
    placeholder: placeholderFor(step),
    value: text,
    password: isSecret(step),
    help: step === 'clientId' ? copyCommandsButton(draft) : undefined,
    check: (typed) => messageOf(check(step, typed, draft, context)),
    accepts: ({ severity }) => severity !== InputBoxValidationSeverity.Error,
  });
  return answered(ended, (typed) => ({ step, text: typed }));
}

/** Returns the button that copies the commands for an app registration, in the cloud and the tenant of the draft. */
function copyCommandsButton(draft: WizardState['draft']): TextQuestion['help'] {
  return {
    icon: 'copy',
    tooltip: l10n.t('Copy Commands to Create One'),
    run: () => {
      const tenantId = draft.texts.tenantId?.trim();
      const request = {
        cloud: draft.place?.cloud ?? ('commercial' as const),
        ...(isGuid(tenantId) ? { tenantId } : {}),
      };
      void env.clipboard.writeText(appRegistrationCommands(request));
      confirmInStatusBar(l10n.t('Command copied: paste it into a terminal'), 8000);
    },
  };
}

function isSecret(step: TextStep): boolean {
  return step === 'clientSecret' || step === 'passphrase' || step === 'accessToken';
}

function answered<Value>(ended: Ended<Value>, toAnswer: (value: Value) => Answer): Ended<Answer> {
  return ended?.kind === 'next' ? { kind: 'next', value: toAnswer(ended.value) } : ended;
}

function messageOf(problem: Problem | undefined): InputBoxValidationMessage | undefined {
  if (problem === undefined) return undefined;
  const severity = WARNINGS.has(problem) ? InputBoxValidationSeverity.Warning : InputBoxValidationSeverity.Error;
  return { message: problemText(problem), severity };
}

type FileChoice = { readonly use: string } | 'choose';

/** Asks for a path, or lets the user choose a file. If the path or the file has a problem, the first row shows it. */
async function askCertificate(
  steps: Steps,
  frame: StepFrame,
  initial: string,
  pickFile: WizardOptions['pickFile'],
  checkPath: (path: string) => Problem | undefined,
): Promise<Ended<Answer>> {
  let shown = initial;
  let refused: { readonly path: string; readonly problem: Problem } | undefined;
  for (;;) {
    const choose: Choice<FileChoice> = {
      value: 'choose',
      iconPath: new ThemeIcon('folder-opened'),
      label: l10n.t('Choose File…'),
    };
    const choices = (typed: string): readonly Choice<FileChoice>[] => {
      const path = typed.trim();
      if (path === '') return [choose];
      const problem = checkPath(path);
      if (problem !== undefined) return [{ iconPath: new ThemeIcon('error'), label: problemText(problem) }, choose];
      // The user may have corrected a refused file meanwhile, so its row can still be chosen, and Enter reads the file
      // again.
      const use: Choice<FileChoice> =
        refused?.path === path
          ? { iconPath: new ThemeIcon('error'), label: problemText(refused.problem) }
          : { iconPath: new ThemeIcon('check'), label: l10n.t('Use this file') };
      return [{ ...use, value: { use: path }, description: path }, choose];
    };
    const placeholder = promptFor('certificate', 'commercial', false);
    const ended = await steps.askChoice(frame, {
      placeholder,
      value: shown,
      choices,
      isActive: () => false,
      typing: true,
    });
    if (ended?.kind !== 'next') return ended;
    const path = ended.value === 'choose' ? await pickFile() : ended.value.use;
    if (path === undefined) continue;
    shown = path;
    const problem = checkPath(path);
    const file = problem === undefined ? await readCertificateFile(path) : { problem };
    // On a slow disk, the user may have closed the wizard with Escape while the file was read.
    if (ended.value !== 'choose' && !steps.isOpen) return undefined;
    if (!('problem' in file)) {
      const { keyIsEncrypted } = file;
      return { kind: 'next', value: { step: 'certificate', text: path, keyIsEncrypted } };
    }
    refused = { path, problem: file.problem };
  }
}
