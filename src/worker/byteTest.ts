import type { SearchQuery } from './searchCalls.ts';

/** Tells from the bytes of a result whether a search can have a hit in it. */
export type ByteTest = (bytes: Uint8Array) => boolean;

/** Shortest piece of a text that is looked for. Nearly every result contains a shorter one. */
const SHORTEST = 3;
/**
 * Characters that JSON writes as they are: no control character, no quotation mark, no reversed solidus, no solidus, and
 * none of those that the serializer of .NET escapes.
 */
const PLAIN = /[\x20-\x7e]/u;
export const ESCAPED: ReadonlySet<string> = new Set('"\\/&\'+<>`');
/**
 * Letters that equal another letter outside ASCII when case does not count: i and ı, s and ſ and ß, k and the sign of
 * Kelvin.
 */
const AMBIGUOUS = new Set('iskISK');

/**
 * Returns a test that is much cheaper than decoding a result and searching its texts. It looks for a piece of the
 * searched text in the file's bytes, where JSON can have written it in one way only. A result that passes is decoded
 * and searched as usual.
 *
 * @returns undefined if the searched text has no such piece, or is an expression
 */
export function toByteTest({
  text,
  isRegExp,
  matchCase,
}: Pick<SearchQuery, 'text' | 'isRegExp' | 'matchCase'>): ByteTest | undefined {
  if (isRegExp) return undefined;
  const piece = piecesOf(text, matchCase).reduce((one, other) => (other.length > one.length ? other : one), '');
  if (piece === '') return undefined;
  if (matchCase) {
    return (bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return buffer.includes(piece, 0, 'latin1') || hasEscape(buffer, piece);
    };
  }
  // A text of one byte a letter is made and searched at the speed of memory.
  const pattern = new RegExp(piece.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'), 'i');
  const letters = piece.toLowerCase() + piece.toUpperCase();
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return pattern.test(buffer.toString('latin1')) || hasEscape(buffer, letters);
  };
}

/** Returns the pieces of a searched text that stand in a file exactly as they are, apart from case. */
export function piecesOf(text: string, matchCase: boolean): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const letter of text) {
    if (PLAIN.test(letter) && !ESCAPED.has(letter) && (matchCase || !AMBIGUOUS.has(letter))) piece += letter;
    else {
      pieces.push(piece);
      piece = '';
    }
  }
  return [...pieces, piece].filter(({ length }) => length >= SHORTEST);
}

/** Whether a file writes one of the letters as an escape, such as `\u0041`. No usual serializer does. */
function hasEscape(bytes: Buffer, letters: string): boolean {
  // Every line end has a reversed solidus, so that looking for it takes longer than the search itself. This does not.
  if (!bytes.includes('u00', 0, 'latin1')) return false;
  for (let at = bytes.indexOf('\\u00', 0, 'latin1'); at >= 0; at = bytes.indexOf('\\u00', at + 4, 'latin1')) {
    const code = parseInt(bytes.toString('latin1', at + 4, at + 6), 16);
    if (code >= 0x20 && code < 0x7f && letters.includes(String.fromCharCode(code))) return true;
  }
  return false;
}
