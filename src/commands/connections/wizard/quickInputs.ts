import { QuickInputButtons, ThemeIcon } from 'vscode';
import type { InputBox, InputBoxValidationMessage, QuickInput, QuickPick } from 'vscode';
import { createBox, createPick, describeInput, plainRows, showProblem } from '../../../platform/show/quickInputs.ts';
import type { Choice } from './choices.ts';

/** Outcome of a step; undefined when the user cancelled the step. */
export type Ended<Value> =
  | { readonly kind: 'next'; readonly value: Value }
  /** The user went one step back. `text` is the text in the box at that time. */
  | { readonly kind: 'back'; readonly text: string }
  | undefined;

/** Texts and numbers that every step shows. */
export interface StepFrame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface TextQuestion {
  readonly prompt: string;
  readonly placeholder: string;
  readonly value: string;
  readonly password: boolean;
  readonly check: (text: string) => InputBoxValidationMessage | undefined;
  /** Button that helps to answer. It does not end the step. */
  readonly help?: { readonly icon: string; readonly tooltip: string; readonly run: () => void } | undefined;
  /** Whether the step accepts a text although the text has this problem. */
  readonly accepts: (message: InputBoxValidationMessage) => boolean;
}

export interface ChoiceQuestion<Value> {
  readonly placeholder: string;
  readonly value: string;
  /** Returns the rows for a typed text. */
  readonly choices: (typed: string) => readonly Choice<Value>[];
  /** Whether the row with this value is active when the step begins. */
  readonly isActive: (value: Value) => boolean;
  /** Whether the rows depend on the typed text. If so, typing does not hide rows that do not match. */
  readonly typing: boolean;
}

/**
 * Shows the steps one after the other. A step closes only when the next step is open, so that no typed key reaches an
 * editor.
 */
export class Steps {
  #shown: QuickInput | undefined;

  /** False after the user, or another quick pick, has closed the last step. */
  get isOpen(): boolean {
    return this.#shown !== undefined;
  }

  dispose(): void {
    const shown = this.#shown;
    this.#shown = undefined;
    shown?.dispose();
  }

  /** Asks for a text. Enter does nothing while the text has a problem that the step does not accept. */
  askText(frame: StepFrame, question: TextQuestion): Promise<Ended<string>> {
    const box = createBox({ prompt: question.prompt, placeholder: question.placeholder });
    box.value = question.value;
    box.password = question.password;
    // An empty box shows no problem before the user presses Enter.
    const validate = (text: string): void => {
      showProblem(box, text === '' ? undefined : question.check(text));
    };
    validate(box.value);
    box.onDidChangeValue(validate);
    return this.#run(box, { ...frame, help: question.help }, (next) => {
      box.onDidAccept(() => {
        const message = question.check(box.value);
        showProblem(box, message);
        if (message === undefined || question.accepts(message)) next(box.value);
      });
    });
  }

  /** Asks for one of several rows. A row without a value cannot be chosen. */
  askChoice<Value>(frame: StepFrame, question: ChoiceQuestion<Value>): Promise<Ended<Value>> {
    const pick = createPick<Choice<Value>>({ placeholder: question.placeholder });
    pick.value = question.value;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    let filledFor: string | undefined;
    const fill = (): void => {
      // VS Code also reports the initial value, with a delay. If that filled the rows again, a row that the user
      // selected meanwhile would lose its selection.
      if (pick.value === filledFor) return;
      filledFor = pick.value;
      const choices = question.choices(pick.value);
      pick.items = plainRows(choices.map((choice) => ({ ...choice, alwaysShow: question.typing })));
      const active = pick.items.find(({ value }) => value !== undefined && question.isActive(value));
      pick.activeItems = [active ?? pick.items[0]].filter((item) => item !== undefined);
    };
    fill();
    if (question.typing) pick.onDidChangeValue(fill);
    return this.#run(pick, frame, (next) => {
      pick.onDidAccept(() => {
        const value = pick.activeItems[0]?.value;
        if (value !== undefined) next(value);
      });
    });
  }

  #run<Value>(
    input: InputBox | QuickPick<Choice<Value>>,
    { title, step, totalSteps, help }: StepFrame & Pick<TextQuestion, 'help'>,
    onNext: (next: (value: Value) => void) => void,
  ): Promise<Ended<Value>> {
    describeInput(input, { title });
    input.step = step;
    input.totalSteps = totalSteps;
    input.ignoreFocusOut = true;
    const helpButton = help && { iconPath: new ThemeIcon(help.icon), tooltip: help.tooltip };
    input.buttons = [...(step > 1 ? [QuickInputButtons.Back] : []), ...(helpButton ? [helpButton] : [])];
    return new Promise((resolve) => {
      onNext((value) => {
        resolve({ kind: 'next', value });
      });
      input.onDidTriggerButton((button) => {
        if (button === helpButton) help?.run();
        else resolve({ kind: 'back', text: input.value });
      });
      // VS Code also fires this event after an answer. The promise is then already resolved, so the event changes
      // nothing.
      input.onDidHide(() => {
        resolve(undefined);
        if (this.#shown === input) this.dispose();
      });
      input.show();
      const before = this.#shown;
      this.#shown = input;
      before?.dispose();
    });
  }
}
