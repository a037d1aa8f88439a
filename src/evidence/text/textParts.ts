import type { Position, Range } from '../../base/places.ts';
import type { PartStart, ResultAddress } from '../../base/resultUri.ts';

/**
 * Largest text that is shown in a single document, in UTF-16 units and in lines. Above 20 MiB or 300,000 lines, VS Code
 * turns off folding and sticky scroll.
 */
export const PART_UNITS = 16 * 1024 * 1024;
export const PART_LINES = 250_000;
/** Largest document that VS Code opens without asking the user, in bytes. */
export const WHOLE_BYTES = 50 * 1024 * 1024;

/** A range of a text that is shown as a separate document. */
export interface TextPart {
  /** Start and end of the part, in UTF-16 units. The line end between two parts belongs to neither part. */
  readonly start: number;
  readonly end: number;
  /**
   * The place in the complete text where the part begins, from 1. The column is above 1 only if a line is longer than a
   * part.
   */
  readonly first: PartStart;
  /** The line of the complete text in which the part ends, from 1. */
  readonly lastLine: number;
}

export interface PartLimits {
  readonly units: number;
  readonly lines: number;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Divides a text into parts. A part ends at a line end, unless a line is longer than a part. A text of usual size has a
 * single part.
 */
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
  // The end of the last line that fits into the current part.
  let fitting: { readonly end: number; readonly next: number; readonly line: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (at - start >= limits.units) {
      if (fitting !== undefined && fitting.next > start) {
        cut(fitting.end, fitting.line, fitting.next, { line: fitting.line + 1, column: 1 });
        fitting = undefined;
      }
      // A line is longer than a part, so it is cut. A surrogate pair stays together.
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

/** Returns the part that contains a line, from 1. Returns the last part if the text has no such line. */
export function partOfLine<Part extends Pick<TextPart, 'lastLine'>>(
  parts: readonly Part[],
  line: number,
): Part | undefined {
  return parts.find(({ lastLine }) => line <= lastLine) ?? parts.at(-1);
}

/** Converts ranges in the document of a part into ranges in the complete text. */
export function toWholeRanges({ part }: Pick<ResultAddress, 'part'>, ranges: readonly Range[]): readonly Range[] {
  if (part === undefined || part === 'whole') return ranges;
  const shift = ({ line, character }: Position): Position => ({
    line: line + part.line - 1,
    character: line === 0 ? character + part.column - 1 : character,
  });
  return ranges.map(({ start, end }) => ({ start: shift(start), end: shift(end) }));
}
