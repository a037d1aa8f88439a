/** The strict reader's result for a text. */
export type Reading =
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly controls: number;
      readonly firstControl: number;
      readonly repeated: readonly string[];
      /** Text behind the outermost object, without the white space before it. */
      readonly behind: string;
    }
  /** `cut`: the text is the beginning of a JSON text and ends too early. */
  | { readonly ok: false; readonly cut: boolean };

class Refused extends Error {
  readonly cut: boolean;
  constructor(cut: boolean) {
    super(cut ? 'ends too early' : 'no JSON');
    this.cut = cut;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads JSON by RFC 8259, letter by letter, with one liberty: control characters may appear in strings, and are
 * counted. Slow and simple on purpose, and without JSON.parse, because the product is compared with it.
 */
export function readStrictJson(text: string): Reading {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    const { controls, firstControl, repeated } = reader;
    return { ok: true, value, controls, firstControl, repeated, behind: reader.behind };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, cut: error.cut };
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Keys of the outermost object, once for each repetition. */
  readonly repeated: string[] = [];
  controls = 0;
  firstControl = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new Refused(false);
    }
    return value;
  }

  get behind(): string {
    return this.#text.slice(this.#at);
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at++;
  }

  #next(): string {
    if (this.#at >= this.#text.length) throw new Refused(true);
    return this.#text.charAt(this.#at++);
  }

  #peek(): string {
    this.#space();
    if (this.#at >= this.#text.length) throw new Refused(true);
    return this.#text.charAt(this.#at);
  }

  #value(): unknown {
    this.#depth++;
    const value = this.#anything();
    this.#depth--;
    return value;
  }

  #anything(): unknown {
    const first = this.#peek();
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    if (first === 't') return this.#word('true', true);
    if (first === 'f') return this.#word('false', false);
    if (first === 'n') return this.#word('null', null);
    return this.#number();
  }

  #word(word: string, value: unknown): unknown {
    for (const letter of word) if (this.#next() !== letter) throw new Refused(false);
    return value;
  }

  #digits(): void {
    if (!/\d/u.test(this.#next())) throw new Refused(false);
    while (/^\d$/u.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #number(): number {
    const start = this.#at;
    if (this.#text.charAt(this.#at) === '-') this.#at++;
    if (this.#text.charAt(this.#at) === '0') this.#at++;
    else this.#digits();
    if (this.#text.charAt(this.#at) === '.') {
      this.#at++;
      this.#digits();
    }
    if (/^e$/iu.test(this.#text.charAt(this.#at))) {
      this.#at++;
      if (/^[+-]$/u.test(this.#text.charAt(this.#at))) this.#at++;
      this.#digits();
    }
    return Number(this.#text.slice(start, this.#at));
  }

  #array(): unknown[] {
    this.#at++;
    const items: unknown[] = [];
    if (this.#peek() === ']') {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(this.#value());
      const after = this.#peek();
      this.#at++;
      if (after === ']') return items;
      if (after !== ',') throw new Refused(false);
    }
  }

  /**
   * Reads an object as a list of fields, so that `__proto__` is a key like any other. The last of two equal keys
   * counts.
   */
  #object(): object {
    this.#at++;
    const fields = new Map<string, unknown>();
    const result = (): object => Object.fromEntries(fields);
    if (this.#peek() === '}') {
      this.#at++;
      return result();
    }
    for (;;) {
      if (this.#peek() !== '"') throw new Refused(false);
      const key = this.#string();
      if (this.#peek() !== ':') throw new Refused(false);
      this.#at++;
      if (this.#depth === 1 && fields.has(key)) this.repeated.push(key);
      fields.set(key, this.#value());
      const after = this.#peek();
      this.#at++;
      if (after === '}') return result();
      if (after !== ',') throw new Refused(false);
    }
  }

  #string(): string {
    this.#at++;
    let read = '';
    for (;;) {
      const letter = this.#next();
      if (letter === '"') return read;
      if (letter === '\\') read += this.#escape();
      else {
        if (letter < ' ') {
          if (this.controls === 0) this.firstControl = this.#at - 1;
          this.controls++;
        }
        read += letter;
      }
    }
  }

  #escape(): string {
    const letter = this.#next();
    if (letter !== 'u') {
      const meant = ESCAPES[letter];
      if (meant === undefined) throw new Refused(false);
      return meant;
    }
    let digits = '';
    while (digits.length < 4) {
      const digit = this.#next();
      if (!/^[\da-f]$/iu.test(digit)) throw new Refused(false);
      digits += digit;
    }
    return String.fromCharCode(parseInt(digits, 16));
  }
}
