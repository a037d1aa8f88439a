import { parseServerTime } from '../base/serverTime.ts';

/**
 * Maximum number of odd field names that one row keeps. More names would not help a reader, and a hostile answer could
 * cause very many.
 */
const MAX_ODD_NAMES = 20;
/** Matches the beginning of a time of the API. `Date.parse` alone accepts nearly any text with a digit as a time. */
const TIME = /^\d{4}-\d\d-\d\dT/u;
/** Matches an index or a status code that is written as a text. */
const INTEGER = /^-?\d{1,10}$/u;

/**
 * Names of the fields in one row whose values differ from what the API promises. Every name comes from our own code.
 */
export class OddFields {
  readonly #names = new Set<string>();

  add(name: string): void {
    if (this.#names.size < MAX_ODD_NAMES) this.#names.add(name);
  }

  /** Returns the names in the order of discovery. */
  get names(): readonly string[] {
    return [...this.#names];
  }
}

/**
 * Reads the fields of one object of an answer, each independently of the others. A bad value is replaced by the field's
 * fallback, and the field's name is recorded. A key in another letter case counts as the field, and is recorded too.
 */
export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #odd: OddFields;
  #byLowerCase: ReadonlyMap<string, unknown> | undefined;

  /**
   * @param value - the object; anything else has no fields, and is recorded as odd
   * @param path - prefix of its fields' names, with a dot at its end; empty for the row itself
   */
  constructor(value: unknown, path: string, odd: OddFields) {
    this.#path = path;
    this.#odd = odd;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) odd.add(path.slice(0, -1));
    // Only own fields count: a `__proto__` in the JSON must not add any.
    this.#fields = new Map<string, unknown>(isObject ? Object.entries(value) : []);
  }

  /** Reads a text; null if it is missing. */
  text(key: string): string | null {
    const value = this.#get(key);
    if (typeof value === 'string') return value;
    return value === undefined || value === null ? null : this.#bad(key, null);
  }

  /** Reads a text that names something; null if it is missing or empty. */
  name(key: string): string | null {
    const value = this.text(key);
    return value === '' ? this.#bad(key, null) : value;
  }

  /** Reads a text that every row must have; empty if it is missing. */
  word(key: string): string {
    const value = this.#get(key);
    return typeof value === 'string' && value !== '' ? value : this.#bad(key, '');
  }

  /** Reads a time of the server, verbatim; null if it is missing. */
  time(key: string): string | null {
    const value = this.text(key);
    return value === null || isTime(value) ? value : this.#bad(key, null);
  }

  /** Reads a time that every row must have; empty if it is missing. */
  requiredTime(key: string): string {
    const value = this.word(key);
    return value === '' || isTime(value) ? value : this.#bad(key, '');
  }

  /** Reads a number; null if it is null, 0 if it is missing. */
  number(key: string): number | null {
    const value = this.#get(key);
    if (value === undefined) return 0;
    return value === null || typeof value === 'number' ? value : this.#bad(key, null);
  }

  /** Reads an integer from 0 on. The integer may be written as a text. Returns undefined for any other value. */
  index(key: string): number | undefined {
    const value = this.#get(key);
    const number = typeof value === 'string' && INTEGER.test(value) ? this.#bad(key, Number(value)) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    this.#bad(key, undefined);
    return undefined;
  }

  /**
   * Reads a list.
   * @param read - reads the entry at a path; an entry is left out if `read` returns undefined
   * @returns null if the list is null; empty if it is missing or not a list
   */
  list<Entry>(key: string, read: (value: unknown, path: string) => Entry | undefined): Entry[] | null {
    const value = this.#get(key);
    if (value === undefined || value === null) return value === null ? null : [];
    if (!Array.isArray(value)) return this.#bad(key, []);
    return value.flatMap((entry: unknown, at) => {
      const path = `${this.#path}${key}.${at.toString()}`;
      const found = read(entry, path);
      if (found === undefined) this.#odd.add(path);
      return found === undefined ? [] : [found];
    });
  }

  /** Returns a reader for an object within this object. */
  inner(key: string): FieldReader {
    return new FieldReader(this.#get(key), `${this.#path}${key}.`, this.#odd);
  }

  #get(key: string): unknown {
    if (this.#fields.has(key)) return this.#fields.get(key);
    this.#byLowerCase ??= new Map([...this.#fields].map(([name, value]) => [name.toLowerCase(), value]));
    const lower = key.toLowerCase();
    if (!this.#byLowerCase.has(lower)) return undefined;
    return this.#bad(key, this.#byLowerCase.get(lower));
  }

  #bad<Fallback>(key: string, fallback: Fallback): Fallback {
    this.#odd.add(this.#path + key);
    return fallback;
  }
}

function isTime(text: string): boolean {
  return TIME.test(text) && parseServerTime(text) !== undefined;
}
