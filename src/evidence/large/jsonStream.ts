import { MAX_DEPTH } from '../decode/jsonOutline.ts';
import type { Rejection } from '../decode/decode.ts';
import type { DecodeChange } from '../decode/transcript.ts';
import { TrailingText } from '../decode/trailingText.ts';

/** Events while a JSON text is read. They report the fields of its outermost object, in the order of the text. */
export interface JsonListener {
  /** Called at the start of a field of the outermost object. */
  readonly key: (name: string) => void;
  /** Receives the next piece of a string value, with escapes resolved. An unescaped surrogate pair is never split. */
  readonly text: (stretch: string) => void;
  /**
   * Called at the end of the field's value. `scalar` is a number, true, false or null. It is undefined for a string or
   * a nested value.
   */
  readonly end: (kind: 'string' | 'scalar' | 'nested', scalar?: number | boolean | null) => void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SCALAR_PART = /[-+.\w]+/uy;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const NUMBER_CUT = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*|(?:\.\d+)?[eE][+-]?\d*)?)?$/u;
const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
/** Limit for a scalar, in UTF-16 units. No meaningful number is longer. */
const MAX_SCALAR = 65_536;
/** Limit for a key, in UTF-16 units. No key of a result is longer. */
const MAX_KEY = 1000;

type Expected = 'value' | 'valueOrClose' | 'key' | 'keyOrClose' | 'colon' | 'commaOrClose' | 'nothing';

class Refused extends Error {
  readonly rejection: Rejection;

  constructor(reason: Rejection['reason'], offset: number) {
    super(reason);
    this.rejection = { reason, offset };
  }
}

/**
 * Reads JSON that arrives in pieces and is too large to be parsed at once. Accepts the same texts as `decodeResult`:
 * RFC 8259, and raw control characters inside strings. Counts these control characters.
 */
export class JsonStream {
  readonly #listener: JsonListener;
  readonly #open: ('{' | '[')[] = [];
  #expected: Expected = 'value';
  /** Kind of the string that is being read. `#escape` is the string's last escape, as long as it is not complete. */
  #string: 'key' | 'value' | undefined;
  #escape = '';
  #short = '';
  #scalar = '';
  /** Part of a field's string that was read but not reported yet. */
  #taken = '';
  #beganAsObject = false;
  /** Offset of the current piece in the complete text. */
  #offset = 0;
  #controls = 0;
  #firstControl = 0;
  readonly #trailing = new TrailingText();
  #rejection: Rejection | undefined;

  constructor(listener: JsonListener) {
    this.#listener = listener;
  }

  /**
   * Number of raw control characters inside strings so far, and the place of the first of them, in UTF-16 units of the
   * complete text.
   */
  get controls(): { readonly count: number; readonly firstOffset: number } {
    return { count: this.#controls, firstOffset: this.#firstControl };
  }

  /** Changes to report about the text after the outermost object. */
  get trailing(): readonly DecodeChange[] {
    return this.#trailing.changes();
  }

  add(stretch: string): void {
    if (this.#rejection !== undefined) return;
    this.#attempt(() => {
      this.#read(stretch);
    });
    this.#offset += stretch.length;
  }

  /** Ends the text. @returns the reason why the text is not JSON; undefined if it is JSON */
  end(): Rejection | undefined {
    this.#attempt(() => {
      const isCut = this.#open.length > 0 && isBegun(this.#scalar);
      if (this.#scalar !== '' && !isCut) this.#endScalar(0);
      // Only a text that begins as an object can be a result that was cut off.
      if (this.#expected !== 'nothing') throw new Refused(this.#beganAsObject ? 'truncated' : 'notJson', 0);
    });
    return this.#rejection;
  }

