import { textAt } from '../../base/atIndex.ts';
import { endOfString } from '../decode/jsonOutline.ts';
import type { FoundTable, TableLines, TableRow } from './table.ts';
import { MOST_CELLS } from './tableLines.ts';

/** Longest JSON value that is read as a table, in lines. */
const MOST_LINES = 2_000_000;
/** Deepest nesting. */
const DEEPEST = 200;
/** Largest number of columns. Objects of a hostile output may each have keys of their own. */
const MOST_COLUMNS = 500;

/** An object of the text: its keys with their cells, and its lines. */
interface JsonRow {
  readonly fields: ReadonlyMap<string, string>;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Reads JSON objects as rows: an array of objects, one object a line, or one object. */
export class JsonTables {
  /**
   * Number of characters that may still be looked at in vain. Each `[` of a hostile text could otherwise be followed to
   * the end of the text.
   */
  #left: number;

  constructor({ raw }: TableLines) {
    this.#left = 16 * raw.reduce((sum, line) => sum + line.length + 1, 0) + 10_000;
  }

  /** Reads a table that begins at a line. @returns undefined if none begins there */
  readonly read = (lines: TableLines, at: number): FoundTable | undefined => {
    const first = lines.plain[at]?.trimStart()[0];
    if (first !== '{' && first !== '[') return undefined;
    return first === '[' ? this.#readArray(lines, at) : this.#readObjects(lines, at);
  };

  #readArray(lines: TableLines, at: number): FoundTable | undefined {
    const cursor = this.#cursor(lines, at);
    const rows: JsonRow[] = [];
    cursor.take('[');
    for (;;) {
      const row = cursor.readObject();
      if (row === undefined) return undefined;
      rows.push(row);
      if (cursor.take(',')) continue;
      if (!cursor.take(']') || !cursor.isAtLineEnd()) return undefined;
      break;
    }
    const end = cursor.line + 1;
    const inRows = new Set<number>();
    for (const { firstLine, lastLine } of rows) for (let line = firstLine; line <= lastLine; line++) inRows.add(line);
    const otherLines: number[] = [];
    for (let line = at; line < end; line++) if (!inRows.has(line)) otherLines.push(line);
    return toTable(rows, otherLines, end);
  }

  /** Reads objects that begin on adjacent lines: one a line, or a single one over several lines. */
  #readObjects(lines: TableLines, at: number): FoundTable | undefined {
    const rows: JsonRow[] = [];
    let next = at;
    while (lines.plain[next]?.trimStart().startsWith('{') === true) {
      const cursor = this.#cursor(lines, next);
      const row = cursor.readObject();
      if (row === undefined || !cursor.isAtLineEnd()) break;
      rows.push(row);
      next = row.lastLine + 1;
    }
    return rows.length === 0 ? undefined : toTable(rows, [], next);
  }

  #cursor(lines: TableLines, at: number): JsonCursor {
    return new JsonCursor(lines.raw, at, (length) => (this.#left -= length) > 0);
  }
}

function toTable(found: readonly JsonRow[], otherLines: readonly number[], end: number): FoundTable | undefined {
  const columns = new Set<string>();
  for (const { fields } of found) for (const key of fields.keys()) columns.add(key);
  if (columns.size === 0 || columns.size > MOST_COLUMNS || columns.size * found.length > MOST_CELLS) return undefined;
  const names = [...columns];
  const rows = found.map(({ fields, firstLine, lastLine }): TableRow => ({
    firstLine,
    lastLine,
    cells: names.map((name) => fields.get(name) ?? null),
  }));
  return { shape: 'json', columns: names, rows, otherLines, end };
}

/** Reads JSON from the lines of a text, and knows the line of each value. */
class JsonCursor {
  line: number;
  readonly #raw: readonly string[];
  readonly #mayRead: (length: number) => boolean;
  readonly #last: number;
  #place = 0;

