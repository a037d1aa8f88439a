import type { FoundTable, TableLines, TableRow } from './table.ts';
import { isBlank, isReadable } from './tableLines.ts';

/** Fewest fields of a record. Two adjacent `key: value` lines also stand in ordinary texts. */
const FEWEST_FIELDS = 3;
/** Longest key, in UTF-16 units. */
const LONGEST_KEY = 80;
/** Number of lines after a record in which the next record of the same table may begin, e.g. `Folder: \\` of schtasks. */
const FARTHEST_NEXT = 6;

interface Field {
  readonly key: string;
  readonly value: string;
  /** Column of the colon, and of the value. The value of a field without a value has no column. */
  readonly colon: number;
  readonly valueAt: number | undefined;
  readonly indent: number;
}

interface RecordLines {
  readonly fields: ReadonlyMap<string, string>;
  readonly firstLine: number;
  /** Index of the last line of the record. */
  readonly lastLine: number;
}

/**
 * Reads records of `key : value` lines, as `Format-List`, `systeminfo` and `schtasks /fo LIST` print them. Records with
 * the same keys are one table, also if a heading stands between them.
 */
export function readRecordTable({ plain }: TableLines, at: number): FoundTable | undefined {
  const records: RecordLines[] = [];
  const known = new Set<string>();
  let next = at;
  let end = at;
  while (next < plain.length) {
    const record = readRecord(plain, next);
    if (record !== undefined && (known.size === 0 || isAlike(record, known))) {
      records.push(record);
      for (const key of record.fields.keys()) known.add(key);
      end = record.lastLine + 1;
      next = end;
    } else if (known.size === 0 || (record !== undefined && !isAlike(record, known)) || next - end >= FARTHEST_NEXT) {
      break;
    } else {
      next++;
    }
  }
  if (records.length === 0) return undefined;
  const columns = [...known];
  const rows = records.map(({ fields, firstLine, lastLine }): TableRow => ({
    firstLine,
    lastLine,
    cells: columns.map((column) => fields.get(column) ?? null),
  }));
  return { shape: 'records', columns, rows, otherLines: [], end };
}

/** Whether a record has at least half of its keys in common with the earlier records. */
function isAlike({ fields }: RecordLines, known: ReadonlySet<string>): boolean {
  let shared = 0;
  for (const key of fields.keys()) if (known.has(key)) shared++;
  return shared * 2 >= fields.size;
}

/** Reads one record: adjacent fields whose colons or values are in one column, with the lines that continue a value. */
function readRecord(plain: readonly string[], at: number): RecordLines | undefined {
  const first = readField(plain[at]);
  if (first === undefined) return undefined;
  return (
    readAligned(plain, at, (field) => field.colon === first.colon && field.indent === first.indent) ??
    readAligned(plain, at, valueColumn(plain, at, first)) ??
    readLoose(plain, at)
  );
}

/** Returns the test for `key:   value` lines: all values begin in one column, which is behind the longest key. */
function valueColumn(plain: readonly string[], at: number, first: Field): (field: Field) => boolean {
  const column = first.valueAt ?? readField(plain[at + 1])?.valueAt;
  return ({ valueAt, indent, colon }) =>
    indent === first.indent && column !== undefined && colon < column - 1 && (valueAt ?? column) === column;
}

function readAligned(
  plain: readonly string[],
  at: number,
  isAligned: (field: Field) => boolean,
): RecordLines | undefined {
  const fields = new Map<string, string>();
  let valueAt = 0;
  let lastKey = '';
  let lastLine = at;
  for (let line = at; line < plain.length; line++) {
    const text = plain[line] ?? '';
    const field = readField(text);
    if (field !== undefined && isAligned(field)) {
      // The same key again begins the next record.
      if (fields.has(field.key)) break;
      fields.set(field.key, field.value);
      lastKey = field.key;
      valueAt = Math.max(valueAt, field.valueAt ?? 0);
    } else if (lastKey !== '' && valueAt > 0 && isReadable(text) && indentOf(text) >= valueAt) {
      fields.set(lastKey, `${fields.get(lastKey) ?? ''}\n${text.trim()}`);
    } else {
      break;
    }
    lastLine = line;
  }
  return fields.size < FEWEST_FIELDS ? undefined : { fields, firstLine: at, lastLine };
}

/** Reads `key: value` lines that are not aligned. Only short keys count, and each must have a value. */
function readLoose(plain: readonly string[], at: number): RecordLines | undefined {
  const fields = new Map<string, string>();
  let line = at;
  for (; line < plain.length; line++) {
    const field = readField(plain[line]);
    if (field === undefined || field.indent > 0 || field.value === '' || fields.has(field.key) || !isName(field.key))
      break;
    if (field.valueAt !== field.colon + 2) break;
    fields.set(field.key, field.value);
  }
  return fields.size < FEWEST_FIELDS ? undefined : { fields, firstLine: at, lastLine: line - 1 };
}

/** Whether a key is a name and not the begin of a sentence. */
function isName(key: string): boolean {
  return key.length <= 40 && key.split(' ').length <= 4;
}

function readField(line: string | undefined): Field | undefined {
  if (!isReadable(line)) return undefined;
  const indent = indentOf(line);
  let colon = line.indexOf(':', indent);
  // In `Address: ::1 : x` and `C:\\x`, a colon that no blank follows is part of the text.
  while (colon >= 0 && colon - indent <= LONGEST_KEY && !isBlank(line, colon + 1)) colon = line.indexOf(':', colon + 1);
  if (colon < 0 || colon - indent > LONGEST_KEY || !/^[\p{L}_(]/u.test(line.slice(indent, indent + 2)))
    return undefined;
  const key = withoutDots(line.slice(indent, colon).trimEnd());
  if (/[:=\t"'{}<>|;]/u.test(key)) return undefined;
  let valueAt = colon + 1;
  while (valueAt < line.length && isBlank(line, valueAt)) valueAt++;
  const isEmpty = valueAt >= line.length;
  return { key, value: line.slice(valueAt), colon, valueAt: isEmpty ? undefined : valueAt, indent };
}

/** Removes the dots with which `ipconfig` leads to the colon. */
function withoutDots(key: string): string {
  let end = key.length;
  while (end > 1 && key[end - 1] === '.' && key[end - 2] === ' ') end -= 2;
  return key.slice(0, end).trimEnd();
}

function indentOf(line: string): number {
  let indent = 0;
  while (indent < line.length && isBlank(line, indent)) indent++;
  return indent;
}
