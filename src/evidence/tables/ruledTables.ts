import { divideColumns } from './columnTables.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { findWords, isReadable } from './tableLines.ts';
import type { Span } from './tableLines.ts';

/** Longest heading of a table with one column. A longer line above dashes is the heading of a text. */
const LONGEST_SINGLE = 60;

/**
 * Reads a table below a line of dashes, as `Format-Table`, `tasklist` and `schtasks` print it. A blank line ends the
 * table.
 */
export function readRuledTable({ plain }: TableLines, at: number): FoundTable | undefined {
  const header = plain[at];
  const ruler = plain[at + 1];
  if (!isReadable(header) || !isReadable(ruler)) return undefined;
  const groups = readRuler(ruler);
  if (groups === undefined) return undefined;
  const isExact = ruler.includes('=');
  const lines: string[] = [];
  for (let line = at + 2; isReadable(plain[line]) && !isRuler(plain[line + 1] ?? ''); line++)
    lines.push(plain[line] ?? '');
  if (lines.length === 0 || (groups.length === 1 && !isSingleColumn(header, ruler, lines, plain[at - 1])))
    return undefined;
  const { names, cells } = divideColumns({ header, groups, lines, isExact });
  if (cells.length === 0 || !fits(header, names)) return undefined;
  // A first column without a name holds marks, which most rows lack.
  const rows = names[0] === '' ? cells.map((own, row) => oneLine(own, at + 2 + row)) : joinWrapped(cells, at + 2);
  return {
    shape: 'columns',
    columns: names,
    rows,
    otherLines: [at, at + 1],
    end: at + 2 + cells.length,
  };
}

/** Whether all words of the header are names of columns. A line of text above a ruler has words in between. */
function fits(header: string, names: readonly string[]): boolean {
  const squeeze = (text: string): string => text.replaceAll(' ', '').replaceAll('\t', '');
  return squeeze(names.join('')) === squeeze(header) && names.some((name) => name !== '');
}

function isRuler(line: string): boolean {
  return line.length <= 4096 && (readRuler(line)?.length ?? 0) > 1;
}

/** Returns the groups of a line that contains only groups of dashes, or only groups of equals signs. */
function readRuler(line: string): Span[] | undefined {
  const sign = line.includes('=') ? '=' : '-';
  for (const own of line) if (own !== sign && own !== ' ') return undefined;
  const groups = findWords(line);
  return groups.length === 0 ? undefined : groups;
}

/**
 * Whether a table has one column, as `Select-Object Name` prints it. The same two lines are a heading in Markdown, so
 * the name must be one word, dashes as long as the name must stand below a blank line, and no row may be a sentence.
 */
function isSingleColumn(header: string, ruler: string, lines: readonly string[], above: string | undefined): boolean {
  return (
    (above === undefined || above === '') &&
    header.length === ruler.length &&
    ruler.startsWith('--') &&
    !header.includes(' ') &&
    lines.length > 1 &&
    lines.every((line) => line.length <= LONGEST_SINGLE && !/[.:;,!?]$/u.test(line) && findWords(line).length <= 4)
  );
}

function oneLine(cells: readonly string[], line: number): TableRow {
  return { firstLine: line, lastLine: line, cells };
}

/**
 * Joins the lines of wrapped rows. Such a line has nothing in the first column, and each of its cells begins with a
 * word that did not fit behind the piece above it. If one line without a first cell cannot be such a line, the first
 * column has empty cells, and no line is joined.
 */
function joinWrapped(cells: readonly (readonly string[])[], firstLine: number): TableRow[] {
  const widths = (cells[0] ?? []).map((_, column) =>
    cells.reduce((most, line) => Math.max(most, (line[column] ?? '').length), 0),
  );
  const rows: { firstLine: number; lastLine: number; cells: string[]; last: readonly string[] }[] = [];
  for (const [index, line] of cells.entries()) {
    const row = rows.at(-1);
    if (line[0] !== '' || line.every((cell) => cell === '')) {
      rows.push({ firstLine: firstLine + index, lastLine: firstLine + index, cells: [...line], last: line });
    } else if (row !== undefined && goesOn(row, line, widths)) {
      for (const [column, cell] of line.entries())
        if (cell !== '') row.cells[column] = `${row.cells[column] ?? ''}\n${cell}`;
      row.lastLine = firstLine + index;
      row.last = line;
    } else {
      return cells.map((own, at) => oneLine(own, firstLine + at));
    }
  }
  return rows.map(({ firstLine: first, lastLine, cells: own }) => ({ firstLine: first, lastLine, cells: own }));
}

/** Whether a line without a first cell continues a row. */
function goesOn(
  row: { readonly cells: readonly string[]; readonly last: readonly string[] },
  line: readonly string[],
  widths: readonly number[],
): boolean {
  const didNotFit = (cell: string, column: number): boolean => {
    const above = row.last[column] ?? '';
    const word = cell.split(' ', 1)[0] ?? '';
    return cell === '' || (above !== '' && above.length + 1 + word.length > (widths[column] ?? 0));
  };
  // A row without a first cell fills its other cells. A wrapped line leaves those blank that ended before.
  const hasEnded =
    line.length <= 2 || line.some((cell, column) => column > 0 && cell === '' && row.cells[column] !== '');
  return row.cells[0] !== '' && hasEnded && line.every(didNotFit);
}
