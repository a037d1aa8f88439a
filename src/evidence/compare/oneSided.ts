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
  /** The line as received, shortened if it is long. Remote text. */
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
 * Returns the lines of each side that the other side does not contain, wherever they stand. Values that the rules ignore
 * count as equal. A line that a side contains several times is listed once. Empty lines are left out.
 *
 * @returns the lines of the first side and of the second side
 */
export function findOneSided(
  first: ComparedSide,
  second: ComparedSide,
  rules: NormaliseRules,
): readonly [OneSidedLines, OneSidedLines] {
  const [one, other] = [normalisedLines(first, rules), normalisedLines(second, rules)];
  return [listLines(first, one, other), listLines(second, other, one)];
}

/** The lines of each text after the rules were applied. They have the numbers of the lines as received. */
type Lines = Readonly<Record<'output' | 'errors', readonly string[]>>;

function normalisedLines({ output, errors, names }: ComparedSide, rules: NormaliseRules): Lines {
  const lines = (text: string): string[] => [...eachLine(normalise(text, rules, names))];
  return { output: lines(output), errors: lines(errors) };
}

function listLines(side: ComparedSide, own: Lines, other: Lines): OneSidedLines {
  const lines: OneSidedLine[] = [];
  let more = 0;
  for (const stream of ['output', 'errors'] as const) {
    // Each line is listed once, so a listed line is added to what is known.
    const known = new Set(other[stream]);
    let number = 0;
    for (const received of eachLine(side[stream])) {
      const line = own[stream][number] ?? '';
      number++;
      if (line.trim() === '' || known.has(line)) continue;
      known.add(line);
      if (lines.length >= MOST_LISTED) more++;
      else lines.push({ stream, line: number, text: received.slice(0, LONGEST_LINE) });
    }
  }
  return { lines, more };
}
