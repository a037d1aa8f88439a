import type { ColumnRef } from '../analysis/tables/tableQuery.ts';
import type { PageTables, PageWords } from '../documents/table/tableMessages.ts';
import { hasFilter } from './pageState.ts';
import type { PageState } from './pageState.ts';
import { element, shownText } from './shownText.ts';

/** The parts of the page that stand above the grid. */
export const ui = {
  table: find('table-choice', HTMLSelectElement),
  any: find('any', HTMLInputElement),
  stack: find('stack', HTMLSelectElement),
  list: find('list', HTMLButtonElement),
  normalise: find('normalise', HTMLButtonElement),
  newOnly: find('new-only', HTMLButtonElement),
  newest: find('newest', HTMLButtonElement),
  knownGood: find('known-good', HTMLButtonElement),
  columns: find('columns', HTMLButtonElement),
  sentence: find('sentence', HTMLElement),
  clear: find('clear', HTMLButtonElement),
  without: find('without', HTMLButtonElement),
  status: find('status', HTMLElement),
  lack: find('lack', HTMLElement),
  fetch: find('fetch', HTMLButtonElement),
  outside: find('outside', HTMLButtonElement),
  trouble: find('trouble', HTMLElement),
};

/** Fills the parts of the bar that change only with the tables. */
export function showBar(tables: PageTables): void {
  const { tables: all, words: text, status, outside, canFetch } = tables;
  ui.table.replaceChildren(...all.map(({ label }, index) => element('option', label, { value: `${index}` })));
  ui.table.hidden = all.length < 2;
  ui.any.placeholder = text.filterRows;
  ui.any.setAttribute('aria-label', text.filterRows);
  ui.table.setAttribute('aria-label', text.table);
  ui.stack.setAttribute('aria-label', text.stackBy);
  find('bar', HTMLElement).setAttribute('aria-label', text.toolbar);
  find('grid', HTMLElement).setAttribute('aria-label', text.table);
  ui.list.textContent = text.matchList;
  ui.normalise.textContent = text.normalise;
  ui.normalise.title = tables.rulesWords;
  ui.lack.textContent = tables.lackWords;
  ui.newOnly.textContent = text.newOnly;
  ui.newOnly.hidden = !tables.canBeNew;
  ui.newest.textContent = text.newest;
  ui.newest.hidden = !tables.hasOlder;
  ui.knownGood.textContent = text.knownGood;
  ui.columns.textContent = text.showAll;
  ui.clear.textContent = text.clear;
  ui.fetch.textContent = text.fetch;
  ui.fetch.hidden = !canFetch;
  ui.status.textContent = status;
  ui.status.hidden = status === '';
  ui.outside.textContent = outside;
  ui.outside.hidden = outside === '';
  document.body.classList.toggle('loading', tables.isLoading);
}

/** Facts about the shown table that the bar shows besides the state. */
export interface StateParts {
  readonly columns: readonly ColumnRef[];
  readonly nameOf: (column: ColumnRef) => string;
  readonly words: PageWords;
  /** Whether the user hid a column of the table. */
  readonly hasHidden: boolean;
  readonly mayLackColumns: boolean;
}

/** Fills the parts of the bar that change with the query. */
export function showState(state: PageState, { columns, nameOf, words, hasHidden, mayLackColumns }: StateParts): void {
  const { filters, sort, stack } = state;
  ui.clear.hidden = filters.length === 0 && sort.length === 0 && stack.length === 0;
  ui.normalise.hidden = stack.length === 0;
  ui.normalise.setAttribute('aria-pressed', `${state.isNormalised === true}`);
  ui.newOnly.setAttribute('aria-pressed', `${hasFilter(state, 'new')}`);
  ui.newest.setAttribute('aria-pressed', `${hasFilter(state, 'newest')}`);
  ui.knownGood.setAttribute('aria-pressed', `${hasFilter(state, 'unknown')}`);
  const any = filters.find(({ column, operator }) => column === 'any' && operator === 'contains');
  if (document.activeElement !== ui.any) ui.any.value = any?.value ?? '';
  const [stacked] = stack;
  ui.stack.replaceChildren(
    element('option', `${words.stackBy}: ${words.stackNone}`, { value: '' }),
    ...columns.map((column, index) =>
      element('option', `${words.stackBy}: ${shownText(nameOf(column)) || '–'}`, { value: `${index}` }),
    ),
  );
  ui.stack.value = stacked === undefined ? '' : `${columns.indexOf(stacked)}`;
  ui.columns.hidden = !hasHidden;
  ui.lack.hidden = !mayLackColumns;
}

/** Pause after a letter before the rows are filtered, ms. */
const TYPING_MS = 150;

/** Filters while a person types in the box for all columns. Escape empties it, and leaves it like Enter and Down. */
export function followTyping(filter: (value: string) => void, leave: () => void): void {
  let typing: ReturnType<typeof setTimeout> | undefined;
  ui.any.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      filter(ui.any.value);
    }, TYPING_MS);
  });
  ui.any.addEventListener('keydown', ({ key }) => {
    if (key !== 'ArrowDown' && key !== 'Enter' && key !== 'Escape') return;
    if (key === 'Escape') {
      ui.any.value = '';
      filter('');
    }
    leave();
  });
}

/** Finds a part of the page. @throws Error if it is missing */
export function find<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}
