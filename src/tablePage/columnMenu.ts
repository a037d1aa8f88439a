import type { ColumnValue, FilterOperator } from '../analysis/tables/tableQuery.ts';
import type { PageWords } from '../documents/table/tableMessages.ts';
import { openDialog } from './dialogs.ts';
import { button, element, fill, shownText } from './shownText.ts';

/** Choices of a column's menu. */
export interface ColumnChoices {
  readonly sort: (isDescending: boolean) => void;
  readonly filter: (operator: FilterOperator, value: string) => void;
  readonly stack: () => void;
  readonly hide: () => void;
  readonly pin: () => void;
  readonly move: (by: -1 | 1) => void;
  readonly values: () => Promise<readonly ColumnValue[]>;
  /** Returns the printed time of the active cell; an empty text if the column holds no times. */
  readonly time: () => Promise<string>;
}

/** Operators of the form. The others have buttons of their own. */
const OFFERED = [
  'contains',
  'equals',
  'not',
  'matches',
  'greater',
  'less',
] as const satisfies readonly FilterOperator[];

/** Shows the menu of a column as a dialog: order, filter, and the values with their counts. */
export function openColumnMenu(
  words: PageWords,
  column: { readonly name: string; readonly isPinned: boolean },
  choices: ColumnChoices,
  onClose: () => void,
): void {
  const name = column.name === '' ? '–' : shownText(column.name);
  const dialog = openDialog(fill(words.menuOf, name), words.close, onClose);
  const choose = (label: string, act: () => void): HTMLButtonElement =>
    button(label, () => {
      dialog.close();
      act();
    });
  const actions = element('div', '', { class: 'actions' });
  actions.append(
    choose(words.ascending, () => {
      choices.sort(false);
    }),
    choose(words.descending, () => {
      choices.sort(true);
    }),
  );
  actions.append(choose(words.stackByThis, choices.stack));
  actions.append(
    choose(column.isPinned ? words.unpin : words.pin, choices.pin),
    choose(words.moveLeft, () => {
      choices.move(-1);
    }),
    choose(words.moveRight, () => {
      choices.move(1);
    }),
    choose(words.hide, choices.hide),
  );
  dialog.append(actions);
  dialog.append(
    filterForm(words, name, (operator, value) => {
      dialog.close();
      choices.filter(operator, value);
    }),
  );
  const around = element('div', '', { class: 'actions' });
  dialog.append(around);
  void showTimes(around, words, choices, dialog);
  const list = element('div', '', { class: 'values', role: 'group', 'aria-label': words.values });
  dialog.append(element('h3', words.values), list);
  void showValues(list, words, choices, dialog);
  dialog.showModal();
  (dialog.querySelector<HTMLElement>('form input') ?? dialog).focus();
}

function filterForm(
  words: PageWords,
  name: string,
  apply: (operator: FilterOperator, value: string) => void,
): HTMLFormElement {
  const form = element('form');
  const operator = element('select', '', { 'aria-label': words.addFilter });
  for (const one of OFFERED) operator.append(element('option', words[one], { value: one }));
  const value = element('input', '', { type: 'text', 'aria-label': `${name}: ${words.value}`, spellcheck: 'false' });
  const submit = element('button', words.apply, { type: 'submit' });
  form.append(operator, value, submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = OFFERED.find((one) => one === operator.value);
    if (chosen !== undefined) apply(chosen, value.value);
  });
  return form;
}

/** Spans of time around the active cell that the menu offers, in minutes. */
const SPANS = [1, 15, 60] as const;

async function showTimes(
  list: HTMLElement,
  words: PageWords,
  choices: ColumnChoices,
  dialog: HTMLDialogElement,
): Promise<void> {
  const time = await choices.time().catch(() => '');
  if (time === '') return;
  for (const minutes of SPANS) {
    const apply = (): void => {
      dialog.close();
      choices.filter('near', `${minutes} ${time}`);
    };
    list.append(button(fill(words.near, `${minutes}`, shownText(time)), apply));
  }
}

async function showValues(
  list: HTMLElement,
  words: PageWords,
  choices: ColumnChoices,
  dialog: HTMLDialogElement,
): Promise<void> {
  const values = await choices.values().catch(() => []);
  for (const { value, hosts, rows } of values) {
    const text = value === null || value === '' ? words.emptyCell : shownText(value);
    const counts = hosts > 1 || rows !== hosts ? `${rows} · ${hosts} ${words.hosts}` : `${rows}`;
    const row = button('', () => {
      dialog.close();
      choices.filter('equals', value ?? '');
    });
    row.append(element('span', text), element('span', counts, { class: 'count' }));
    list.append(row);
  }
}
