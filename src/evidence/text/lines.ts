/** A place in a text as an editor counts: line and UTF-16 column, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

const CR = 0x0d;
const LF = 0x0a;

/** The place of a line in a text, in UTF-16 units: from its first unit to its line end (exclusive). */
export interface LinePlace {
  readonly start: number;
  readonly end: number;
}

/** The places of the requested lines, and of the last two. */
export interface LinePlaces {
  /** Number of lines, including the empty one behind a last line end; 1 for an empty text. */
  readonly count: number;
  /** The place of a requested line. For a line behind the text it is the empty place at the end. */
  readonly at: (line: number) => LinePlace;
}

/**
 * Finds lines by their numbers, from 0. Lines end at CRLF, CR or LF, as in VS Code's documents, and at nothing else:
 * U+2028 stands inside a line.
 */
export function findLines(text: string, wanted: ReadonlySet<number>): LinePlaces {
  const places = new Map<number, LinePlace>();
  let line = 0;
  let start = 0;
  // Numbers, not objects: an object for each of millions of lines is garbage of a hundred MB.
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
 * Cuts ranges out of a text with its own line ends. The text is the stored one and never the editor's, which has all
 * line ends alike.
 */
export function cutRanges(text: string, ranges: readonly Range[]): string[] {
  const lines = findLines(text, linesOf(ranges));
  return ranges.map(({ start, end }) => text.slice(offsetOf(lines, start), offsetOf(lines, end)));
}

/** Returns the lines in which ranges begin and end. */
export function linesOf(ranges: readonly Range[]): Set<number> {
  return new Set(ranges.flatMap(({ start, end }) => [start.line, end.line]));
}

/** Returns the offset of a position, in UTF-16 units; at most the end of its line. */
export function offsetOf(lines: LinePlaces, { line, character }: Position): number {
  const { start, end } = lines.at(line);
  return Math.min(start + character, end);
}
