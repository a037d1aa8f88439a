import { InputBoxValidationSeverity, QuickPickItemKind, window } from 'vscode';
import type {
  InputBox,
  InputBoxOptions,
  InputBoxValidationMessage,
  QuickInput,
  QuickPick,
  QuickPickItem,
  QuickPickOptions,
} from 'vscode';
import { oneLine, plainLabel, plainSentence } from '../remoteText.ts';

/** Texts of an input. A field that is left out stays unchanged. */
export interface InputTexts {
  readonly title?: string;
  readonly placeholder?: string;
  readonly prompt?: string;
}

/** Reason why an input box refuses a value. A plain string is an error. */
export type Problem = string | InputBoxValidationMessage | undefined;

/**
 * Returns rows that are safe for VS Code. Label, description and detail may come from anywhere, so they are changed: VS
 * Code draws no icons in them. Icons of this extension go into `iconPath`.
 */
export function plainRows<Row extends QuickPickItem>(rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    row.kind === QuickPickItemKind.Separator
      ? { ...row, label: oneLine(row.label) }
      : {
          ...row,
          label: plainLabel(row.label),
          ...(row.description === undefined ? {} : { description: plainLabel(row.description) }),
          ...(row.detail === undefined ? {} : { detail: plainLabel(row.detail) }),
        },
  );
}

/**
 * Asks the user for one row.
 *
 * @param rows - if this is a promise, the list opens at once and shows that it is busy
 * @returns the given row itself; undefined when nothing was chosen
 */
export async function pickOne<Row extends QuickPickItem>(
  rows: readonly Row[] | Promise<readonly Row[]>,
  options: QuickPickOptions,
): Promise<Row | undefined> {
  const shown = rows instanceof Promise ? rows.then(plainRows) : plainRows(rows);
  const chosen = await window.showQuickPick<Row>(shown, plainOptions(options));
  return chosen === undefined ? undefined : (await rows)[(await shown).indexOf(chosen)];
}

/**
 * Asks the user for any number of rows.
 *
 * @returns the given rows themselves; undefined when the input was closed
 */
export async function pickSeveral<Row extends QuickPickItem>(
  rows: readonly Row[],
  options: QuickPickOptions,
): Promise<readonly Row[] | undefined> {
  const shown = plainRows(rows);
  const chosen = await window.showQuickPick(shown, { ...plainOptions(options), canPickMany: true });
  const given = new Map(shown.map((row, at) => [row, rows[at]]));
  return chosen?.flatMap((row) => given.get(row) ?? []);
}

/** Options of a text input, with a check that runs while the user types. */
export interface TextOptions extends Omit<InputBoxOptions, 'validateInput'> {
  readonly validate?: (value: string) => Problem;
}

/**
 * Asks the user for a text.
 *
 * @returns undefined when the input was closed
 */
export function askForText({ prompt, validate, ...options }: TextOptions): Thenable<string | undefined> {
  return window.showInputBox({
    ...plainOptions(options),
    ...(prompt === undefined ? {} : { prompt: plainSentence(prompt) }),
    ...(validate === undefined ? {} : { validateInput: (value) => plainProblem(validate(value)) }),
  });
}

/** Creates an input box with these texts. */
export function createBox(texts: InputTexts): InputBox {
  const box = window.createInputBox();
  describeInput(box, texts);
  return box;
}

/** Creates a quick pick with these texts. Its rows go through {@link plainRows}. */
export function createPick<Row extends QuickPickItem>(texts: InputTexts): QuickPick<Row> {
  const pick = window.createQuickPick<Row>();
  describeInput(pick, texts);
  return pick;
}

/**
 * Shows a quick pick until a row is accepted.
 *
 * @param draw - fills the rows, now and at each change of what is typed
 * @returns the accepted row; undefined if the user closed the pick
 */
export function pickIn<Row extends QuickPickItem>(pick: QuickPick<Row>, draw: () => void): Promise<Row | undefined> {
  draw();
  return new Promise((resolve) => {
    pick.onDidChangeValue(draw);
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Changes the texts of an input. */
export function describeInput(
  input: QuickInput & { placeholder?: string | undefined; prompt?: string | undefined },
  { title, placeholder, prompt }: InputTexts,
): void {
  if (title !== undefined) input.title = plainSentence(title);
  if (placeholder !== undefined) input.placeholder = plainSentence(placeholder);
  if (prompt !== undefined) input.prompt = plainSentence(prompt);
}

/** Shows below an input box why its value cannot be accepted; undefined clears the message. */
export function showProblem(box: InputBox, problem: Problem): void {
  box.validationMessage = plainProblem(problem);
}

function plainProblem(problem: Problem): InputBoxValidationMessage | undefined {
  if (problem === undefined) return undefined;
  const { message, severity } =
    typeof problem === 'string' ? { message: problem, severity: InputBoxValidationSeverity.Error } : problem;
  return { message: plainSentence(message), severity };
}

function plainOptions<Options extends { title?: string; placeHolder?: string }>(options: Options): Options {
  return {
    ...options,
    ...(options.title === undefined ? {} : { title: plainSentence(options.title) }),
    ...(options.placeHolder === undefined ? {} : { placeHolder: plainSentence(options.placeHolder) }),
  };
}
