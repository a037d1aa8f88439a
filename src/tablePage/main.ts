import type { RegularTableElement } from 'regular-table';
import type { ColumnRef, TableFilter, TableQuery } from '../analysis/tables/tableQuery.ts';
import type { PageTables, PageWords } from '../documents/table/tableMessages.ts';
import { find, followTyping, showBar, showState, ui } from './bar.ts';
import { openColumnMenu } from './columnMenu.ts';
import { rowContent, stackContent } from './content.ts';
import { openHosts, openList } from './dialogs.ts';
import { ExtensionHost } from './extensionHost.ts';
import { Grid } from './grid.ts';
import type { GridContent, ShownColumn } from './grid.ts';
import {
  allColumns,
  followTables,
  hasFilter,
  layoutKey,
  layoutOf,
  moveColumn,
  orderStack,
  queryOf,
  readState,
  shownColumns,
  togglePin,
} from './pageState.ts';
import type { ColumnLayout, PageState } from './pageState.ts';
import { copyRows, goToRow, selectRows } from './rowCommands.ts';

let tables: PageTables | undefined;
/** The query whose rows the grid shows. While another one is answered, keys still work on what is seen. */
let shownQuery: TableQuery | undefined;
/** The latest state that could be shown. */
let shownState: PageState | undefined;
let state: PageState;
/** Number of the latest request for rows. An answer to an earlier one is not shown. */
let shows = 0;

const host = new ExtensionHost((message) => {
  if (message.type === 'tables') {
    const before = tables?.tables[state.table];
    tables = message.tables;
    showBar(tables);
    const followed = followTables(state, tables.tables, tables.isLoading);
    if (followed === undefined) return;
    state = followed;
    ui.table.value = `${state.table}`;
    void show(before !== undefined);
  } else {
    change({ ...state, ...message.query, key: '' });
  }
});
state = readState(host.state);

const grid = new Grid(find('grid', HTMLElement) as RegularTableElement, {
  onHeader: (column, isMenu) => {
    if (tables === undefined) return;
    const ref = columns().all[column];
    if (isMenu && ref !== undefined) menuOf(ref);
    else if (!isMenu && state.stack.length > 0) change(orderStack(state, column, tables.isRun));
    else if (!isMenu && ref !== undefined) sortBy(ref);
  },
  onEnter: (row, isBeside) => {
    if ((shownQuery?.stack.length ?? 0) > 0) void showRowsOf(row);
    else void goToRow(host, shownQuery, row, isBeside);
  },
  onCopy: (isCell) => {
    copyRows(host, shownQuery, grid, isCell ? columns().all[grid.column] : undefined).catch(tell);
  },
  onType: (letter) => {
    ui.any.value += letter;
    ui.any.focus();
    ui.any.dispatchEvent(new Event('input'));
  },
  onMove: () => {
    select();
  },
});

ui.table.addEventListener('change', () => {
  change({ ...state, key: '', table: Number(ui.table.value), filters: [], sort: [], stack: [], stackOrder: undefined });
});
followTyping((value) => {
  setAny('contains', value);
}, focusGrid);
ui.stack.addEventListener('change', () => {
  const ref = allOf()[Number(ui.stack.value)];
  change({ ...state, sort: [], stack: ref === undefined ? [] : [ref], stackOrder: undefined });
});
ui.clear.addEventListener('click', () => {
  ui.any.value = '';
  change({ ...state, filters: [], sort: [], stack: [] });
  grid.focus();
});
ui.list.addEventListener('click', () => {
  const known = state.filters.find(({ operator }) => operator === 'list')?.value ?? '';
  const apply = (value: string): void => {
    setAny('list', value);
  };
  openList(words(), known, apply, focusGrid);
});
ui.normalise.addEventListener('click', () => {
  change({ ...state, isNormalised: state.isNormalised !== true });
});
ui.newOnly.addEventListener('click', () => {
  toggle('new');
});
ui.newest.addEventListener('click', () => {
  toggle('newest');
});
ui.knownGood.addEventListener('click', () => {
  if (hasFilter(state, 'unknown')) toggle('unknown');
  else host.send({ type: 'knownGood', query: queryOf(state) });
});
ui.columns.addEventListener('click', () => {
  setLayout((layout) => ({ ...layout, hidden: [] }));
});
ui.without.addEventListener('click', () => void showWithout());
ui.fetch.addEventListener('click', () => {
  host.send({ type: 'fetch' });
});
ui.outside.addEventListener('click', () => {
  host.send({ type: 'outside' });
});
host.send({ type: 'ready' });

