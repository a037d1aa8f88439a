import { textAt } from '../../base/atIndex.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { MOST_GROUPS } from './tableLines.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Number of columns from which a header may have names with other signs. */
const WIDE_HEADER = 4;
/** Longest header, in UTF-16 units. */
const LONGEST_HEADER = 8192;
/** Largest number of lines of one quoted cell. Without it, one quotation mark could take the rest of a text. */
const MOST_CELL_LINES = 2000;

interface CsvRecord {
  readonly cells: readonly string[];
  /** Whether all cells that are not empty are quoted. */
  readonly isQuoted: boolean;
  /** Index of the last line of the record. */
  readonly lastLine: number;
}

/** Reads CSV or TSV with a header. A line with another number of cells, or a blank line, ends the table. */
export function readCsvTable(lines: TableLines, at: number): FoundTable | undefined {
  const isTyped = lines.plain[at]?.startsWith('#TYPE ') === true;
  const headerAt = isTyped ? at + 1 : at;
  const header = lines.plain[headerAt];
  if (header === undefined || header === '' || header.length > LONGEST_HEADER) return undefined;
  for (const delimiter of DELIMITERS) {
    if (!header.includes(delimiter) || !lines.spend(header.length)) continue;
    const names = readRecord(lines.raw, headerAt, delimiter);
    if (names.lastLine !== headerAt || !isHeader(names, delimiter)) continue;
    const rows = readRows(lines.raw, headerAt + 1, delimiter, names);
    // Commas also stand in sentences. Two rows, or quotation marks around each name, tell a table.
    if (rows.length < (names.isQuoted || (delimiter === '\t' && names.cells.length > 2) ? 1 : 2)) continue;
    // A list of settings repeats its first word.
    if (rows.some(({ cells }) => cells[0] === names.cells[0])) continue;
    return {
      shape: 'csv',
      columns: names.cells,
      rows,
      otherLines: isTyped ? [at, headerAt] : [headerAt],
      end: rows.reduce((_, { lastLine }) => lastLine, headerAt) + 1,
    };
  }
  return undefined;
}

function readRows(raw: readonly string[], from: number, delimiter: string, header: CsvRecord): TableRow[] {
  const quotesAll = delimiter !== '	' || header.isQuoted;
  const rows: TableRow[] = [];
  // The output of wmic ends its lines by CR CR LF, so that a blank line follows each line.
  const isSpaced = isBlankLine(raw[from]) && !isBlankLine(raw[from + 1]);
  for (let at = isSpaced ? from + 1 : from; at < raw.length;) {
    if (isBlankLine(raw[at])) break;
    const { cells, lastLine } = readRecord(raw, at, delimiter, quotesAll, header.cells.length);
    // Some tools print the header again. Another table begins there.
    if (cells.length !== header.cells.length || cells.every((cell, column) => cell === header.cells[column])) break;
    rows.push({ firstLine: at, lastLine, cells });
    at = lastLine + 1;
    if (isSpaced && isBlankLine(raw[at])) at++;
  }
  return rows;
}

function isBlankLine(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

/** A cell that is a value and no name: a number, a size, a path, a time. */
const VALUE = /^(?:[-+]?[\d.,:]+(?: ?[KMGT]?i?B?)?|[A-Za-z]:\\.*|\/.*|\\\\.*|\d{4}-\d{2}-\d{2}.*)$/u;

/** Whether all cells are names: not empty, all different, and none looks like a value or a sentence. */
function isHeader({ cells, isQuoted }: CsvRecord, delimiter: string): boolean {
  const isWide = cells.length >= WIDE_HEADER;
  return (
    cells.length > 1 &&
    cells.length <= MOST_GROUPS &&
    !cells.some((cell) => VALUE.test(cell)) &&
    new Set(cells).size === cells.length &&
    cells.every(
      (cell) =>
        cell !== '' && cell.length <= 120 && (isQuoted || isBareName(cell, isWide || delimiter === '\t', isWide)),
    )
  );
}

/**
 * Whether a cell without quotation marks can be a name. Tabs, and many commas without a blank, rarely stand in sentences,
 * so more is allowed there.
 */
function isBareName(cell: string, isLoose: boolean, isWide: boolean): boolean {
  const refused = isWide ? /[{}<>]/u : isLoose ? /[=\\{}<>"]/u : /[.!?:=\\{}<>"]/u;
  const first = isWide ? /^[\p{L}_#@$%(=*]/u : /^[\p{L}_#@$%(]/u;
  return cell === cell.trim() && first.test(cell) && !refused.test(cell) && cell.split(' ').length <= 5;
}

/**
 * Reads one record by RFC 4180. A quoted cell may contain line ends. A quotation mark that is not closed before a
 * delimiter is part of the text, as in the command lines of a TSV file.
 */
function readRecord(
  raw: readonly string[],
  at: number,
  delimiter: string,
  quotesAll = true,
  width?: number,
): CsvRecord {
  const cells: string[] = [];
  let isQuoted = true;
  let line = at;
  let text = textAt(raw, at);
  let place = 0;
  for (;;) {
    const quoted = text[place] === '"' ? readQuoted(raw, line, place, delimiter, quotesAll, width) : undefined;
    if (quoted !== undefined) {
      cells.push(quoted.cell);
      line = quoted.line;
      text = textAt(raw, line);
      place = quoted.end;
    } else {
      const end = text.indexOf(delimiter, place);
      const cell = end < 0 ? text.slice(place).replaceAll('\0', '').trimEnd() : text.slice(place, end);
      if (cell !== '') isQuoted = false;
      cells.push(cell.trim() === cell || delimiter !== '\t' ? cell : cell.trim());
      place = end < 0 ? text.length : end;
    }
    if (text[place] !== delimiter) return { cells, isQuoted, lastLine: line };
    place++;
  }
}

/** Whether only blanks and NULs follow. Stops at the first other character. */
function isBlankEnd(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) if (!' \t\0\r'.includes(text.charAt(at))) return false;
  return true;
}

/** Reads a quoted cell. @returns undefined if it is not closed before a delimiter or the end of a line */
function readQuoted(
  raw: readonly string[],
  at: number,
  open: number,
  delimiter: string,
  quotesAll: boolean,
  width: number | undefined,
): { readonly cell: string; readonly line: number; readonly end: number } | undefined {
  let cell = '';
  let line = at;
  let text = textAt(raw, at);
  let place = open + 1;
  for (;;) {
    const quote = text.indexOf('"', place);
    if (quote < 0) {
      line++;
      const next = raw[line];
      if (next === undefined || line - at > MOST_CELL_LINES) return undefined;
      // A line with as many delimiters as the header is a record: the quotation mark was never meant as one.
      if (width !== undefined && !next.includes('"') && next.split(delimiter).length === width) return undefined;
      cell += `${text.slice(place)}\n`;
      text = next;
      place = 0;
    } else if (text[quote + 1] === '"') {
      cell += text.slice(place, quote + 1);
      place = quote + 2;
    } else {
      const end = quote + 1;
      const isClosed = text[end] === delimiter || isBlankEnd(text, end);
      const whole = cell + text.slice(place, quote);
      // A command line in quotation marks, in a file that quotes only what it must.
      if (!isClosed || (!quotesAll && !/[\t\n"]/u.test(whole))) return undefined;
      return { cell: whole, line, end };
    }
  }
}
