import { numberAt } from '../../base/atIndex.ts';
import { toGrid } from './cellGrid.ts';
import type { GridLine, GridUnit } from './cellGrid.ts';
import type { Span } from './tableLines.ts';

/** A block of lines, and the places by which its columns are found. */
export interface ColumnBlock {
  readonly header: string;
  /** Places of the columns' names or dashes, in cells. */
  readonly groups: readonly Span[];
  /** Candidates for rows, the first directly below the header. None is blank. */
  readonly lines: readonly string[];
  /** Whether the groups span the complete columns, as the `====` of `tasklist` do. Else they only span the names. */
  readonly isExact: boolean;
}

/** The columns of a block: their names, and the cells of as many lines as fit. */
export interface ColumnCells {
  readonly names: readonly string[];
  readonly cells: readonly (readonly string[])[];
  /** Number of lines, from the first on, up to the last one whose cells all begin or end where a name does. */
  readonly aligned: number;
}

/**
 * Divides a block of lines into columns. Dashes and names tell only where a column's name is: a right-aligned column
 * may begin before it, a left-aligned column may end after it.
 *
 * @returns as many lines as fit into the columns, from the first line on
 */
export function divideColumns(block: ColumnBlock): ColumnCells {
  const byUnit = divide(block, 'unit');
  // Wide letters move everything behind them, so the better of the two grids is the one that was printed.
  const byWidth = divide(block, 'width');
  return byWidth.fit > byUnit.fit ? byWidth : byUnit;
}

function divide(
  { header, groups, lines, isExact }: ColumnBlock,
  unit: GridUnit,
): ColumnCells & { readonly fit: number } {
  const head = toGrid(header, unit);
  const grids = lines.map((line) => toGrid(line, unit));
  const ends = groups.map(({ end }) => end);
  const common = groups.map(({ start }, column) =>
    column === 0 ? 0 : isExact ? start : commonStart(grids, numberAt(ends, column - 1), start),
  );
  const cells: string[][] = [];
  let fit = 0;
  let aligned = 0;
  for (const grid of grids) {
    const starts = startsOf(grid, groups, common);
    if (starts === undefined) break;
    const own = cellsOf(grid, starts);
    cells.push(own);
    fit += groups.filter((group) => isAligned(grid, group)).length;
    if (groups.every((group, column) => column === 0 || own[column] === '' || isAligned(grid, group)))
      aligned = cells.length;
  }
  const headStarts = groups.map(({ start }, column) => Math.min(common[column] ?? start, start));
  return { names: cellsOf(head, headStarts), cells, aligned, fit };
}

/** Whether a cell begins or ends where its column's name does. */
function isAligned(grid: GridLine, { start, end }: Span): boolean {
  const begins = !grid.isBlank(start) && (start === 0 || grid.isBlank(start - 1));
  return begins || (!grid.isBlank(end - 1) && grid.isBlank(end));
}

/**
 * Returns the start of a column that fits all lines, or undefined if each line must be looked at.
 *
 * @param before - the end of the previous column's name
 * @param start - the start of the column's name
 */
function commonStart(grids: readonly GridLine[], before: number, start: number): number | undefined {
  const fits = (cell: number): boolean => grids.every((grid) => grid.isBlank(cell));
  // Next to the name, a gap may also be below its first letter: `w` prints values one cell to the right.
  if (!fits(start - 1) && fits(start)) return start + 1;
  for (let cell = start - 1; cell >= before; cell--) if (fits(cell)) return cell + 1;
  return undefined;
}

/** Returns the starts of the cells of one line. Undefined if a sign stands between two columns. */
function startsOf(
  grid: GridLine,
  groups: readonly Span[],
  common: readonly (number | undefined)[],
): number[] | undefined {
  const starts: number[] = [];
  let before = 0;
  for (const [column, { start }] of groups.entries()) {
    let cell = common[column] ?? start;
    if (column > 0 && !grid.isBlank(cell - 1) && !grid.isBlank(cell)) {
      // A value that is longer than its name: it begins after the next blank to the left.
      while (cell > before && !grid.isBlank(cell - 1)) cell--;
      if (cell <= before) return undefined;
    }
    starts.push(cell);
    before = start;
  }
  return starts;
}

function cellsOf(grid: GridLine, starts: readonly number[]): string[] {
  return starts.map((start, column) => grid.slice(start, starts[column + 1] ?? Infinity));
}