  constructor(raw: readonly string[], at: number, mayRead: (length: number) => boolean) {
    this.#raw = raw;
    this.line = at;
    this.#mayRead = mayRead;
    this.#last = Math.min(raw.length, at + MOST_LINES);
    if (this.#text.startsWith('\uFEFF')) this.#place = 1;
  }

  get #text(): string {
    return textAt(this.#raw, this.line);
  }

  /** Goes past a sign and the white space before it. @returns whether the sign is there */
  take(sign: string): boolean {
    if (this.#sign() !== sign) return false;
    this.#place++;
    return true;
  }

  /** Whether only white space and NULs follow on the line. */
  isAtLineEnd(): boolean {
    return this.#text.slice(this.#place).replaceAll('\0', '').trim() === '';
  }

  /** Reads an object. @returns undefined if no whole object is there */
  readObject(): JsonRow | undefined {
    if (!this.take('{')) return undefined;
    const firstLine = this.line;
    const fields = new Map<string, string>();
    if (this.take('}')) return { fields, firstLine, lastLine: this.line };
    for (;;) {
      const key = this.#readString();
      if (key === undefined || !this.take(':')) return undefined;
      const cell = this.#readCell();
      if (cell === undefined) return undefined;
      // A key that occurs twice has both values: most readers would see only the last one.
      const before = fields.get(key);
      fields.set(key, before === undefined ? cell : `${before}\n${cell}`);
      if (this.take(',')) continue;
      return this.take('}') ? { fields, firstLine, lastLine: this.line } : undefined;
    }
  }

  /** Reads a value. A string is decoded. Of a nested value, only the white space between its signs is left out. */
  #readCell(): string | undefined {
    const sign = this.#sign();
    if (sign === '"') return this.#readString();
    if (sign !== '{' && sign !== '[') return this.#readWord();
    let depth = 0;
    let cell = '';
    for (;;) {
      const next = this.#sign();
      if (next === undefined) return undefined;
      if (next === '"') {
        const written = this.#readWritten();
        if (written === undefined) return undefined;
        cell += written;
        continue;
      }
      if (':,{}[]'.includes(next)) {
        this.#place++;
        cell += next;
        if (next === '{' || next === '[') depth++;
        else if (next === '}' || next === ']') depth--;
        if (depth === 0) return plainNested(cell);
        if (depth > DEEPEST) return undefined;
        continue;
      }
      const word = this.#readWord();
      if (word === undefined) return undefined;
      cell += word;
    }
  }

  /** Reads a number, true, false or null, as it is printed. */
  #readWord(): string | undefined {
    const text = this.#text;
    const start = this.#place;
    while (this.#place < text.length && /[\w.+-]/u.test(text.charAt(this.#place))) this.#place++;
    const word = text.slice(start, this.#place);
    return word.length <= 400 && /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/u.test(word)
      ? word
      : undefined;
  }

  #readString(): string | undefined {
    if (this.#sign() !== '"') return undefined;
    const written = this.#readWritten();
    return written === undefined ? undefined : decodeString(written);
  }

  /** Reads a string with its quotation marks. It ends on its line: JSON has no line ends in strings. */
  #readWritten(): string | undefined {
    const text = this.#text;
    const end = endOfString(text, this.#place);
    if (end < 0 || !this.#mayRead(end - this.#place)) return undefined;
    const written = text.slice(this.#place, end + 1);
    this.#place = end + 1;
    return written;
  }

  /** Returns the next sign that is not white space, also on later lines. */
  #sign(): string | undefined {
    for (;;) {
      const text = this.#text;
      const from = this.#place;
      while (this.#place < text.length && (text[this.#place] === ' ' || text[this.#place] === '\t')) this.#place++;
      if (!this.#mayRead(this.#place - from + 1)) return undefined;
      if (this.#place < text.length) return text[this.#place];
      if (this.line + 1 >= this.#last) return undefined;
      this.line++;
      this.#place = 0;
    }
  }
}

function decodeString(written: string): string | undefined {
  if (!written.includes('\\')) return written.slice(1, -1);
  try {
    return JSON.parse(written) as string;
  } catch {
    // Control characters as they are, or an escape that JSON does not know: the text is shown as printed.
    return written.slice(1, -1);
  }
}

/** Decodes what Windows PowerShell escapes needlessly in nested values, e.g. `\u0027`. Numbers stay as printed. */
function plainNested(cell: string): string {
  return cell.replaceAll(/\\u(?:0026|0027|003[cCeE])/gu, (escape) =>
    String.fromCharCode(parseInt(escape.slice(2), 16)),
  );
}
