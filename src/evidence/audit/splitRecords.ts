import { findElements } from '../decode/jsonElements.ts';

/** A row of an export: its fields, and its text as received. */
export interface ExportedRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly raw: string;
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
  if (Array.isArray(whole)) return slices(`{"value":${text}}`, 'value', most);
  if (!isObject(whole)) return undefined;
  const list = LISTS.find((key) => Array.isArray(whole[key]));
  if (list !== undefined) return slices(text, list, most);
  return { rows: [{ fields: whole, raw: text.trim() }], more: 0 };
}

function slices(text: string, key: string, most: number): ReturnType<typeof splitRecords> {
  const all = findElements(text, key);
  const rows = all.slice(0, most).flatMap(({ start, end }) => {
    const raw = text.slice(start, end);
    const fields = parse(raw);
    return isObject(fields) ? [{ fields, raw }] : [];
  });
  return { rows, more: all.length - rows.length };
}

function splitLines(text: string, most: number): ReturnType<typeof splitRecords> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.slice(0, most).flatMap((line) => {
    const raw = line.trim();
    const fields = parse(raw);
    return isObject(fields) ? [{ fields, raw }] : [];
  });
  // A text of which no line is an object is no export. Single lines that are none are counted.
  return rows.length === 0 ? undefined : { rows, more: lines.length - rows.length };
}

/** Splits CSV by RFC 4180, with the separator that its header uses most. */
function splitCsv(text: string, most: number): ReturnType<typeof splitRecords> {
  const header = text.slice(0, lineEnd(text));
  const delimiter = [',', ';', '\t'].reduce((best, one) => (count(header, one) > count(header, best) ? one : best));
  const head = readCsvRecord(text, 0, delimiter);
  if (head.cells.length < 2 || head.cells.length > MOST_COLUMNS || head.cells.some((cell) => cell === ''))
    return undefined;
  const rows: ExportedRow[] = [];
  let more = 0;
  for (let at = head.end; at < text.length;) {
    const record = readCsvRecord(text, at, delimiter);
    const raw = text.slice(at, record.end).replace(/\r?\n$/u, '');
    at = record.end;
    if (raw.trim() === '') continue;
    // A row with another number of cells cannot be told apart into fields.
    if (record.cells.length !== head.cells.length || rows.length >= most) more++;
    else
      rows.push({
        fields: Object.fromEntries(head.cells.map((name, column) => [name, record.cells[column] ?? ''])),
        raw,
      });
  }
  return rows.length === 0 ? undefined : { rows, more };
}

function readCsvRecord(
  text: string,
  from: number,
  delimiter: string,
): { readonly cells: readonly string[]; readonly end: number } {
  const cells: string[] = [];
  for (let at = from; ;) {
    const { cell, end } = text[at] === '"' ? readQuoted(text, at) : readBare(text, at, delimiter);
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

function readQuoted(text: string, from: number): { readonly cell: string; readonly end: number } {
  const pieces: string[] = [];
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { cell: [...pieces, text.slice(at)].join(''), end: text.length };
    pieces.push(text.slice(at, quote));
    if (text[quote + 1] !== '"') return { cell: pieces.join(''), end: quote + 1 };
    pieces.push('"');
    at = quote + 2;
  }
}

function afterLineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

function lineEnd(text: string): number {
  const end = text.indexOf('\n');
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
