/** Structural characters of JSON. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** Limit for nested objects and arrays. No result is nested more deeply, so deeper nesting is hostile. */
export const MAX_DEPTH = 10_000;
/**
 * Limit for the number of values. No result has more values. A parsed value needs up to a hundred times its length in
 * memory.
 */
const MAX_VALUES = 1_000_000;

/** Facts that {@link outlineJson} finds. */
export interface JsonOutline {
  /** Repeated keys of the outermost object: one entry for each time that a key occurs again. */
  readonly repeated: readonly string[];
  /**
   * End of the outermost object, in UTF-16 units. A second document may follow. If the text does not begin with an
   * object or the object has no end, this is the text's length.
   */
  readonly end: number;
}

/**
 * Checks a text before it is parsed. JSON.parse silently keeps the last of two equal keys. Other programs keep the
 * first key, so two users could see different texts in the same file. JSON.parse also needs minutes and gigabytes for a
 * text that consists only of brackets.
 *
 * The outcome has a meaning only if the text is JSON. Strings are skipped and not checked.
 *
 * @returns undefined if the text exceeds a limit. Such a text must not be parsed.
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
      // Only the object counts. Keys and values in the text after it are not counted.
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
 * Finds the end of a string: the first quotation mark with an even number of backslashes before it. Returns -1 if
 * the string has no end.
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
 * Reads a key. Resolves escapes, because `"\u0061"` and `"a"` are the same key. Also parses a key without escapes,
 * because a slice would keep the complete text in memory.
 */
function readKey(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
