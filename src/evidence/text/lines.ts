import type { Offsets, Position, Range } from '../../base/places.ts';

const CR = 0x0d;
const LF = 0x0a;

/** The places of the requested lines, and of the last two lines. */
export interface LinePlaces {
  /** Number of lines. An empty line after the last line end counts, too. An empty text has 1 line. */
  readonly count: number;
  /** Returns the place of a requested line, without its line end. A line after the end of the text has the empty place at the end. */
  readonly at: (line: number) => Offsets;
}

/**
 * Finds lines by their numbers, from 0. Lines end at CRLF, CR or LF, as in VS Code's documents. No other character ends
 * a line, for example not U+2028.
 */
export function findLines(text: string, wanted: ReadonlySet<number>): LinePlaces {
  const places = new Map<number, Offsets>();
  let line = 0;
  let start = 0;
  // Numbers are used instead of objects. An object for each of millions of lines would leave a hundred MB of garbage.
  let startBefore = 0;
  let endBefore = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== CR && unit !== LF) continue;
    startBefore = start;
    endBefore = at;
    if (wanted.has(line)) places.set(line, { start, end: at });
    if (unit === CR && text.charCodeAt(at + 1) === LF) at++;
    line++;
    start = at + 1;
  }
  places.set(line - 1, { start: startBefore, end: endBefore });
  places.set(line, { start, end: text.length });
  const behind = { start: text.length, end: text.length };
  return { count: line + 1, at: (wantedLine) => places.get(wantedLine) ?? behind };
}

/**
 * Cuts ranges out of a text, with the original line ends. The text must be the stored text, because the editor's text
 * has only one kind of line end.
 */
export function cutRanges(text: string, ranges: readonly Range[]): string[] {
  const lines = findLines(text, linesOf(ranges));
  return ranges.map(({ start, end }) => text.slice(offsetOf(lines, start), offsetOf(lines, end)));
}

/** Returns the lines in which ranges begin and end. */
export function linesOf(ranges: readonly Range[]): Set<number> {
  return new Set(ranges.flatMap(({ start, end }) => [start.line, end.line]));
}

/** Returns the offset of a position, in UTF-16 units. A column after the end of the line gives the end of the line. */
export function offsetOf(lines: LinePlaces, { line, character }: Position): number {
  const { start, end } = lines.at(line);
  return Math.min(start + character, end);
}

/** Yields the lines of a text. LF, CR and CRLF end a line, as in the editor. */
export function* eachLine(text: string): Generator<string> {
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x0a && unit !== 0x0d) continue;
    yield text.slice(start, at);
    if (unit === 0x0d && text.charCodeAt(at + 1) === 0x0a) at++;
    start = at + 1;
  }
  yield text.slice(start);
}
