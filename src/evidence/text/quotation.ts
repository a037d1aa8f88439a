import type { LineRange, Position, Range, Span } from '../../base/places.ts';
import { findLines, linesOf, offsetOf } from './lines.ts';
import type { LinePlaces } from './lines.ts';
import { makeVisible } from './visible.ts';

/** A difference between a quotation and the stored text. */
export interface QuotationChange {
  /**
   * `madeVisible`: hidden characters, shown visibly. `lineEnds`: CRLF and CR, shown as LF. `defanged`: indicators that
   * are not clickable any more.
   */
  readonly kind: 'madeVisible' | 'lineEnds' | 'defanged';
  readonly count: number;
}

/** A quotation from one text of a result. */
export interface Quotation {
  /** The quoted ranges, in the order of the text. An empty list means the complete result, and nothing is quoted. */
  readonly spans: readonly Span[];
  /** Number of lines of the complete text, as an editor counts them. An empty text has 0. */
  readonly lineCount: number;
  /**
   * The quoted lines, separated by LF, without a line end after the last line. A mark replaces each group of lines that
   * was left out.
   */
  readonly text: string;
  readonly changes: readonly QuotationChange[];
}

/** The range of a complete text, for {@link cutQuotation}. */
export const WHOLE_TEXT: Range = {
  start: { line: 0, character: 0 },
  end: { line: Number.MAX_SAFE_INTEGER, character: 0 },
};

/**
 * Cuts a quotation out of a stored text.
 *
 * @param text - the decoded text, never the editor's text, which has other line ends and no NULs
 * @param ranges - an editor's selections. Empty ranges are left out. Other ranges can overlap, and can have any order
 */
export function cutQuotation(text: string, ranges: readonly Range[]): Quotation {
  return cutSpans(text, toSpans(text, ranges));
}

/**
 * Cuts the spans that a citation names, in the same way as {@link cutQuotation} cut them for the citation. Lines that
 * do not exist are empty.
 */
export function cutSpans(text: string, spans: readonly Span[]): Quotation {
  const lines = findLines(text, linesOfSpans(spans, text));
  const pieces = spans.map((span) => cutSpan(text, lines, span));
  const lineEnds = pieces.reduce((sum, piece) => sum + countLineEnds(piece), 0);
  let madeVisible = 0;
  const shown = pieces.map((piece, at) => {
    const { text: visible, count } = makeVisible(lineEnds > 0 ? piece.replace(/\r\n?/gu, '\n') : piece);
    madeVisible += count;
    return omissionBetween(spans[at - 1], spans[at]) + visible;
  });
  const changes: QuotationChange[] = [
    { kind: 'madeVisible', count: madeVisible },
    { kind: 'lineEnds', count: lineEnds },
  ];
  return {
    spans,
    lineCount: text === '' ? 0 : lines.count,
    text: shown.join('\n'),
    changes: changes.filter(({ count }) => count > 0),
  };
}

/** Returns the lines of spans, for callers that read only these lines of a text. */
export function toLineSpans(spans: readonly Span[]): LineRange[] {
  return spans.map(({ firstLine, lastLine }) => ({ first: firstLine, last: lastLine }));
}

/** Returns the editor range of a span. */
export function spanToRange({ firstLine, lastLine, columns }: Span): Range {
  return {
    start: { line: firstLine - 1, character: (columns?.first ?? 1) - 1 },
    end: { line: lastLine - 1, character: columns?.last ?? Number.MAX_SAFE_INTEGER },
  };
}

function toSpans(text: string, ranges: readonly Range[]): Span[] {
  // A range that ends before the first column of a line ends with the previous line.
  const lines = findLines(text, new Set([...linesOf(ranges)].flatMap((line) => [line - 1, line, line + 1])));
  const pieces = mergeTouching(
    ranges.flatMap((range) => trim(range, lines)),
    lines,
  );
  return gatherBlocks(pieces, lines);
}

/**
 * Removes the empty parts at the ends of a range. A line that the range only touches is not part of it. Returns no
 * range if nothing is left.
 */
function trim({ start, end }: Range, lines: LinePlaces): Range[] {
  const last = lines.count - 1;
  let from = clamp(start, lines);
  let to = end.line > last ? { line: last, character: lengthOf(lines, last) } : clamp(end, lines);
  if (from.character > 0 && from.character === lengthOf(lines, from.line) && to.line > from.line) {
    from = { line: from.line + 1, character: 0 };
  }
  if (from.line === to.line && from.character === to.character) return [];
  if (to.character === 0 && to.line > from.line) to = { line: to.line - 1, character: lengthOf(lines, to.line - 1) };
  const reversed = from.line > to.line || (from.line === to.line && from.character > to.character);
  return reversed ? [] : [{ start: from, end: to }];
}

