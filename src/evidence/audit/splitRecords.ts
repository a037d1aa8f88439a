import { textAt } from '../../base/atIndex.ts';
import { findElements } from '../decode/jsonElements.ts';

/** A row of an export: its fields, and its text as received. */
export interface ExportedRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly raw: string;
  /** Number of the row in its source, from 1; rows that could not be read are counted. */
  readonly place: number;
}

/** Keys of an answer of advanced hunting that hold its rows: of Microsoft Graph, and of the older API. */
const LISTS = ['results', 'Results', 'value'] as const;
/** Largest number of columns of a CSV file. Advanced hunting has fewer than a hundred. */
const MOST_COLUMNS = 1000;

/**
 * Splits an export of advanced hunting into its rows: CSV with a header, a JSON array, an answer with `results`, one
 * object a line, or one object. Takes linear time.
 *
 * @returns undefined if the text is none of these
 */
export function splitRecords(
  text: string,
  most: number,
): { readonly rows: readonly ExportedRow[]; readonly more: number } | undefined {
  const bare = text.replace(/^\uFEFF/u, '');
  const first = /\S/u.exec(bare)?.[0];
  if (first === undefined) return undefined;
  return first === '{' || first === '[' ? splitJson(bare, most) : splitCsv(bare, most);
}

function splitJson(text: string, most: number): ReturnType<typeof splitRecords> {
  const whole = parse(text);
  if (whole === undefined) return splitLines(text, most);
  // JSON that begins with a bracket and is no object is an array.
  if (!isObject(whole)) return slices(`{"value":${text}}`, 'value', most);
  const list = LISTS.find((key) => Array.isArray(whole[key]));
  if (list !== undefined) return slices(text, list, most);
  return { rows: [{ fields: whole, raw: text.trim(), place: 1 }], more: 0 };
}

function slices(text: string, key: string, most: number): ReturnType<typeof splitRecords> {
  return toRows(findElements(text, key), most, ({ start, end }) => text.slice(start, end));
}

function splitLines(text: string, most: number): ReturnType<typeof splitRecords> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const split = toRows(lines, most, (line) => line.trim());
  // A text of which no line is an object is no export. Single lines that are none are counted.
  return split.rows.length === 0 ? undefined : split;
}

function toRows<Place>(
  places: readonly Place[],
  most: number,
  rawOf: (place: Place) => string,
): NonNullable<ReturnType<typeof splitRecords>> {
  const rows: ExportedRow[] = [];
  // Elements that are no objects are looked at as well, but not without end.
  for (const [index, place] of places.slice(0, 2 * most).entries()) {
    if (rows.length >= most) break;
    const raw = rawOf(place);
    const fields = parse(raw);
    if (isObject(fields)) rows.push({ fields, raw, place: index + 1 });
  }
  return { rows, more: places.length - rows.length };
}

/**
 * Splits CSV by RFC 4180, with the separator that its header uses most. A quotation mark that no other one closes before
 * a separator or a line end is part of its cell: it must not take the rows behind it.
 */
function splitCsv(text: string, most: number): ReturnType<typeof splitRecords> {
  // Excel names the separator in a line of its own.
  const from = /^sep=.\r?\n/u.exec(text)?.[0].length ?? 0;
  const header = text.slice(from, lineEnd(text, from));
  const delimiter = [',', ';', '\t'].reduce((best, one) => (count(header, one) > count(header, best) ? one : best));
  const head = readCsvRecord(text, from, delimiter);
  const names = head.cells.at(-1) === '' ? head.cells.slice(0, -1) : head.cells;
  const isHeader = names.length > 1 && names.length <= MOST_COLUMNS && names.every((name) => NAME.test(name));
  if (!isHeader) return undefined;
  const rows: ExportedRow[] = [];
  let place = 0;
  for (let at = head.end; at < text.length;) {
    const record = readCsvRecord(text, at, delimiter);
    const raw = text.slice(at, record.end).replace(/\r?\n$/u, '');
    at = record.end;
    if (raw.trim() === '') continue;
    place++;
    // A row with another number of cells cannot be told apart into fields.
    if (record.cells.length !== head.cells.length || rows.length >= most) continue;
    rows.push({ fields: fieldsOf(names, record.cells), raw, place });
  }
  return { rows, more: place - rows.length };
}

/** A name of a column. A text with other signs is no header. */
const NAME = /^[\p{L}_$][\p{L}\p{N}_$. ()-]{0,199}$/u;

/** Returns the fields of a row. A name that occurs twice gets a number, so that no cell is lost. */
function fieldsOf(names: readonly string[], cells: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = new Map<string, string>();
  for (const [column, name] of names.entries()) {
    const own = fields.has(name) ? `${name} (${column + 1})` : name;
    fields.set(own, textAt(cells, column));
  }
  return Object.fromEntries(fields);
}

function readCsvRecord(
  text: string,
  from: number,
  delimiter: string,
): { readonly cells: readonly string[]; readonly end: number } {
  const cells: string[] = [];
  for (let at = from; ;) {
    const quoted = text[at] === '"' ? readQuoted(text, at, delimiter) : undefined;
    const { cell, end } = quoted ?? readBare(text, at, delimiter);
    cells.push(cell);
    at = end;
    if (text[at] === delimiter) at++;
    else return { cells, end: afterLineEnd(text, at) };
  }
}

function readBare(text: string, from: number, delimiter: string): { readonly cell: string; readonly end: number } {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
  return { cell: text.slice(from, end).replace(/\r$/u, ''), end };
}

/** Longest quoted cell, in UTF-16 units. Without it, each quotation mark of a hostile text would be followed to its end. */
const LONGEST_CELL = 1_000_000;

/** Reads a quoted cell. @returns undefined if the quotation mark is not closed before a separator or a line end */
function readQuoted(
  text: string,
  from: number,
  delimiter: string,
): { readonly cell: string; readonly end: number } | undefined {
  const pieces: string[] = [];
  for (let at = from + 1; at - from < LONGEST_CELL;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    pieces.push(text.slice(at, quote));
    const end = quote + 1;
    if (text[end] === '"') {
      pieces.push('"');
      at = end + 1;
      continue;
    }
    const isClosed = end >= text.length || text[end] === delimiter || text[end] === '\n' || text[end] === '\r';
    return isClosed ? { cell: pieces.join(''), end: text[end] === '\r' ? end + 1 : end } : undefined;
  }
  return undefined;
}

function afterLineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
