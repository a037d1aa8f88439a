import type { ColumnRef, ShownRow, TableQuery } from '../analysis/tables/tableQuery.ts';
import type { PageTables } from '../documents/table/tableMessages.ts';
import type { ExtensionHost } from './extensionHost.ts';
import type { GridContent, GridRow, ShownColumn } from './grid.ts';
import { RowCache } from './rowCache.ts';

/** A query that was counted, and whom to ask for its rows. */
export interface CountedQuery {
  readonly host: Pick<ExtensionHost, 'ask'>;
  readonly tables: PageTables;
  readonly query: TableQuery;
  readonly count: number;
}

/** Returns the rows of a table. @param columns - the shown columns, the pinned ones first */
export function rowContent(
  { host, tables, query, count }: CountedQuery,
  columns: readonly ColumnRef[],
): Pick<GridContent, 'count' | 'rows'> {
  const cache = new RowCache(async (from, to) => {
    const rows = await host.ask('rows', query, from, to);
    return rows.map((row): GridRow => ({ cells: columns.map((column) => cellOf(tables, column, row)) }));
  });
  return { count, rows: (from, to) => cache.rows(from, to) };
}

function cellOf({ hosts }: PageTables, column: ColumnRef, row: ShownRow): string | null {
  if (typeof column === 'number') return row.cells[column] ?? null;
  const host = hosts[row.member];
  switch (column) {
    case 'line':
      return row.firstLine.toString();
    case 'heading':
      return row.heading;
    case 'host':
      return host?.name ?? null;
    case 'exit':
      return host?.exit ?? null;
    case 'errors':
      return host?.errors ?? null;
  }
}

/** Returns stacked values with their counts, and for a run with bars and the names of hosts. */
export function stackContent(
  { host, tables, query, count }: CountedQuery,
  nameOf: (column: ColumnRef) => string,
): GridContent {
  const { words, isRun, hosts } = tables;
  const most = Math.max(1, tables.tables[query.table]?.hosts ?? 1);
  // Without an order of their own, the rarest values stand first.
  const { by, isDescending } = query.stackOrder ?? { by: isRun ? 'hosts' : 'rows', isDescending: false };
  const column = (name: string, isNumber: boolean, order?: typeof by): ShownColumn => ({
    name,
    sort: order !== by ? 'none' : isDescending ? 'descending' : 'ascending',
    isNumber,
  });
  const cache = new RowCache(async (from, to) => {
    const rows = await host.ask('stacked', query, from, to);
    return rows.map((row): GridRow => {
      const shown = row.values.map((value) => (value === null || value === '' ? words.emptyCell : value));
      if (!isRun) return { cells: [...shown, row.rows.toString()] };
      const names = row.members.map((member) => hosts[member]?.name ?? '').join(', ');
      const more = row.hosts > row.members.length ? `${names}, …` : names;
      return { cells: [...shown, row.hosts.toString(), row.rows.toString(), more], bar: row.hosts / most };
    });
  });
  const counts = isRun
    ? [column(words.hosts, true, 'hosts'), column(words.rows, true, 'rows'), column(words.host, false)]
    : [column(words.rows, true, 'rows')];
  const values = query.stack.map((ref, index) => column(nameOf(ref), false, index));
  return { pinned: values, free: counts, count, rows: (from, to) => cache.rows(from, to) };
}