function clamp({ line, character }: Position, lines: LinePlaces): Position {
  return { line, character: Math.min(character, lengthOf(lines, line)) };
}

function lengthOf(lines: LinePlaces, line: number): number {
  const { start, end } = lines.at(line);
  return end - start;
}

/** Sorts ranges. Merges ranges that overlap, and ranges that only a line end separates. */
function mergeTouching(ranges: readonly Range[], lines: LinePlaces): Range[] {
  const merged: Range[] = [];
  const sorted = ranges.toSorted((one, other) => compare(one.start, other.start));
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before === undefined || !touches(before.end, range.start, lines)) merged.push(range);
    else if (compare(range.end, before.end) > 0) merged[merged.length - 1] = { start: before.start, end: range.end };
  }
  return merged;
}

function compare(one: Position, other: Position): number {
  return one.line - other.line || one.character - other.character;
}

function touches(end: Position, next: Position, lines: LinePlaces): boolean {
  if (compare(next, end) <= 0) return true;
  return next.line === end.line + 1 && next.character === 0 && end.character === lengthOf(lines, end.line);
}

/**
 * Turns ranges into spans. A column selection has one range for each line. These ranges become one rectangle, although
 * shorter lines do not fill it.
 */
function gatherBlocks(ranges: readonly Range[], lines: LinePlaces): Span[] {
  const spans: Span[] = [];
  // Whether each range of the current rectangle reaches the end of its line. Only then can a longer line widen the
  // rectangle.
  let allEnd = false;
  for (const { start, end } of ranges) {
    const atEnd = end.character === lengthOf(lines, end.line);
    const firstLine = start.line + 1;
    const lastLine = end.line + 1;
    if (start.character === 0 && atEnd) {
      spans.push({ firstLine, lastLine });
      continue;
    }
    const first = start.character + 1;
    const last = end.character;
    const before = spans.at(-1);
    const known = before?.columns;
    if (
      before !== undefined &&
      known !== undefined &&
      isOneLined(before) &&
      firstLine === lastLine &&
      firstLine === before.lastLine + 1 &&
      known.first === first &&
      (known.last === last || (last < known.last ? atEnd : allEnd))
    ) {
      allEnd &&= atEnd;
      const columns = { first, last: Math.max(last, known.last), block: true };
      spans[spans.length - 1] = { firstLine: before.firstLine, lastLine, columns };
    } else {
      allEnd = atEnd;
      spans.push({ firstLine, lastLine, columns: { first, last, block: false } });
    }
  }
  return spans;
}

function isOneLined({ firstLine, lastLine, columns }: Span): boolean {
  return firstLine === lastLine || columns?.block === true;
}

/**
 * Returns the lines in which spans begin and end. For a rectangle, returns all its lines that exist. A link can name
 * more lines.
 */
function linesOfSpans(spans: readonly Span[], text: string): Set<number> {
  const wanted = new Set(spans.flatMap(({ firstLine, lastLine }) => [firstLine - 1, lastLine - 1]));
  const blocks = spans.filter(({ columns }) => columns?.block === true);
  const count = blocks.length === 0 ? 0 : findLines(text, wanted).count;
  for (const { firstLine, lastLine } of blocks) {
    for (let line = firstLine; line < Math.min(lastLine, count); line++) wanted.add(line);
  }
  return wanted;
}

function cutSpan(text: string, lines: LinePlaces, span: Span): string {
  const { start, end } = spanToRange(span);
  if (span.columns?.block !== true) return text.slice(offsetOf(lines, start), offsetOf(lines, end));
  const cut: string[] = [];
  for (let { line } = start; line <= Math.min(end.line, lines.count - 1); line++) {
    const from = offsetOf(lines, { line, character: start.character });
    cut.push(text.slice(from, offsetOf(lines, { line, character: end.character })));
  }
  return cut.join('\n');
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) count++;
  return count;
}

/** Returns the remark about the lines that were left out between two spans, on a separate line. */
function omissionBetween(before: Span | undefined, after: Span | undefined): string {
  if (before === undefined || after === undefined) return '';
  const from = before.lastLine + 1;
  const to = after.firstLine - 1;
  if (from < to) return `[lines ${from}–${to} omitted]\n`;
  if (from === to) return `[line ${from} omitted]\n`;
  if (before.lastLine !== after.firstLine || before.columns === undefined || after.columns === undefined) return '';
  return `[columns ${before.columns.last + 1}–${after.columns.first - 1} omitted]\n`;
}
