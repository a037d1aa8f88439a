import { codeAt } from '../../base/atIndex.ts';

/** A piece of a text, cut at a line end where it can be. Lines are counted from 1. */
export interface TextChunk {
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Whether the chunk goes on with the last line of the chunk before it, which was too long for one chunk. */
  readonly continued: boolean;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Cuts a text into chunks of at most `most` bytes of UTF-8. All chunks together are the text. Log engines cut a field
 * that is too long without a word, so a whole output in one field would be damaged evidence.
 * A lone surrogate counts as the three bytes of U+FFFD, which replaces it in a file.
 */
export function* chunkText(text: string, most: number): Generator<TextChunk> {
  let start = 0;
  let line = 1;
  let continued = false;
  while (start < text.length || start === 0) {
    const cut = cutAt(text, start, most);
    const piece = text.slice(start, cut.end);
    const ends = countLineEnds(piece);
    const isWhole = cut.end === text.length || cut.isLineEnd;
    // A chunk that ends with a line end does not reach into the next line.
    const lastLine = line + (cut.isLineEnd && ends > 0 ? ends - 1 : ends);
    yield { text: piece, firstLine: line, lastLine, continued };
    line += ends;
    continued = !isWhole;
    start = cut.end;
    if (text.length === 0) return;
  }
}

/** Returns the end of the chunk that begins at a place: the last line end that fits, or else the last character. */
function cutAt(text: string, start: number, most: number): { readonly end: number; readonly isLineEnd: boolean } {
  let bytes = 0;
  let lineEnd = -1;
  let at = start;
  while (at < text.length) {
    const code = codeAt(text, at);
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + width > most) break;
    bytes += width;
    at += code > 0xffff ? 2 : 1;
    // CR LF is one line end, and is never divided.
    if (code === LF || (code === CR && text.charCodeAt(at) !== LF)) lineEnd = at;
  }
  if (at === text.length) return { end: at, isLineEnd: lineEnd === at };
  if (lineEnd > 0) return { end: lineEnd, isLineEnd: true };
  const isInLineEnd = text.charCodeAt(at - 1) === CR && text.charCodeAt(at) === LF;
  return { end: isInLineEnd && at - 1 > start ? at - 1 : at, isLineEnd: false };
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === LF || (unit === CR && text.charCodeAt(at + 1) !== LF)) count++;
  }
  return count;
}
