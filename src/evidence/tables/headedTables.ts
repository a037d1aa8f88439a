import { divideColumns } from './columnTables.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { findWords, isReadable } from './tableLines.ts';
import type { Span } from './tableLines.ts';

/** Headers whose columns have a space in their names, or which are not in capitals. */
const KNOWN_HEADERS: readonly (readonly string[])[] = [
  ['UNIT FILE', 'STATE', 'VENDOR PRESET'],
  ['UNIT FILE', 'STATE', 'PRESET'],
  ['UNIT FILE', 'STATE'],
  ['Filesystem', 'Size', 'Used', 'Avail', 'Use%', 'Mounted on'],
  ['Filesystem', '1K-blocks', 'Used', 'Available', 'Use%', 'Mounted on'],
  ['Filesystem', 'Type', 'Size', 'Used', 'Avail', 'Use%', 'Mounted on'],
];
/** Fewest columns of a header in capitals. Two words in capitals are also a heading. */
const FEWEST_COLUMNS = 3;

/**
 * Reads a table below a header without dashes, as `systemctl`, `df`, `docker` and `kubectl` print it. A header that is
 * not known must be in capitals, and all rows must fit into its columns.
 */
export function readHeadedTable({ plain }: TableLines, at: number): FoundTable | undefined {
  const header = plain[at];
  if (!isReadable(header)) return undefined;
  const known = knownColumns(header);
  const groups = known ?? capitalColumns(header);
  if (groups === undefined) return undefined;
  const lines: string[] = [];
  for (let line = at + 1; isReadable(plain[line]); line++)
    lines.push(withoutMark(plain[line] ?? '', groups[0]?.start ?? 0));
  if (lines.length < (known === undefined ? 2 : 1)) return undefined;
  const { names, cells } = divideColumns({ header, groups, lines, isExact: false });
  // A row of a table has something in its first column and in one other column.
  const count = cells.findIndex(([first, ...others]) => first === '' || others.every((cell) => cell === ''));
  const whole = count < 0 ? cells : cells.slice(0, count);
  if (whole.length < (known === undefined ? 2 : 1)) return undefined;
  if (known === undefined && whole.some((row) => !hasNoGaps(row))) return undefined;
  const rows = whole.map((row, index): TableRow => ({
    firstLine: at + 1 + index,
    lastLine: at + 1 + index,
    cells: row,
  }));
  return { shape: 'columns', columns: names, rows, otherLines: [at], end: at + 1 + whole.length };
}

/** Whether no cell has a run of blanks inside. Such a cell is two cells of a table that was not understood. */
function hasNoGaps(row: readonly string[]): boolean {
  return row.every((cell, column) => column === row.length - 1 || !cell.includes('   '));
}

function knownColumns(header: string): Span[] | undefined {
  for (const names of KNOWN_HEADERS) {
    const groups: Span[] = [];
    let place = 0;
    for (const name of names) {
      const start = header.indexOf(name, place);
      if (start < 0 || header.slice(place, start).trim() !== '') break;
      place = start + name.length;
      groups.push({ start, end: place });
    }
    if (groups.length === names.length && header.slice(place).trim() === '') return groups;
  }
  return undefined;
}

function capitalColumns(header: string): Span[] | undefined {
  if (header.length > 1000 || !/^[A-Z0-9 ()_%#/+-]+$/u.test(header)) return undefined;
  // Only names with two blanks between them are certainly two columns.
  const words = findWords(header);
  const wide = findWords(header, 2);
  const groups = wide.length >= FEWEST_COLUMNS && words.length > wide.length ? wide : words;
  const isName = ({ start, end }: Span): boolean => /^[A-Z%#]/u.test(header.slice(start, end));
  return groups.length >= FEWEST_COLUMNS && wide.length >= 2 && groups.every(isName) ? groups : undefined;
}

/** Removes the sign that `systemctl` puts before a unit which failed or is not found. It stands before the first column. */
function withoutMark(line: string, start: number): string {
  return start >= 2 && /^[●○×*] /u.test(line) ? `  ${line.slice(2)}` : line;
}