/** Returns the table that is shown. */
function info(): PageTables['tables'][number] | undefined {
  return tables?.tables[state.table] ?? tables?.tables[0];
}

function words(): PageWords {
  if (tables === undefined) throw new Error('The extension has not answered yet.');
  return tables.words;
}

function allOf(): readonly ColumnRef[] {
  const table = info();
  return table === undefined || tables === undefined ? [] : allColumns(table, tables.isRun);
}

function nameOf(column: ColumnRef): string {
  if (typeof column === 'number') return info()?.columns[column] ?? '';
  return words()[column];
}

/** Returns the key of a column in a layout. Printed names can be equal to each other and to ours. */
function idOf(column: ColumnRef): string {
  return typeof column === 'number' ? `${column} ${nameOf(column)}` : column;
}

/** Returns the shown columns; while rows are stacked, the values' columns. */
function columns(): {
  readonly pinned: readonly ColumnRef[];
  readonly free: readonly ColumnRef[];
  readonly all: readonly ColumnRef[];
} {
  const table = info();
  if (table === undefined) return { pinned: [], free: [], all: [] };
  if (state.stack.length > 0) return { pinned: state.stack, free: [], all: state.stack };
  const shown = shownColumns(allOf(), idOf, layoutOf(state.layouts, layoutKey(table)));
  return { ...shown, all: [...shown.pinned, ...shown.free] };
}

function change(next: PageState): void {
  state = tables === undefined ? next : (followTables(next, tables.tables, false) ?? next);
  host.keep(state);
  void show(false);
}

/** Says what failed. */
function tell(error: unknown): void {
  ui.trouble.textContent = error instanceof Error ? error.message : '';
}

function sortBy(column: ColumnRef): void {
  const [now] = state.sort;
  const isSame = now?.column === column;
  const sort = isSame && now.isDescending ? [] : [{ column, isDescending: isSame }];
  change({ ...state, sort });
}

/** Sets the filter of any column. The box shows only `contains`; a list stands in the sentence. */
function setAny(operator: 'contains' | 'list', value: string): void {
  const others = state.filters.filter((filter) => filter.column !== 'any' || filter.operator !== operator);
  change({ ...state, filters: value.trim() === '' ? others : [...others, { column: 'any', operator, value }] });
}

/** Adds a filter without a value, or removes it. */
function toggle(operator: 'new' | 'newest' | 'unknown'): void {
  const others = state.filters.filter((filter) => filter.operator !== operator);
  const isOn = others.length < state.filters.length;
  change({ ...state, filters: isOn ? others : [...others, { column: 'any', operator, value: '' }] });
}

function setLayout(update: (layout: ColumnLayout) => ColumnLayout): void {
  const table = info();
  if (table === undefined) return;
  const key = layoutKey(table);
  const [first] = allOf();
  const layout = layoutOf(state.layouts, key) ?? {
    order: [],
    hidden: [],
    pinned: first === undefined ? [] : [idOf(first)],
  };
  change({ ...state, layouts: { ...state.layouts, [key]: update(layout) } });
}

