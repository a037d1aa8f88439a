import type { NormaliseRules } from '../../base/normaliseRules.ts';
import { eachLine } from '../text/lines.ts';
import { normalise } from './normalise.ts';

/** One of two results that are compared. */
export interface ComparedSide {
  readonly output: string;
  readonly errors: string;
  /** The device's own names. */
  readonly names: readonly string[];
}

/** A line that only one of two results contains. */
export interface OneSidedLine {
  readonly stream: 'output' | 'errors';
  /** Line number from 1. */
  readonly line: number;
  /** Column of the first character that is no blank, from 1, in UTF-16 units. */
  readonly column: number;
  /** The line as received, from this column on, shortened if it is long. Remote text. */
  readonly text: string;
}

/** Lines that only one side contains, in the order of its texts. */
export interface OneSidedLines {
  readonly lines: readonly OneSidedLine[];
  /** Number of such lines that are not listed. */
  readonly more: number;
}

/** Maximum number of listed lines for each side. */
const MOST_LISTED = 2000;
/** Length at which a listed line is shortened, in UTF-16 units. */
const LONGEST_LINE = 400;

/**
 * Returns the lines of each side that the other side does not contain, wherever they stand: lines of the output that the
 * other output lacks, and lines of the errors that the other errors lack. Values that the rules ignore count as equal. A
 * line that a side contains several times is listed once. Empty lines are left out. The caller bounds the number of
 * lines, because all different ones are in memory at once.
 *
 * @returns the lines of the first side and of the second side
 */
export function findOneSided(
  first: ComparedSide,
  second: ComparedSide,
  rules: NormaliseRules,
): readonly [OneSidedLines, OneSidedLines] {
  const [one, other] = [normaliseSide(first, rules), normaliseSide(second, rules)];
  return [listLines(first, one, other), listLines(second, other, one)];
}

/** The texts of a side after the rules were applied. Their lines have the numbers of the lines as received. */
type Normalised = Readonly<Record<'output' | 'errors', string>>;

function normaliseSide({ output, errors, names }: ComparedSide, rules: NormaliseRules): Normalised {
  return { output: normalise(output, rules, names), errors: normalise(errors, rules, names) };
}

function listLines(side: ComparedSide, own: Normalised, other: Normalised): OneSidedLines {
  const lines: OneSidedLine[] = [];
  let more = 0;
  for (const stream of ['output', 'errors'] as const) {
    // Each line is listed once, so a listed line is added to what is known.
    const known = new Set<string>();
    for (const line of eachLine(other[stream])) if (line.trim() !== '') known.add(line);
    const received = eachLine(side[stream]);
    let number = 0;
    for (const line of eachLine(own[stream])) {
      const next = received.next();
      number++;
      if (next.done === true || line.trim() === '' || known.has(line)) continue;
      known.add(line);
      if (lines.length >= MOST_LISTED) more++;
      else lines.push({ stream, line: number, ...shorten(next.value) });
    }
  }
  return { lines, more };
}

/** Shortens a line behind its blanks. Otherwise a device could hide a line behind many of them. */
function shorten(line: string): Pick<OneSidedLine, 'column' | 'text'> {
  const start = line.length - line.trimStart().length;
  const text = line.slice(start, start + LONGEST_LINE).toWellFormed();
  return { column: start + 1, text: line.length - start > LONGEST_LINE ? `${text}…` : text };
}
