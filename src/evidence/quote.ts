/** A place in a text as an editor counts: line and UTF-16 column, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/**
 * Cuts ranges out of a text with its own line ends. The text is the stored one and never the editor's, which has all
 * line ends alike. Lines end at CRLF, CR or LF, and at nothing else: U+2028 stands inside a line.
 */
export function cutRanges(text: string, ranges: readonly Range[]): string[] {
  const wanted = ranges.flatMap(({ start, end }) => [start.line, end.line]);
  const starts = findLineStarts(text, new Set(wanted));
  const offset = ({ line, character }: Position): number => {
    const start = starts.get(line);
    return start === undefined ? text.length : Math.min(start + character, text.length);
  };
  return ranges.map(({ start, end }) => text.slice(offset(start), offset(end)));
}

function findLineStarts(text: string, lines: ReadonlySet<number>): Map<number, number> {
  const starts = new Map<number, number>();
  let line = 0;
  if (lines.has(0)) starts.set(0, 0);
  for (const end of text.matchAll(/\r\n|\r|\n/gu)) {
    line++;
    if (lines.has(line)) starts.set(line, end.index + end[0].length);
    if (starts.size === lines.size) break;
  }
  return starts;
}
