/** The characters that JSON is made of. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** Deeper than any result: what is nested more is hostile. */
export const MAX_DEPTH = 10_000;
/** More values than any result has. Each takes up to a hundred times its length in memory, once it is parsed. */
const MAX_VALUES = 1_000_000;

/** What {@link outlineJson} finds. */
export interface JsonOutline {
  /** The keys of the outermost object that came before, once for each time that they come again. */
  readonly repeated: readonly string[];
  /**
   * Where the outermost object ends that the text begins with, in UTF-16 units: a second document may follow. The
   * text's length where there is no such end.
   */
  readonly end: number;
}

/**
 * Looks at a text before it is parsed. JSON.parse keeps the last of two equal keys and says nothing; other readers
 * keep the first, so that the same file would show two people two texts. And it takes minutes and gigabytes for what is
 * made of brackets alone.
 *
 * Of a text that is no JSON the outcome means nothing; strings are skipped and not checked.
 *
 * @returns undefined where there is more than a result can hold: do not parse it
 */
export function outlineJson(text: string): JsonOutline | undefined {
  const seen = new Set<string>();
  const repeated: string[] = [];
  let depth = 0;
  let values = 0;
  // Whether the next string is a key of the outermost object.
  let keyNext = false;
  let outermost = 0;
  let beginsWithObject = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = endOfString(text, at);
      if (end < 0) break;
      if (keyNext) {
        const key = readKey(text.slice(at, end + 1));
        if (seen.has(key)) repeated.push(key);
        seen.add(key);
        keyNext = false;
      }
      at = end;
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (values === 0) beginsWithObject = unit === OPEN_OBJECT && text.slice(0, at).trim() === '';
      if (depth === 0) outermost = unit;
      depth++;
      values++;
      keyNext = depth === 1 && unit === OPEN_OBJECT;
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) {
      depth--;
      // What follows is none of the object, and is not measured with it.
      if (depth === 0 && beginsWithObject) return { repeated, end: at + 1 };
    } else if (unit === COMMA) {
      values++;
      keyNext = depth === 1 && outermost === OPEN_OBJECT;
    }
    if (depth > MAX_DEPTH || (values > MAX_VALUES && depth > 0)) return undefined;
  }
  return { repeated, end: text.length };
}

/** A string ends at the first quote with an even number of backslashes before it. */
export function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
  }
  return -1;
}

/** `"\u0061"` and `"a"` are one key. Parsed also where nothing is escaped: a slice would keep the whole text alive. */
function readKey(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