  #attempt(work: () => void): void {
    if (this.#rejection !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { reason, offset = 0 } = error.rejection;
      this.#rejection = { reason, offset: this.#offset + offset };
    }
  }

  #read(text: string): void {
    for (let at = 0; at < text.length;) {
      if (this.#expected === 'nothing' && this.#beganAsObject) {
        this.#trailing.add(text.slice(at), this.#offset + at);
        break;
      }
      if (this.#string !== undefined) at = this.#readString(text, at);
      else if (this.#scalar !== '') at = this.#readScalar(text, at);
      else at = this.#readSign(text, at);
    }
    this.#tell();
  }

  #readSign(text: string, at: number): number {
    const sign = text.charAt(at);
    if (sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t') return at + 1;
    const expected = this.#expected;
    const wantsValue = expected === 'value' || expected === 'valueOrClose';
    if (sign === '"' && (wantsValue || expected === 'key' || expected === 'keyOrClose')) {
      this.#string = wantsValue ? 'value' : 'key';
      return at + 1;
    }
    if ((sign === '{' || sign === '[') && wantsValue) {
      if (this.#open.length === 0) this.#beganAsObject = sign === '{';
      if (this.#open.push(sign) > MAX_DEPTH) throw new Refused('tooNested', at);
      this.#expected = sign === '{' ? 'keyOrClose' : 'valueOrClose';
      return at + 1;
    }
    if (sign === '}' || sign === ']') return this.#close(sign, at);
    if (sign === ',' && expected === 'commaOrClose') {
      this.#expected = this.#open.at(-1) === '{' ? 'key' : 'value';
      return at + 1;
    }
    if (sign === ':' && expected === 'colon') {
      this.#expected = 'value';
      return at + 1;
    }
    if (!wantsValue) throw new Refused('notJson', at);
    return this.#readScalar(text, at);
  }

  #close(sign: '}' | ']', at: number): number {
    const opening = sign === '}' ? '{' : '[';
    const canClose =
      this.#expected === 'commaOrClose' || this.#expected === 'keyOrClose' || this.#expected === 'valueOrClose';
    if (!canClose || this.#open.at(-1) !== opening) throw new Refused('notJson', at);
    this.#open.pop();
    if (this.#isInField()) this.#listener.end('nested');
    this.#afterValue();
    return at + 1;
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? 'nothing' : 'commaOrClose';
  }

  /** Whether the value of a field of the outermost object is being read. */
  #isInField(): boolean {
    return this.#open.length === 1 && this.#open[0] === '{';
  }

  #readScalar(text: string, at: number): number {
    SCALAR_PART.lastIndex = at;
    const part = SCALAR_PART.exec(text)?.[0] ?? '';
    this.#scalar += part;
    if (this.#scalar === '' || this.#scalar.length > MAX_SCALAR) throw new Refused('notJson', at);
    const next = at + part.length;
    // At the end of a piece, the scalar may continue.
    if (next < text.length) this.#endScalar(next);
    return next;
  }

  #endScalar(at: number): void {
    const scalar = this.#scalar;
    this.#scalar = '';
    const value = Object.hasOwn(WORDS, scalar) ? WORDS[scalar] : NUMBER.test(scalar) ? Number(scalar) : undefined;
    if (value === undefined) throw new Refused('notJson', at);
    if (this.#isInField()) this.#listener.end('scalar', value);
    this.#afterValue();
  }

  #readString(text: string, from: number): number {
    let at = this.#escape === '' ? from : this.#readEscape(text, from);
    while (at < text.length) {
      const end = endOfPlain(text, at);
      if (end > at) this.#take(text.slice(at, end), at);
      if (end === text.length) return end;
      at = end + 1;
      const unit = text.charCodeAt(end);
      if (unit === QUOTE) {
        this.#endString();
        return at;
      }
      if (unit === BACKSLASH) {
        this.#escape = '\\';
        at = this.#readEscape(text, at);
      } else {
        if (this.#controls === 0) this.#firstControl = this.#offset + end;
        this.#controls++;
        this.#take(text.charAt(end), end);
      }
    }
    return at;
  }

  /** Continues an escape. @returns the place after it; the end of the piece if the next piece continues the escape */
  #readEscape(text: string, from: number): number {
    let at = from;
    while (at < text.length) {
      const sign = text.charAt(at);
      at++;
      if (this.#escape === '\\' && sign !== 'u') {
        const unit = SIMPLE[sign];
        if (unit === undefined) throw new Refused('notJson', at - 1);
        this.#escape = '';
        this.#take(unit, at);
        return at;
      }
      if (this.#escape !== '\\' && !/[\da-fA-F]/u.test(sign)) throw new Refused('notJson', at - 1);
      this.#escape += sign;
      if (this.#escape.length < 6) continue;
      const unit = String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16));
      this.#escape = '';
      this.#take(unit, at);
      return at;
    }
    return at;
  }

  #take(stretch: string, at: number): void {
    if (this.#string === 'key') {
      this.#short += stretch;
      if (this.#short.length > MAX_KEY) throw new Refused('notATranscript', at);
    } else if (this.#isInField()) this.#taken += stretch;
  }

  /** Reports the text since the last report. A report for each escape would take longer than all other work. */
  #tell(): void {
    const taken = this.#taken;
    this.#taken = '';
    if (taken !== '') this.#listener.text(taken);
  }

  #endString(): void {
    const isKey = this.#string === 'key';
    this.#string = undefined;
    if (isKey) {
      // A copy, because a slice would keep the complete piece in memory.
      const name = Buffer.from(this.#short, 'utf16le').toString('utf16le');
      this.#short = '';
      this.#expected = 'colon';
      if (this.#open.length === 1) this.#listener.key(name);
      return;
    }
    if (this.#isInField()) {
      this.#tell();
      this.#listener.end('string');
    }
    this.#afterValue();
  }
}

/** Whether a text can be the start of a number, `true`, `false` or `null` that was cut off. */
function isBegun(scalar: string): boolean {
  return NUMBER_CUT.test(scalar) || Object.keys(WORDS).some((word) => word.startsWith(scalar));
}

/** Finds the next quote, backslash or control character of a string. Returns the text's length if there is none. */
function endOfPlain(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE || unit === BACKSLASH || unit < 0x20) return at;
  }
  return text.length;
}
