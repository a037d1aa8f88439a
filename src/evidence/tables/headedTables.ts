import { textAt } from '../../base/atIndex.ts';
import { divideColumns } from './columnTables.ts';
import type { ColumnCells } from './columnTables.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { findWords, isReadable } from './tableLines.ts';
import type { Span } from './tableLines.ts';

/** Headers whose columns have a space in their names, or which are not in capitals. */
const KNOWN_HEADERS: readonly (readonly string[])[] = [
  ['UNIT FILE', 'STATE', 'VENDOR PRESET'],
  ['UNIT FILE', 'STATE', 'PRESET'],
  ['UNIT FILE', 'STATE'],
  ['Destination', 'Gateway', 'Flags', 'Netif', 'Expire'],
  ['Destination', 'Gateway', 'Genmask', 'Flags', 'Metric', 'Ref', 'Use', 'Iface'],
  ['Address', 'Type', 'Recv-Q', 'Send-Q', 'Inode', 'Conn', 'Refs', 'Nextref', 'Addr'],
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
export function readHeadedTable({ plain, spend }: TableLines, at: number): FoundTable | undefined {
  const header = plain[at];
  if (!isReadable(header)) return undefined;
  const known = knownColumns(header);
  const choices = known === undefined ? capitalColumns(header) : [known];
  for (const groups of choices) {
    const start = Math.min(...groups.map((group) => group.start));
    const lines: string[] = [];
    for (let line = at + 1; isReadable(plain[line]); line++) {
      const text = textAt(plain, line);
      if (!spend(text.length + groups.length)) return undefined;
      lines.push(withoutMark(text, start));
    }
    const found = readBelow(header, groups, lines, known === undefined ? 2 : 1);
    if (found === undefined) continue;
    const rows = found.cells.map((cells, index): TableRow => ({
      firstLine: at + 1 + index,
      lastLine: at + 1 + index,
      cells,
    }));
    return { shape: 'columns', columns: found.names, rows, otherLines: [at], end: at + 1 + rows.length };
  }
  return undefined;
}

/** Reads the rows below a header. @returns undefined if they do not fit into its columns */
function readBelow(
  header: string,
  groups: readonly Span[],
  lines: readonly string[],
  fewest: number,
): ColumnCells | undefined {
  const { names, cells } = divideColumns({ header, groups, lines, isExact: false });
  // A row of a table has cells in at least two columns.
  const count = cells.findIndex((row) => row.filter((cell) => cell !== '').length < 2);
  const whole = count < 0 ? cells : cells.slice(0, count);
  // A column without any cell is one only if two blanks stand around its name: a name can have two words.
  const wide = findWords(header, 2);
  const isName = (column: number): boolean =>
    wide.some(({ start, end }) => start === groups[column]?.start && end === groups[column].end);
  const isFilled = names.every((_, column) => isName(column) || whole.some((row) => row[column] !== ''));
  return whole.length < fewest || !isFilled || !whole.every(hasNoGaps)
    ? undefined
    : { names, cells: whole, aligned: whole.length };
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

/** Returns the ways to divide a header in capitals: by words, and by names that two blanks divide, e.g. `IDLE TIME`. */
function capitalColumns(header: string): readonly (readonly Span[])[] {
  if (header.length > 1000 || !/^[\p{Lu}0-9 ()_%#/+@-]+$/u.test(header)) return [];
  const wide = findWords(header, 2);
  const isName = ({ start, end }: Span): boolean => /^[\p{Lu}%#]/u.test(header.slice(start, end));
  return [findWords(header), wide].filter(
    (groups) => groups.length >= FEWEST_COLUMNS && wide.length >= 2 && groups.every(isName),
  );
}

/** Removes a sign before the first column: of `systemctl` for a failed unit, of `quser` for the own session. */
function withoutMark(line: string, start: number): string {
  return (start >= 2 && /^[●○×*] /u.test(line)) || (start >= 1 && line.startsWith('>')) ? ` ${line.slice(1)}` : line;
}