/** Shows the rows of the state. */
async function show(keepsPlace: boolean): Promise<void> {
  const table = info();
  const mine = ++shows;
  if (table === undefined || tables === undefined) {
    ui.sentence.textContent = tables?.isLoading === true ? words().loading : '';
    document.body.classList.add('empty');
    return;
  }
  document.body.classList.remove('empty');
  const query = queryOf(state, tables.rules);
  showControls();
  try {
    const view = await host.ask('open', query);
    if (mine !== shows) return;
    shownQuery = query;
    shownState = state;
    await grid.show(contentOf(query, view.rows, tables), keepsPlace);
    if (mine !== shows) return;
    // The sentence speaks of the rows on the screen: it changes when they are drawn, and not before.
    ui.trouble.textContent = '';
    ui.sentence.textContent = view.sentence;
    ui.without.textContent = view.without;
    ui.without.hidden = view.without === '' || query.filters.length === 0;
    select();
  } catch (error) {
    if (mine !== shows) return;
    tell(error);
    // A query that fails, such as an invalid pattern, is not kept: the rows on the screen are those of the one before.
    if (shownState !== undefined) {
      state = shownState;
      host.keep(state);
      showControls();
    }
  }
}

function showControls(): void {
  const table = info();
  const layout = table === undefined ? undefined : layoutOf(state.layouts, layoutKey(table));
  showState(state, {
    columns: allOf(),
    nameOf,
    words: words(),
    hasHidden: (layout?.hidden.length ?? 0) > 0,
    mayLackColumns: table?.mayLackColumns === true,
  });
}

function toShown(column: ColumnRef): ShownColumn {
  const sort = state.sort.find((one) => one.column === column);
  return {
    name: nameOf(column),
    sort: sort === undefined ? 'none' : sort.isDescending ? 'descending' : 'ascending',
    isNumber: column === 'line' || column === 'exit' || column === 'errors',
  };
}

function contentOf(query: TableQuery, count: number, shown: PageTables): GridContent {
  const ask = { host, tables: shown, query, count };
  if (query.stack.length > 0) return stackContent(ask, nameOf);
  const { pinned, free, all } = columns();
  return { ...rowContent(ask, all), pinned: pinned.map(toShown), free: free.map(toShown) };
}

/** Shows the rows of a stacked value. */
async function showRowsOf(row: number): Promise<void> {
  if (shownQuery === undefined) return;
  const [stacked] = await host.ask('stacked', shownQuery, row, row + 1);
  if (stacked === undefined) return;
  const { stack, stackRules } = shownQuery;
  const own = stack.map((column, index): TableFilter => {
    const value = stacked.values[index] ?? '';
    return stackRules === undefined
      ? { column, operator: 'equals', value }
      : { column, operator: 'like', value, rules: stackRules };
  });
  change({ ...state, filters: [...state.filters, ...own], stack: [], sort: [], stackOrder: undefined });
  grid.focus();
}

function select(): void {
  selectRows(host, shownQuery, grid);
}

function menuOf(column: ColumnRef): void {
  const name = nameOf(column);
  const id = idOf(column);
  const { pinned, all } = columns();
  openColumnMenu(
    words(),
    { name, isPinned: pinned.includes(column) },
    {
      sort: (isDescending) => {
        change({ ...state, sort: [{ column, isDescending }] });
      },
      filter: (operator, value) => {
        change({ ...state, filters: [...state.filters, { column, operator, value }] });
      },
      stack: () => {
        const stack = [...state.stack.filter((one) => one !== column), column];
        change({ ...state, sort: [], stack, stackOrder: undefined });
      },
      hide: () => {
        setLayout((layout) => ({ ...layout, hidden: [...layout.hidden, id] }));
      },
      pin: () => {
        setLayout((layout) => togglePin(layout, id));
      },
      move: (by) => {
        setLayout((layout) => moveColumn(layout, [...all.map(idOf), ...allOf().map(idOf)], id, by));
      },
      values: () => host.ask('values', { ...queryOf(state), stack: [] }, column),
      // Stacked values have no row of their own.
      time: async () =>
        shownQuery === undefined || shownQuery.stack.length > 0 ? '' : host.ask('time', shownQuery, grid.row, column),
    },
    focusGrid,
  );
}

async function showWithout(): Promise<void> {
  const found = await host.ask('hosts', shownQuery ?? queryOf(state));
  const copy = (text: string): void => {
    host.send({ type: 'copyText', text });
  };
  openHosts(words(), ui.without.textContent, found, copy, focusGrid);
}

function focusGrid(): void {
  grid.focus();
}
