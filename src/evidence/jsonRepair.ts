/** The outcome of {@link escapeControlCharacters}. */
export interface EscapedText {
  readonly text: string;
  /** How many raw control characters stood inside strings. */
  readonly count: number;
  /** Offset of the first one in the text that was given, in UTF-16 units. */
  readonly firstOffset: number;
  /** The text ends inside a string, an object or an array: it was cut off. */
  readonly endsInside: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Writes raw control characters (U+0000–U+001F) inside JSON strings as `\u00XX`, and touches nothing else.
 *
 * The documentation's own example of a result holds a raw line feed inside a string, so this is met in the field.
 * Libraries that repair JSON also complete what was cut off, which would forge evidence.
 */
export function escapeControlCharacters(text: string): EscapedText {
  const pieces: string[] = [];
  let copied = 0;
  let count = 0;
  let firstOffset = 0;
  let inString = false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (!inString) {
      if (unit === QUOTE) inString = true;
      else if (unit === 0x7b || unit === 0x5b) depth++;
      else if (unit === 0x7d || unit === 0x5d) depth--;
    } else if (unit === QUOTE) {
      inString = false;
    } else if (unit === BACKSLASH) {
      // What follows belongs to the escape. A control character there stays: the second parse refuses it.
      at++;
    } else if (unit < 0x20) {
      if (count === 0) firstOffset = at;
      count++;
      pieces.push(text.slice(copied, at), `\\u${unit.toString(16).padStart(4, '0')}`);
      copied = at + 1;
    }
  }
  pieces.push(text.slice(copied));
  return { text: count === 0 ? text : pieces.join(''), count, firstOffset, endsInside: inString || depth > 0 };
}
