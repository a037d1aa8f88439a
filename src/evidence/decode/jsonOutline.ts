/** Structural characters of JSON. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** Limit for nesting. No result is nested as deeply: deeper nesting is hostile. */
export const MAX_DEPTH = 10_000;
/**
 * Limit for values. No result has as many. Each takes up to a hundred times its length in memory, once it is parsed.
 */
const MAX_VALUES = 1_000_000;

/** Facts that {@link outlineJson} finds. */
export interface JsonOutline {
  /** Keys of the outermost object that occurred before: one entry for each repetition. */
  readonly repeated: readonly string[];
  /**
   * End of the outermost object that the text begins with, in UTF-16 units. A second document may follow. If there is
   * no such end, this is the text's length.
   */
  readonly end: number;
}

/**
 * Looks at a text before it is parsed. JSON.parse silently keeps the last of two equal keys. Other readers keep the
 * first, so the same file would show two people two texts. JSON.parse also takes minutes and gigabytes for a text made
 * of brackets alone.
 *
 * For a text that is not JSON, the outcome means nothing. Strings are skipped and not checked.
 *
 * @returns undefined if there is more than a result can hold: do not parse it
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
      // The text that follows does not belong to the object, and is not counted with it.
      if (depth === 0 && beginsWithObject) return { repeated, end: at + 1 };
    } else if (unit === COMMA) {
      values++;
      keyNext = depth === 1 && outermost === OPEN_OBJECT;
    }
    if (depth > MAX_DEPTH || (values > MAX_VALUES && depth > 0)) return undefined;
  }
  return { repeated, end: text.length };
}

/**
 * Finds the end of a string: the first quote with an even number of backslashes before it. Returns -1 if there is none.
 */
export function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
  }
  return -1;
}

/**
 * Reads a key: `"\u0061"` and `"a"` are the same one. Parses it even without escapes, because a slice would keep the
 * whole text in memory.
 */
function readKey(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
