import type { ColumnRef, TableQuery } from '../analysis/tables/tableQuery.ts';
import { guardCell } from '../evidence/export/csv.ts';
import type { ExtensionHost } from './extensionHost.ts';
import type { Grid } from './grid.ts';
import { shownText } from './shownText.ts';

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

/** Copies the selected rows, or the active cell if a column is given. Stacked values are copied with their counts. */
export async function copyRows(
  host: ExtensionHost,
  query: TableQuery | undefined,
  grid: Pick<Grid, 'row' | 'selection'>,
  column: ColumnRef | undefined,
): Promise<void> {
  if (query === undefined) return;
  if (query.stack.length > 0) await copyStack(host, query, grid.selection);
  else if (column === undefined) host.send({ type: 'copyRows', query, ...grid.selection });
  else host.send({ type: 'copyCell', query, row: grid.row, column });
}

/** Number of stacked values of one answer. */
const PAGE = 2000;

/** Copies stacked values: cells separated by tabs, then the number of hosts and of rows. */
async function copyStack(host: ExtensionHost, query: TableQuery, { from, to }: Grid['selection']): Promise<void> {
  const lines: string[] = [];
  for (let at = from; at < to; at += PAGE) {
    for (const { values, hosts, rows } of await host.ask('stacked', query, at, Math.min(to, at + PAGE))) {
      const cells = values.map((value) => guardCell(shownText(value ?? '').replaceAll('\t', ' ')));
      lines.push([...cells, `${hosts}`, `${rows}`].join('\t'));
    }
  }
  host.send({ type: 'copyText', text: lines.join('\n') });
}

/** Tells the extension which rows its commands work on. */
export function selectRows(host: ExtensionHost, query: TableQuery | undefined, grid: Pick<Grid, 'selection'>): void {
  if (query === undefined) return;
  const { from, to } = grid.selection;
  host.send({ type: 'select', query, from, to: query.stack.length > 0 ? from : to });
}
