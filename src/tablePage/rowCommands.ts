import type { ColumnRef, TableQuery } from '../analysis/tables/tableQuery.ts';
import type { ExtensionHost } from './extensionHost.ts';
import type { Grid } from './grid.ts';

/*
 * Commands of keys, on rows. The query is that of the rows on the screen: another one may still be answered.
 */

/** Goes to the line of a row. */
export async function goToRow(
  host: ExtensionHost,
  query: TableQuery | undefined,
  row: number,
  isBeside: boolean,
): Promise<void> {
  if (query === undefined) return;
  const [found] = await host.ask('rows', query, row, row + 1);
  if (found === undefined) return;
  const { member, firstLine, lastLine } = found;
  host.send({ type: 'go', row: { member, firstLine, lastLine }, isBeside });
}

/** Copies the selected rows, or the active cell if a column is given. Stacked values are no rows. */
export function copyRows(
  host: ExtensionHost,
  query: TableQuery | undefined,
  grid: Pick<Grid, 'row' | 'selection'>,
  column: ColumnRef | undefined,
): void {
  if (query === undefined || query.stack.length > 0) return;
  if (column === undefined) host.send({ type: 'copyRows', query, ...grid.selection });
  else host.send({ type: 'copyCell', query, row: grid.row, column });
}

/** Tells the extension which rows its commands work on. */
export function selectRows(host: ExtensionHost, query: TableQuery | undefined, grid: Pick<Grid, 'selection'>): void {
  if (query === undefined) return;
  const { from, to } = grid.selection;
  host.send({ type: 'select', query, from, to: query.stack.length > 0 ? from : to });
}
