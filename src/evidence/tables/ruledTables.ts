import { numberAt, textAt } from '../../base/atIndex.ts';
import { divideColumns } from './columnTables.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { findWords, isReadable, LONGEST_HEADER, MOST_CELLS, MOST_GROUPS } from './tableLines.ts';
import type { Span } from './tableLines.ts';

/** Longest heading of a table with one column. A longer line above dashes is the heading of a text. */
const LONGEST_SINGLE = 60;
/**
 * Width from which columns may be missing, in characters. `Format-Table` leaves out, without a sign, the columns that do
 * not fit into the page, which has 80 or 120 characters where a script has no window.
 */
const FULL_WIDTH = 70;

/**
 * Reads a table below a line of dashes, as `Format-Table`, `tasklist` and `schtasks` print it. A blank line ends the
 * table.
 */
export function readRuledTable({ plain, raw, spend }: TableLines, at: number): FoundTable | undefined {
  const header = plain[at];
  const ruler = plain[at + 1];
  if (!isReadable(header) || !isReadable(ruler)) return undefined;
  const groups = readRuler(ruler);
  if (groups === undefined || groups.length > MOST_GROUPS || header.length > LONGEST_HEADER) return undefined;
  if (groups.length === 1 && !isSingleHeader(header, ruler, plain[at - 1])) return undefined;
  const isExact = ruler.includes('=');
  // The heading of a difference stands above its lines.
  if (header.startsWith('@@')) return undefined;
  const lines: string[] = [];
  const last = Math.max(...groups.map(({ start }) => start));
  for (let line = at + 2; ; line++) {
    const text = textAt(plain, line);
    const next = textAt(plain, line + 1);
    // Windows PowerShell pads an empty line of a wrapped cell to the width of the table.
    const isPadded = text === '' && textAt(raw, line).length > last && next !== '' && next.slice(0, last).trim() === '';
    if ((!isReadable(text) && !isPadded) || isRulerOf(text, next)) break;
    if (!spend(text.length + groups.length)) return undefined;
    if ((lines.length + 1) * groups.length > MOST_CELLS) break;
    lines.push(text);
  }
  if (lines.length === 0 || (groups.length === 1 && !isListOfNames(lines))) return undefined;
  const divided = divideColumns({ header: atGroups(header, groups), groups, lines, isExact });
  const { names } = divided;
  // A line of text directly behind the last row fits into the columns only by chance.
  const cells = isExact ? divided.cells : divided.cells.slice(0, divided.aligned);
  if (cells.length === 0 || !fits(header, names)) return undefined;
  // A first column without a name holds marks, which most rows lack.
  const rows =
    names[0] === '' ? cells.map((own, row) => oneLine(own, at + 2 + row)) : joinWrapped(cells, at + 2, isExact);
  return {
    shape: 'columns',
    columns: names,
    rows,
    otherLines: [at, at + 1],
    end: at + 2 + cells.length,
    mayLackColumns: !isExact && fillsPage([header, ruler, ...lines.slice(0, cells.length)]),
  };
}

/** The groups of dashes below the names of a header. */
type Groups = readonly [Span, ...Span[]];

/** Whether a table is as wide as a page, or has a cell that was cut to fit. */
function fillsPage(lines: readonly string[]): boolean {
  return lines.some((line) => line.length >= FULL_WIDTH || /…|\.\.\.(?: |$)/u.test(line));
}

/**
 * Moves a header to the place of its dashes. A script that trims its output removes the blanks before the header, and
 * no others.
 */
function atGroups(header: string, [{ start }]: Groups): string {
  const bare = header.trimStart();
  const missing = start - (header.length - bare.length);
  return missing > 0 && bare.length === header.length ? ' '.repeat(missing) + bare : header;
}

/** Whether all words of the header are names of columns. A line of text above a ruler has words in between. */
function fits(header: string, names: readonly string[]): boolean {
  const squeeze = (text: string): string => text.replaceAll(' ', '').replaceAll('\t', '');
  return squeeze(names.join('')) === squeeze(header) && names.some((name) => /[\p{L}\p{N}]/u.test(name));
}

/**
 * Whether a line of dashes belongs to the header above it. PowerShell prints as many dashes as the name has letters. A
 * row of a table can also be followed by a row whose cells are dashes.
 */
function isRulerOf(header: string, ruler: string): boolean {
  if (ruler.length > LONGEST_HEADER) return false;
  const groups = readRuler(ruler);
  if (groups === undefined || groups.length < 2) return false;
  const names = atGroups(header, groups);
  const isExact = ruler.includes('=');
  return groups.every(
    ({ start, end }) =>
      isExact || names.slice(start, end).trim().length === end - start || names.slice(start, end).trim() === '',
  );
}

