import type { NormaliseRules } from '../base/normaliseRules.ts';
import type {
  ColumnRef,
  FilterOperator,
  StackOrder,
  TableFilter,
  TableInfo,
  TableQuery,
  TableSort,
} from '../analysis/tables/tableQuery.ts';

/** Order of columns that the user chose. Columns are kept by name, because another result has them elsewhere. */
export interface ColumnLayout {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
}

/** The state of a tab that survives a restart. */
export interface PageState {
  readonly table: number;
  /** Names of the table's columns. Tables are found again by them, because their order depends on which result was read first. */
  readonly key: string;
  readonly filters: readonly TableFilter[];
  readonly sort: readonly TableSort[];
  readonly stack: readonly ColumnRef[];
  readonly stackOrder?: StackOrder | undefined;
  /** Whether stacked values are normalized. */
  readonly isNormalised?: boolean;
  /** Layouts by the names of the table's columns. */
  readonly layouts: Readonly<Record<string, ColumnLayout>>;
}

export const FIRST_STATE: PageState = { table: 0, key: '', filters: [], sort: [], stack: [], layouts: {} };

/** Reads a kept state. A state of another version is ignored. */
export function readState(value: unknown): PageState {
  if (typeof value !== 'object' || value === null) return FIRST_STATE;
  const { table, key, filters, sort, stack, layouts, stackOrder, isNormalised } = value as Partial<PageState>;
  if (typeof table !== 'number' || !Array.isArray(filters) || !Array.isArray(sort) || !Array.isArray(stack))
    return FIRST_STATE;
  return {
    table,
    key: key ?? '',
    filters,
    sort,
    stack,
    stackOrder,
    isNormalised: isNormalised === true,
    layouts: typeof layouts === 'object' ? layouts : {},
  };
}

/** Returns the query of a state. @param rules - rules by which stacked values are normalized, if the state says so */
export function queryOf(
  { table, filters, sort, stack, stackOrder, isNormalised }: PageState,
  rules?: NormaliseRules,
): TableQuery {
  const order = stack.length === 0 || stackOrder === undefined ? {} : { stackOrder };
  const normalises = stack.length > 0 && isNormalised === true && rules !== undefined;
  return { table, filters, sort, stack, ...order, ...(normalises ? { stackRules: rules } : {}) };
}

/** Whether a filter with this operator applies. */
export function hasFilter({ filters }: PageState, operator: FilterOperator): boolean {
  return filters.some((filter) => filter.operator === operator);
}

/**
 * Orders stacked values by the column whose head was clicked: ascending, then descending, then the rarest first again.
 *
 * @param column - index of the column: the stacked ones come first, then the counts
 */
export function orderStack(state: PageState, column: number, isRun: boolean): PageState {
  const counts = isRun ? (['hosts', 'rows'] as const) : (['rows'] as const);
  const by = column < state.stack.length ? column : counts[column - state.stack.length];
  if (by === undefined) return state;
  const now = state.stackOrder ?? { by: counts[0], isDescending: false };
  const isSame = now.by === by;
  return { ...state, stackOrder: isSame && now.isDescending ? undefined : { by, isDescending: isSame } };
}

/** Returns the columns of a table in their first order. */
export function allColumns(info: Pick<TableInfo, 'columns' | 'hasHeadings'>, isRun: boolean): readonly ColumnRef[] {
  return [
    ...(isRun ? (['host'] as const) : (['line'] as const)),
    ...(info.hasHeadings ? (['heading'] as const) : []),
    ...info.columns.map((_, column) => column),
    ...(isRun ? (['exit', 'errors', 'line'] as const) : []),
  ];
}

/** Returns the key under which the layout of a table is kept. */
export function layoutKey({ columns }: Pick<TableInfo, 'columns'>): string {
  return columns.join('\n');
}

/** Returns the shown columns, the pinned ones first. */
export function shownColumns(
  all: readonly ColumnRef[],
  idOf: (column: ColumnRef) => string,
  layout: ColumnLayout | undefined,
): { readonly pinned: readonly ColumnRef[]; readonly free: readonly ColumnRef[] } {
  const first = all[0] === undefined ? [] : [idOf(all[0])];
  const { order, hidden, pinned } = layout ?? { order: [], hidden: [], pinned: first };
  const place = (column: ColumnRef): number => {
    const at = order.indexOf(idOf(column));
    return at < 0 ? all.indexOf(column) : at;
  };
  const shown = all
    .filter((column) => !hidden.includes(idOf(column)))
    .toSorted((one, other) => place(one) - place(other));
  return {
    pinned: shown.filter((column) => pinned.includes(idOf(column))),
    free: shown.filter((column) => !pinned.includes(idOf(column))),
  };
}

/**
 * Finds the state's table among those that are there. While results are read, a table may not be there yet.
 *
 * @returns the state with the right index; a state without filters if the table is gone; undefined to wait for it
 */
export function followTables(
  state: PageState,
  tables: readonly Pick<TableInfo, 'columns'>[],
  isLoading: boolean,
): PageState | undefined {
  if (tables.length === 0) return isLoading ? undefined : state;
  const keys = tables.map(layoutKey);
  if (state.key === '')
    return {
      ...state,
      key: keys[state.table] ?? keys[0] ?? '',
      table: keys[state.table] === undefined ? 0 : state.table,
    };
  const isSame = (key: string): boolean => key === state.key || key.startsWith(`${state.key}\n`);
  // Records of later results can add columns behind the known ones.
  const table =
    keys[state.table] !== undefined && isSame(keys[state.table] ?? '') ? state.table : keys.findIndex(isSame);
  if (table >= 0) return { ...state, table, key: keys[table] ?? '' };
  return isLoading ? undefined : { ...FIRST_STATE, layouts: state.layouts, key: keys[0] ?? '' };
}

/** Returns the layout of a table. Names of columns are a device's, and may be those of every object's members. */
export function layoutOf(layouts: PageState['layouts'], key: string): ColumnLayout | undefined {
  return Object.hasOwn(layouts, key) ? layouts[key] : undefined;
}

export function togglePin(layout: ColumnLayout, id: string): ColumnLayout {
  const others = layout.pinned.filter((one) => one !== id);
  return { ...layout, pinned: others.length < layout.pinned.length ? others : [...others, id] };
}

/** Moves a column by one place. @param ids - all columns in the order in which they are shown */
export function moveColumn(layout: ColumnLayout, ids: readonly string[], id: string, by: -1 | 1): ColumnLayout {
  const order = [...new Set(ids)];
  const at = order.indexOf(id);
  const to = Math.max(0, Math.min(order.length - 1, at + by));
  order.splice(at, 1);
  order.splice(to, 0, id);
  return { ...layout, order };
}
