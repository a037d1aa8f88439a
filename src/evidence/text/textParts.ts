import type { Position, Range } from './lines.ts';
import type { PartStart, ResultAddress } from '../../base/resultUri.ts';

/**
 * Largest text that is shown whole, in UTF-16 units and in lines: above 20 MiB and 300,000 lines VS Code drops folding
 * and sticky scroll.
 */
export const PART_UNITS = 16 * 1024 * 1024;
export const PART_LINES = 250_000;
/** Largest document that VS Code opens without a question, in bytes. */
export const WHOLE_BYTES = 50 * 1024 * 1024;

/** A stretch of a text that is shown as a document of its own. */
export interface TextPart {
  /** In UTF-16 units; the line end between two parts belongs to neither. */
  readonly start: number;
  readonly end: number;
  /**
   * The place in the whole text where it begins, from 1. The column is above 1 only where a line is longer than a part.
   */
  readonly first: PartStart;
  /** The line that it ends in, from 1. */
  readonly lastLine: number;
}

export interface PartLimits {
  readonly units: number;
  readonly lines: number;
}

const CR = 0x0d;
const LF = 0x0a;

/** Divides a text into parts, at line ends where lines are not too long. One part: the text is shown whole. */
export function findParts(text: string, limits: PartLimits = { units: PART_UNITS, lines: PART_LINES }): TextPart[] {
  const parts: TextPart[] = [];
  let start = 0;
  let first: PartStart = { line: 1, column: 1 };
  let line = 1;
  let lineStart = 0;
  const cut = (end: number, lastLine: number, next: number, nextFirst: PartStart): void => {
    parts.push({ start, end, first, lastLine });
    start = next;
    first = nextFirst;
  };
  // The end of the last line that still fits.
  let fitting: { readonly end: number; readonly next: number; readonly line: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (at - start >= limits.units) {
      if (fitting !== undefined && fitting.next > start) {
        cut(fitting.end, fitting.line, fitting.next, { line: fitting.line + 1, column: 1 });
        fitting = undefined;
      }
      // One line alone is longer than a part; a pair of surrogates stays together.
      if (at - start >= limits.units) {
        const isSecondHalf = unit >= 0xdc00 && unit <= 0xdfff && at - 1 > start;
        const end = isSecondHalf ? at - 1 : at;
        cut(end, line, end, { line, column: end - lineStart + 1 });
        fitting = undefined;
      }
    }
    if (unit !== CR && unit !== LF) continue;
    const next = unit === CR && text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
    if (line - first.line + 1 >= limits.lines) {
      cut(at, line, next, { line: line + 1, column: 1 });
      fitting = undefined;
    } else fitting = { end: at, next, line };
    at = next - 1;
    line++;
    lineStart = next;
  }
  parts.push({ start, end: text.length, first, lastLine: line });
  return parts;
}

/** Returns the part that holds a line, from 1; the last part where there is no such line. */
export function partOfLine<Part extends Pick<TextPart, 'lastLine'>>(
  parts: readonly Part[],
  line: number,
): Part | undefined {
  return parts.find(({ lastLine }) => line <= lastLine) ?? parts.at(-1);
}

/** Converts ranges of a document that shows a part into ranges of the whole text. */
export function toWholeRanges({ part }: Pick<ResultAddress, 'part'>, ranges: readonly Range[]): readonly Range[] {
  if (part === undefined || part === 'whole') return ranges;
  const shift = ({ line, character }: Position): Position => ({
    line: line + part.line - 1,
    character: line === 0 ? character + part.column - 1 : character,
  });
  return ranges.map(({ start, end }) => ({ start: shift(start), end: shift(end) }));
}
