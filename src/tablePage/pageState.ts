import type { ColumnRef, TableFilter, TableInfo, TableQuery, TableSort } from '../analysis/tables/tableQuery.ts';

/** Order of columns that the user chose. Columns are kept by name, because another result has them elsewhere. */
export interface ColumnLayout {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
}

/** The state of a tab that survives a restart. */
export interface PageState {
  readonly table: number;
  readonly filters: readonly TableFilter[];
  readonly sort: readonly TableSort[];
  readonly stack: readonly ColumnRef[];
  /** Layouts by the names of the table's columns. */
  readonly layouts: Readonly<Record<string, ColumnLayout>>;
}

export const FIRST_STATE: PageState = { table: 0, filters: [], sort: [], stack: [], layouts: {} };

/** Reads a kept state. A state of another version is ignored. */
export function readState(value: unknown): PageState {
  if (typeof value !== 'object' || value === null) return FIRST_STATE;
  const { table, filters, sort, stack, layouts } = value as Partial<PageState>;
  if (typeof table !== 'number' || !Array.isArray(filters) || !Array.isArray(sort) || !Array.isArray(stack))
    return FIRST_STATE;
  return { table, filters, sort, stack, layouts: typeof layouts === 'object' ? layouts : {} };
}

/** Returns the query of a state. */
export function queryOf({ table, filters, sort, stack }: PageState): TableQuery {
  return { table, filters, sort, stack };
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
  nameOf: (column: ColumnRef) => string,
  layout: ColumnLayout | undefined,
): { readonly pinned: readonly ColumnRef[]; readonly free: readonly ColumnRef[] } {
  const first = all[0] === undefined ? [] : [nameOf(all[0])];
  const { order, hidden, pinned } = layout ?? { order: [], hidden: [], pinned: first };
  const place = (column: ColumnRef): number => {
    const at = order.indexOf(nameOf(column));
    return at < 0 ? all.indexOf(column) : at;
  };
  const shown = all
    .filter((column) => !hidden.includes(nameOf(column)))
    .toSorted((one, other) => place(one) - place(other));
  return {
    pinned: shown.filter((column) => pinned.includes(nameOf(column))),
    free: shown.filter((column) => !pinned.includes(nameOf(column))),
  };
}
