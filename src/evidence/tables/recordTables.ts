import { textAt } from '../../base/atIndex.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { isBlank, isReadable, MOST_CELLS } from './tableLines.ts';

/** Fewest fields of a record. Two adjacent `key: value` lines also stand in ordinary texts. */
const FEWEST_FIELDS = 3;
/** Most fields above an indented record that belong to it. */
const MOST_HEAD_FIELDS = 3;
/** Largest number of columns. Each record of a hostile output may have keys of its own. */
const MOST_COLUMNS = 500;
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
export function readRecordTable(lines: TableLines, at: number): FoundTable | undefined {
  const { plain } = lines;
  const records: RecordLines[] = [];
  const known = new Set<string>();
  let isSectioned = false;
  let next = at;
  let end = at;
  while (next < plain.length) {
    const record = readRecord(lines, next);
    const isBounded = known.size <= MOST_COLUMNS && known.size * records.length <= MOST_CELLS;
    if (record !== undefined && isBounded && (known.size === 0 || isAlike(record, known))) {
      const isBehindText = records.length > 0 && plain.slice(end, record.firstLine).some((line) => line !== '');
      isSectioned ||= isBehindText;
      records.push(record);
      for (const key of record.fields.keys()) known.add(key);
      end = record.lastLine + 1;
      next = end;
    } else if (
      known.size === 0 ||
      (record !== undefined && (!isBounded || !isAlike(record, known))) ||
      next - end >= FARTHEST_NEXT
    ) {
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
  return { shape: 'records', columns, rows, otherLines: [], end, isSectioned };
}

/** Whether a record has at least half of its keys in common with the earlier records. */
function isAlike({ fields }: RecordLines, known: ReadonlySet<string>): boolean {
  let shared = 0;
  for (const key of fields.keys()) if (known.has(key)) shared++;
  return shared * 2 >= fields.size;
}

/** Reads one record: adjacent fields whose colons or values are in one column, with the lines that continue a value. */
function readRecord(lines: TableLines, at: number): RecordLines | undefined {
  return readHeaded(lines, at) ?? readPlainRecord(lines, at);
}

function readPlainRecord(lines: TableLines, at: number): RecordLines | undefined {
  const first = readField(lines.plain[at]);
  if (first === undefined) return undefined;
  const byColon = readAligned(lines, at, (field) => field.colon === first.colon);
  if (byColon !== undefined && lines.plain[at]?.[first.colon - 1] === ' ') return byColon;
  // The first keys of a record that is not aligned can be equally long by chance.
  const all = [byColon, readBlocks(lines, at, valueColumn(lines.plain, at, first)), readLoose(lines.plain, at)].filter(
    (record) => record !== undefined,
  );
  return all.toSorted((one, other) => other.lastLine - one.lastLine)[0];
}

/** Reads an indented record with its name above it, as `sc query` prints it. */
function readHeaded(lines: TableLines, at: number): RecordLines | undefined {
  const head = new Map<string, string>();
  let line = at;
  for (; head.size < MOST_HEAD_FIELDS; line++) {
    const field = readField(lines.plain[line]);
    if (field === undefined || field.indent > 0 || field.value === '' || head.has(field.key)) break;
    head.set(field.key, field.value);
  }
  const first = head.size === 0 ? undefined : readField(lines.plain[line]);
  if (first === undefined || first.indent === 0) return undefined;
  const body = readAligned(lines, line, (field) => field.colon === first.colon && field.indent === first.indent);
  if (body === undefined) return undefined;
  return { fields: new Map([...head, ...body.fields]), firstLine: at, lastLine: body.lastLine };
}

/** Returns the test for `key:   value` lines: all values begin in one column, which is behind the longest key. */
function valueColumn(plain: readonly string[], at: number, first: Field): (field: Field) => boolean {
  const column = first.valueAt ?? readField(plain[at + 1])?.valueAt;
  return ({ valueAt, indent, colon }) =>
    indent === first.indent && column !== undefined && colon < column - 1 && (valueAt ?? column) === column;
}

/** Reads one record of blocks that a blank line divides, as `diskutil info` prints it. No block repeats a key. */
function readBlocks(lines: TableLines, at: number, isAligned: (field: Field) => boolean): RecordLines | undefined {
  const first = readAligned(lines, at, isAligned);
  if (first === undefined) return undefined;
  const fields = new Map(first.fields);
  let { lastLine } = first;
  for (;;) {
    if (lines.plain[lastLine + 1] !== '') break;
    const next = readAligned(lines, lastLine + 2, isAligned, 2);
    if (next === undefined || [...next.fields.keys()].some((key) => fields.has(key))) break;
    for (const [key, value] of next.fields) fields.set(key, value);
    ({ lastLine } = next);
  }
  return { fields, firstLine: at, lastLine };
}

function readAligned(
  { plain, raw }: TableLines,
  at: number,
  isAligned: (field: Field) => boolean,
  fewest = FEWEST_FIELDS,
): RecordLines | undefined {
  const fields = new Map<string, string>();
  let valueAt = 0;
  let colonAt = -1;
  let lastKey = '';
  let lastValue = '';
  let lastLine = at;
  /** Lines of a value that have only blanks. They belong to the value if another line of it follows. */
  let blanks = 0;
  for (let line = at; line < plain.length; line++) {
    const text = textAt(plain, line);
    const field = readField(text);
    if (field !== undefined && blanks === 0 && isAligned(field)) {
      // The same key again begins the next record.
      if (fields.has(field.key)) break;
      fields.set(field.key, field.value);
      lastKey = field.key;
      lastValue = field.value;
      valueAt = Math.max(valueAt, field.valueAt ?? 0);
      colonAt = field.colon;
    } else if (lastKey !== '' && text[colonAt] === ':' && text.slice(0, colonAt).trim() === '') {
      // `sc qc` repeats the colon before each further value.
      lastValue += `\n${text.slice(colonAt + 1).trim()}`;
      fields.set(lastKey, lastValue);
    } else if (lastKey !== '' && valueAt > 0 && isReadable(text) && indentOf(text) >= valueAt) {
      lastValue += `\n${'\n'.repeat(blanks)}${text.trim()}`;
      fields.set(lastKey, lastValue);
      blanks = 0;
    } else if (lastKey !== '' && text === '' && textAt(raw, line).length >= valueAt && valueAt > 0) {
      blanks++;
      continue;
    } else {
      break;
    }
    lastLine = line;
  }
  return fields.size < fewest ? undefined : { fields, firstLine: at, lastLine };
}

/**
 * Reads `key: value` lines that are not aligned, or whose values end in one column, as in `/proc/meminfo`. Only short
 * keys count, and each must have a value. Indented keys must look like names of a person's language: settings in YAML
 * are indented, too.
 */
function readLoose(plain: readonly string[], at: number): RecordLines | undefined {
  const fields = new Map<string, string>();
  const end = plain[at]?.length;
  const indent = indentOf(textAt(plain, at));
  let line = at;
  for (; line < plain.length; line++) {
    const text = textAt(plain, line);
    const field = readField(text);
    if (field?.valueAt === undefined || field.indent !== indent || fields.has(field.key) || !isName(field.key)) break;
    if (indent > 0 && !/^\p{Lu}/u.test(field.key)) break;
    const isClose = field.valueAt === field.colon + 2 || text[field.colon + 1] === '\t';
    if (!isClose && text.length !== end) break;
    fields.set(field.key, field.value);
  }
  return fields.size < FEWEST_FIELDS ? undefined : { fields, firstLine: at, lastLine: line - 1 };
}

/** Words that begin a line of a log. */
const LOG_LEVEL = /^(?:info|information|warn|warning|error|debug|fatal|notice|trace|verbose|critical)$/iu;

/** Whether a key is a name and not the begin of a sentence. */
function isName(key: string): boolean {
  const words = key.split(' ');
  const names = words.filter((word) => !/^\p{Ll}/u.test(word)).length;
  const isWritten = words.length < 3 || names * 2 >= words.length;
  return key.length <= 40 && words.length <= 5 && isWritten && !LOG_LEVEL.test(key);
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

/** Removes the dots with which `ipconfig` leads to the colon, e.g. of `Description. . . . .` */
function withoutDots(key: string): string {
  let end = key.length;
  let dots = 0;
  while (end > 1 && (key[end - 1] === '.' || key[end - 1] === ' ')) {
    if (key[end - 1] === '.') dots++;
    end--;
  }
  return dots > 1 || (dots === 1 && key.endsWith(' .')) ? key.slice(0, end) : key;
}

function indentOf(line: string): number {
  let indent = 0;
  while (indent < line.length && isBlank(line, indent)) indent++;
  return indent;
}
