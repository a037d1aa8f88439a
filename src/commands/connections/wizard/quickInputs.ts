import { QuickInputButtons } from 'vscode';
import type { InputBox, InputBoxValidationMessage, QuickInput, QuickPick } from 'vscode';
import { createBox, createPick, describeInput, plainRows, showProblem } from '../../../platform/show/quickInputs.ts';
import type { Choice } from './choices.ts';

/** How a step ended; undefined when it was cancelled. */
export type Ended<Value> =
  | { readonly kind: 'next'; readonly value: Value }
  /** With what stood in the box. */
  | { readonly kind: 'back'; readonly text: string }
  | undefined;

/** What every step shows. */
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
  /** Whether a text that has this message is taken for all that. */
  readonly accepts: (message: InputBoxValidationMessage) => boolean;
}

export interface ChoiceQuestion<Value> {
  readonly placeholder: string;
  readonly value: string;
  /** The rows for what is typed. */
  readonly choices: (typed: string) => readonly Choice<Value>[];
  /** The row to begin at. */
  readonly isActive: (value: Value) => boolean;
  /** The rows depend on what is typed, and none is hidden by it. */
  readonly typing: boolean;
}

/** Shows one step after another. The one before goes when the next is there: keys typed in between reach no editor. */
export class Steps {
  #shown: QuickInput | undefined;

  /** False once a person, or another quick pick, has closed the step that was shown last. */
  get isOpen(): boolean {
    return this.#shown !== undefined;
  }

  dispose(): void {
    const shown = this.#shown;
    this.#shown = undefined;
    shown?.dispose();
  }

  /** Asks for a text. Enter is refused while something is wrong with it. */
  askText(frame: StepFrame, question: TextQuestion): Promise<Ended<string>> {
    const box = createBox({ prompt: question.prompt, placeholder: question.placeholder });
    box.value = question.value;
    box.password = question.password;
    // An empty box is not yet wrong: it is told so when Enter is pressed.
    const validate = (text: string): void => {
      showProblem(box, text === '' ? undefined : question.check(text));
    };
    validate(box.value);
    box.onDidChangeValue(validate);
    return this.#run(box, frame, (next) => {
      box.onDidAccept(() => {
        const message = question.check(box.value);
        showProblem(box, message);
        if (message === undefined || question.accepts(message)) next(box.value);
      });
    });
  }

  /** Asks for one of several. A row without a value cannot be chosen. */
  askChoice<Value>(frame: StepFrame, question: ChoiceQuestion<Value>): Promise<Ended<Value>> {
    const pick = createPick<Choice<Value>>({ placeholder: question.placeholder });
    pick.value = question.value;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    let filledFor: string | undefined;
    const fill = (): void => {
      // VS Code reports the first value as well, and late: to fill anew would move the row that a person has chosen by then.
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
    { title, step, totalSteps }: StepFrame,
    onNext: (next: (value: Value) => void) => void,
  ): Promise<Ended<Value>> {
    describeInput(input, { title });
    input.step = step;
    input.totalSteps = totalSteps;
    input.ignoreFocusOut = true;
    input.buttons = step > 1 ? [QuickInputButtons.Back] : [];
    return new Promise((resolve) => {
      onNext((value) => {
        resolve({ kind: 'next', value });
      });
      input.onDidTriggerButton(() => {
        resolve({ kind: 'back', text: input.value });
      });
      // After an answer this comes too, and changes nothing any more.
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
