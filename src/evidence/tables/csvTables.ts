import type { FoundTable, TableLines, TableRow } from './table.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
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
    if (!header.includes(delimiter)) continue;
    const names = readRecord(lines.raw, headerAt, delimiter);
    if (names.lastLine !== headerAt || !isHeader(names, delimiter)) continue;
    const rows = readRows(lines.raw, headerAt + 1, delimiter, names.cells.length);
    // Commas also stand in sentences. Two rows, or quotation marks around each name, tell a table.
    if (rows.length < (names.isQuoted || delimiter === '\t' ? 1 : 2)) continue;
    return {
      shape: 'csv',
      columns: names.cells,
      rows,
      otherLines: isTyped ? [at, headerAt] : [headerAt],
      end: (rows.at(-1)?.lastLine ?? headerAt) + 1,
    };
  }
  return undefined;
}

function readRows(raw: readonly string[], from: number, delimiter: string, width: number): TableRow[] {
  const rows: TableRow[] = [];
  for (let at = from; at < raw.length;) {
    if (raw[at]?.trim() === '') break;
    const record = readRecord(raw, at, delimiter);
    if (record.cells.length !== width) break;
    rows.push({ firstLine: at, lastLine: record.lastLine, cells: record.cells });
    at = record.lastLine + 1;
  }
  return rows;
}

/** Whether all cells are names: not empty, all different, and none looks like a value or a sentence. */
function isHeader({ cells, isQuoted }: CsvRecord, delimiter: string): boolean {
  return (
    cells.length > 1 &&
    new Set(cells).size === cells.length &&
    cells.every((cell) => cell !== '' && cell.length <= 120 && (isQuoted || isBareName(cell, delimiter)))
  );
}

/** Whether a cell without quotation marks can be a name. Tabs rarely stand in sentences, so more is allowed there. */
function isBareName(cell: string, delimiter: string): boolean {
  const refused = delimiter === '\t' ? /[{}<>"]/u : /[.!?:=\\{}<>"]/u;
  return cell === cell.trim() && /^[\p{L}_#@$%(]/u.test(cell) && !refused.test(cell) && cell.split(' ').length <= 5;
}

/**
 * Reads one record by RFC 4180. A quoted cell may contain line ends. A quotation mark that is not closed before a
 * delimiter is part of the text, as in the command lines of a TSV file.
 */
function readRecord(raw: readonly string[], at: number, delimiter: string): CsvRecord {
  const cells: string[] = [];
  let isQuoted = true;
  let line = at;
  let text = raw[at] ?? '';
  let place = 0;
  for (;;) {
    const quoted = text[place] === '"' ? readQuoted(raw, line, place, delimiter) : undefined;
    if (quoted !== undefined) {
      cells.push(quoted.cell);
      line = quoted.line;
      text = raw[line] ?? '';
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

/** Reads a quoted cell. @returns undefined if it is not closed before a delimiter or the end of a line */
function readQuoted(
  raw: readonly string[],
  at: number,
  open: number,
  delimiter: string,
): { readonly cell: string; readonly line: number; readonly end: number } | undefined {
  let cell = '';
  let line = at;
  let text = raw[at] ?? '';
  let place = open + 1;
  for (;;) {
    const quote = text.indexOf('"', place);
    if (quote < 0) {
      line++;
      const next = raw[line];
      if (next === undefined || line - at > MOST_CELL_LINES) return undefined;
      cell += `${text.slice(place)}\n`;
      text = next;
      place = 0;
    } else if (text[quote + 1] === '"') {
      cell += text.slice(place, quote + 1);
      place = quote + 2;
    } else {
      const end = quote + 1;
      const isClosed = text[end] === delimiter || text.slice(end).replaceAll('\0', '').trim() === '';
      return isClosed ? { cell: cell + text.slice(place, quote), line, end } : undefined;
    }
  }
}
