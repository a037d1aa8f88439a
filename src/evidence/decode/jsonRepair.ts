import { byteAt, numberAt, textAt } from '../../base/atIndex.ts';
import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MAX_DEPTH,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './jsonOutline.ts';

/** The outcome of {@link scanJson} for a text that JSON.parse refused. */
export interface JsonScan {
  /**
   * `complete`: the text is JSON, except for raw control characters inside strings. `cut`: the text is the beginning of
   * such JSON. `refused`: the text is neither.
   */
  readonly end: 'complete' | 'cut' | 'refused';
  /** Place where reading stopped, in UTF-16 units. */
  readonly offset: number;
}

const SPACE = /[ \t\n\r]*/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const NUMBER_CUT = /-?(?:(?:0|[1-9]\d*)(?:\.\d*|(?:\.\d+)?[eE][+-]?\d*)?)?$/uy;
const WORD = /true|false|null/uy;
const WORD_CUT = /(?:t|tr|tru|f|fa|fal|fals|n|nu|nul)$/uy;
const UNIT = /u[\da-fA-F]{4}/uy;
const UNIT_CUT = /u[\da-fA-F]{0,3}$/uy;
const SMALL_U = 0x75;
const SIMPLE_ESCAPES = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));
/** The longest string of V8, in UTF-16 units. */
const MAX_TEXT_UNITS = 2 ** 29 - 24;
/** The shortest escape of each control character, in ASCII. */
const ESCAPES = Array.from({ length: 0x20 }, (_, unit) => JSON.stringify(String.fromCharCode(unit)).slice(1, -1));

/** Limit, in bytes, for copying byte by byte. For a range of this length, a loop is faster than a call of `set`. */
const SHORT = 24;

/**
 * Reads a text by RFC 8259, apart from raw control characters (U+0000–U+001F) inside strings. Distinguishes JSON
 * that was cut off from any other text. Builds no values.
 */
export function scanJson(text: string): JsonScan {
  const open: number[] = [];
  let at = 0;
  let fault: 'cut' | 'refused' | undefined;

  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const take = (whole: RegExp, cut: RegExp): boolean => {
    const start = at;
    const end = matches(whole) ? at : -1;
    at = start;
    if (end < text.length && matches(cut)) fault = 'cut';
    else if (end < 0) fault = 'refused';
    else at = end;
    return fault === undefined;
  };
  const skipString = (): boolean => {
    for (at++; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        at++;
        return true;
      }
      if (unit === BACKSLASH) {
        const escaped = text.charCodeAt(++at);
        if (escaped === SMALL_U) {
          if (!take(UNIT, UNIT_CUT)) return false;
          at--;
        } else if (!SIMPLE_ESCAPES.has(escaped)) {
          fault = at < text.length ? 'refused' : 'cut';
          return false;
        }
      }
    }
    fault = 'cut';
    return false;
  };
  /** Returns the next UTF-16 unit that is not white space. */
  const peek = (): number => {
    matches(SPACE);
    if (at < text.length) return text.charCodeAt(at);
    fault = 'cut';
    return -1;
  };
  const refuse = (): false => {
    fault ??= 'refused';
    return false;
  };
  /** Skips a key with its colon. */
  const skipKey = (): boolean => {
    if (peek() !== QUOTE) return refuse();
    if (!skipString()) return false;
    if (peek() !== COLON) return refuse();
    at++;
    return true;
  };
  /** Opens objects and arrays until a value is complete: a word, a number, a string, `{}` or `[]`. */
  const skipToValue = (): boolean => {
    for (;;) {
      const unit = peek();
      if (unit === QUOTE) return skipString();
      if (unit !== OPEN_OBJECT && unit !== OPEN_ARRAY) {
        if (unit < 0) return false;
        return unit === 0x74 || unit === 0x66 || unit === 0x6e ? take(WORD, WORD_CUT) : take(NUMBER, NUMBER_CUT);
      }
      at++;
      const close = unit === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      if (peek() === close) {
        at++;
        return true;
      }
      if (open.push(close) > MAX_DEPTH) return refuse();
      if (unit === OPEN_OBJECT && !skipKey()) return false;
    }
  };

  while (skipToValue()) {
    let close = open.at(-1);
    while (close !== undefined && peek() === close) {
      at++;
      open.pop();
      close = open.at(-1);
    }
    if (close === undefined) {
      matches(SPACE);
      if (at < text.length) refuse();
      break;
    }
    if (fault === undefined && peek() !== COMMA) refuse();
    if (fault !== undefined) break;
    at++;
    if (close === CLOSE_OBJECT && !skipKey()) break;
  }
  return { end: fault ?? 'complete', offset: at };
}

/**
 * Finds the end of the outermost object, as a byte offset. The bytes must be UTF-8 that begins with an object. The
 * object must be valid JSON, except for raw control characters inside strings.
 */
export function endOfObject(bytes: Uint8Array): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) inString = !inString;
    else if (inString) {
      if (byte === BACKSLASH) at++;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at + 1;
  }
  return bytes.length;
}

/** The outcome of {@link escapeControlCharacters}. */
export interface EscapedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Number of raw control characters inside strings. */
  readonly count: number;
  /** Byte offset of the first raw control character in the original bytes. */
  readonly firstByte: number;
}

/**
 * Escapes raw control characters (U+0000–U+001F) inside JSON strings, and changes nothing else. Works on UTF-8, because
 * a byte below 0x80 is always a complete character there. The same work on strings needs three times the memory.
 *
 * Microsoft's documented example of a result contains a raw line feed inside a string, so real results may have them
 * too. Libraries that repair JSON also complete a text that was cut off, which would forge evidence.
 *
 * @returns undefined if there are no raw control characters; `tooLarge` if the escaped text exceeds V8's longest string
 */
export function escapeControlCharacters(bytes: Uint8Array): EscapedBytes | undefined | 'tooLarge' {
  const { places, count, length } = findControls(bytes);
  if (count === 0) return undefined;
  if (length > MAX_TEXT_UNITS) return 'tooLarge';
  const escaped = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const place of places.subarray(0, count)) {
    if (place - from > SHORT) {
      escaped.set(bytes.subarray(from, place), to);
      to += place - from;
    } else while (from < place) escaped[to++] = byteAt(bytes, from++);
    const escape = textAt(ESCAPES, byteAt(bytes, place));
    for (let letter = 0; letter < escape.length; letter++) escaped[to++] = escape.charCodeAt(letter);
    from = place + 1;
  }
  escaped.set(bytes.subarray(from), to);
  return { bytes: escaped, count, firstByte: numberAt(places, 0) };
}

/** Finds the places of control characters inside strings, and the length of the text once they are escaped. */
function findControls(bytes: Uint8Array): { places: Uint32Array; count: number; length: number } {
  let places = new Uint32Array(1024);
  let count = 0;
  let { length } = bytes;
  let inString = false;
  const end = bytes.length;
  for (let at = 0; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) continue;
    if (byte === QUOTE) inString = !inString;
    else if (!inString) continue;
    // The byte after a backslash belongs to the escape. If it is a control character, it stays, and JSON.parse refuses
    // it.
    else if (byte === BACKSLASH) at++;
    else {
      if (count === places.length) {
        const more = new Uint32Array(count * 2);
        more.set(places);
        places = more;
      }
      places[count++] = at;
      length += byte >= 0x08 && byte <= 0x0d && byte !== 0x0b ? 1 : 5;
    }
  }
  return { places, count, length };
}
