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

/** Rows of a pick, and what else it does. */
export interface PickedRows<Row extends QuickPickItem> {
  /**
   * Rows that do not depend on what is typed; VS Code hides those that do not match. They stand first. Each must keep
   * its place as long as the pick is open, also after `onButton`.
   */
  readonly fixed: () => readonly Row[];
  /** Rows that stand before all others, but only while nothing is typed. */
  readonly untyped?: readonly Row[];
  /** Rows for what is typed. They stand last and are shown whatever they say; none by default. */
  readonly typed?: (text: string) => readonly Row[];
  /** Row that Enter accepts while nothing is typed, instead of the first. */
  readonly active?: Row | undefined;
  /** Text in the box when the pick opens. */
  readonly value?: string;
  readonly matchOnDescription?: boolean;
  readonly matchOnDetail?: boolean;
  readonly ignoreFocusOut?: boolean;
  /** Acts on the button of a row. The rows are then drawn again. */
  readonly onButton?: (row: Row) => PromiseLike<void>;
  /** Returns the texts for what is typed. */
  readonly texts: (text: string) => InputTexts;
}

/**
 * Asks the user for one row of a pick whose rows follow what is typed.
 *
 * Enter can come before the rows for the last key are drawn. VS Code then names the accepted row by its place in the
 * list before, or names none. That is why fixed rows keep their places, and why Enter without a row accepts the first
 * of the rows for what is typed. If there is none, the pick stays open and nothing typed is lost.
 *
 * @returns the given row itself; undefined when the pick was closed
 */
export function pickFollowing<Row extends QuickPickItem>(rows: PickedRows<Row>): Promise<Row | undefined> {
  const { fixed, untyped = [], typed = (): readonly Row[] => [], active, onButton, texts } = rows;
  const pick = createPick<QuickPickItem>(texts(rows.value ?? ''));
  pick.value = rows.value ?? '';
  pick.matchOnDescription = rows.matchOnDescription ?? false;
  pick.matchOnDetail = rows.matchOnDetail ?? false;
  pick.ignoreFocusOut = rows.ignoreFocusOut ?? false;
  /** The row at each place; undefined where none can be chosen. */
  let given: readonly (Row | undefined)[] = [];
  const draw = (): void => {
    const text = pick.value.trim();
    const always = fixed();
    const first = untyped.map((row) => (text === '' ? row : undefined));
    given = [...first, ...always, ...typed(text).map((row) => ({ ...row, alwaysShow: true }))];
    // Separators keep the places of rows that are not offered now: a place may be all that an early Enter names.
    pick.items = plainRows(given.map((row) => row ?? { label: '', kind: QuickPickItemKind.Separator }));
    describeInput(pick, texts(text));
    // VS Code would sort the rows for what is typed, and take another one than a fast Enter.
    const isOnlyTyped = text !== '' && !always.some((row) => fits(row, text, pick));
    const typedAt = first.length + always.length;
    const place = isOnlyTyped ? typedAt : text === '' && active !== undefined ? given.indexOf(active) : -1;
    const meant = pick.items[place];
    if (meant !== undefined) pick.activeItems = [meant];
  };
  const rowOf = (shown: QuickPickItem | undefined): Row | undefined =>
    shown === undefined ? undefined : given[pick.items.indexOf(shown)];
  draw();
  return new Promise((resolve) => {
    pick.onDidChangeValue(draw);
    pick.onDidAccept(() => {
      const row = rowOf(pick.selectedItems[0]) ?? typed(pick.value.trim())[0];
      if (row === undefined) return;
      resolve(row);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item }) => {
      const row = rowOf(item);
      if (row !== undefined) void onButton?.(row).then(draw);
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Whether VS Code shows a row for what is typed. */
function fits(
  { label, description, detail }: QuickPickItem,
  text: string,
  { matchOnDescription, matchOnDetail }: Pick<QuickPick<QuickPickItem>, 'matchOnDescription' | 'matchOnDetail'>,
): boolean {
  const texts = [label, matchOnDescription ? description : undefined, matchOnDetail ? detail : undefined];
  return texts.some((one) => one?.toLowerCase().includes(text.toLowerCase()) === true);
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