/** Returns the groups of a line that contains only groups of dashes, or only groups of equals signs. */
function readRuler(line: string): Groups | undefined {
  const sign = line.includes('=') ? '=' : '-';
  for (const own of line) if (own !== sign && own !== ' ') return undefined;
  const [first, ...others] = findWords(line);
  return first === undefined ? undefined : [first, ...others];
}

/**
 * Whether a table has one column, as `Select-Object Name` prints it. The same two lines are a heading in Markdown, so
 * the name must be one word, and dashes as long as the name must stand below a blank line.
 */
function isSingleHeader(header: string, ruler: string, above: string | undefined): boolean {
  return (
    (above === undefined || above === '') &&
    header.length === ruler.length &&
    ruler.startsWith('--') &&
    /^[\p{L}_][^ ]*$/u.test(header)
  );
}

/** Whether no line is a sentence. */
function isListOfNames(lines: readonly string[]): boolean {
  return (
    lines.length > 1 &&
    lines.every((line) => line.length <= LONGEST_SINGLE && !/[.:;,!?]$/u.test(line) && findWords(line).length <= 4)
  );
}

function oneLine(cells: readonly string[], line: number): TableRow {
  return { firstLine: line, lastLine: line, cells };
}

/** Lines of a row that is wrapped, while they are joined. */
interface WrappedRow {
  readonly firstLine: number;
  lastLine: number;
  readonly cells: string[];
  last: readonly string[];
}

/**
 * Joins the lines of wrapped rows. Such a line has nothing in the first column, and goes on with cells that have not
 * ended. Values can lack a first cell, too, so at least one wrapped cell must prove that the tool wraps. If one line
 * without a first cell cannot be a wrapped one, no line is joined.
 */
function joinWrapped(cells: readonly (readonly string[])[], firstLine: number, isExact: boolean): TableRow[] {
  const widths: number[] = [];
  for (const line of cells)
    for (const [column, cell] of line.entries()) widths[column] = Math.max(numberAt(widths, column), cell.length);
  const rows: WrappedRow[] = [];
  let isProved = false;
  let isPossible = true;
  for (const [index, line] of cells.entries()) {
    const row = rows.at(-1);
    if (row !== undefined && line.every((cell) => cell === '')) {
      const wrapped = row.last.findLastIndex((cell) => cell !== '');
      row.cells[wrapped] = `${textAt(row.cells, wrapped)}\n`;
      row.lastLine = firstLine + index;
    } else if (line[0] !== '') {
      rows.push({ firstLine: firstLine + index, lastLine: firstLine + index, cells: [...line], last: line });
    } else if (row !== undefined && goesOn(row, line)) {
      isProved ||= line.some(
        (cell, column) => cell !== '' && wasWrapped(textAt(row.last, column), cell, numberAt(widths, column), isExact),
      );
      for (const [column, cell] of line.entries())
        if (cell !== '') row.cells[column] = `${textAt(row.cells, column)}\n${cell}`;
      row.lastLine = firstLine + index;
      row.last = line;
    } else {
      isPossible = false;
      break;
    }
  }
  if (!isProved || !isPossible) return cells.map((own, at) => oneLine(own, firstLine + at));
  return rows.map(({ firstLine: first, lastLine, cells: own }) => ({ firstLine: first, lastLine, cells: own }));
}

/** A piece that begins like a value of its own: a path, an address, a number. */
const VALUE_BEGINS = /^(?:[A-Za-z]:\\|\\\\|\/|\w{2,8}:\/\/|[\d.,:]+$)/u;

/** Whether a line without a first cell can continue a row: no cell goes on that had ended, and one of them has ended. */
function goesOn(row: WrappedRow, line: readonly string[]): boolean {
  // A row without a first cell fills its other cells. A wrapped line leaves those blank that ended before.
  const hasEnded =
    line.length <= 2 || line.some((cell, column) => column > 0 && cell === '' && row.cells[column] !== '');
  return row.cells[0] !== '' && hasEnded && line.every((cell, column) => cell === '' || row.last[column] !== '');
}

/**
 * Whether a piece proves that a tool wrapped the cell above it: its first word did not fit there, and the cell is a text
 * of several words, or fills a wide column to its last letter.
 */
function wasWrapped(above: string, piece: string, width: number, isExact: boolean): boolean {
  const word = textAt(piece.split(' ', 1), 0);
  if (above === '' || above.length + 1 + word.length <= width) return false;
  if (isExact) return true;
  if (VALUE_BEGINS.test(piece)) return false;
  return width >= LEAST_WRAPPED && (above.includes(' ') || (above.length === width && !VALUE_BEGINS.test(above)));
}

/** Narrowest column whose cells prove that a tool wraps, in cells. */
const LEAST_WRAPPED = 12;
