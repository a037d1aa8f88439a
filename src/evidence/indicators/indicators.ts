import type { Range } from '../../base/places.ts';
import { Collection } from './mergeIndicators.ts';
import { NO_COLUMNS, readColumns } from './columns.ts';
import { findInShownLine, marksOf } from './findInShownLine.ts';
import type { Marks } from './findInShownLine.ts';
import type { FoundIndicator } from './kinds.ts';
import { cutRanges } from '../text/lines.ts';
import type { Indicator } from './indicator.ts';

/**
 * Collects the indicators of a text, each once. They are sorted by kind, then by their place in the text. Leaves out
 * names that could be a file, a version or a member of an object, because a wrong indicator costs more than a missing
 * indicator.
 *
 * @param ranges - limit the search. Line numbers are still those of the complete text
 */
export function collectIndicators(text: string, ranges?: readonly Range[]): Indicator[] {
  const collected = new Collection<Indicator>();
  const pieces = ranges === undefined ? [text] : cutRanges(text, ranges);
  for (const [at, piece] of pieces.entries()) {
    const linesBefore = ranges?.[at]?.start.line ?? 0;
    scanIndicators(piece, ({ kind, value, isDefanged }, line) => {
      const mark = isDefanged ? { isDefanged } : {};
      collected.add(kind, value, 1, () => ({ kind, value, count: 1, firstLine: linesBefore + line, ...mark }));
    });
  }
  return collected.sorted();
}

/**
 * Finds every indicator, in the order of the text. An indicator inside another indicator follows it.
 *
 * @param visit - receives each indicator with its line, from 1, and the place where that line begins
 */
export function scanIndicators(
  text: string,
  visit: (found: FoundIndicator, line: number, lineStart: number) => void,
): void {
  const marks = marksOf(text);
  let columns = NO_COLUMNS;
  let isFirst = true;
  let lead = '';
  let number = 0;
  let start = 0;
  while (start <= text.length) {
    const end = endOfLine(text, start);
    number++;
    const line = text.slice(start, end);
    columns = readColumns(line, columns, isFirst);
    isFirst = line === '';
    // Nearly every line is short, and is searched in one piece.
    if (line.length <= MAX_LINE) {
      for (const found of findInShownLine(line, { columns, lead, marks })) visit(found, number, start);
    } else {
      const [lineNumber, lineStart] = [number, start];
      scanLongLine(line, marks, (found, at) => {
        visit(found, lineNumber, lineStart + at);
      });
    }
    const isAlone = text.charAt(end) === '\r' && text.charAt(end + 1) !== '\n';
    lead = isAlone ? `${`${lead}${line}`.slice(-LONGEST_LEAD)} ` : '';
    start = end + (text.startsWith('\r\n', end) ? 2 : 1);
  }
}

/** Maximum length of the examined text before a lone CR, in UTF-16 units. */
const LONGEST_LEAD = 60;

/**
 * Maximum length of a line that is searched in one piece, in UTF-16 units. On a line of some megabytes, a pattern that
 * repeats a group would overflow V8's stack and throw.
 */
const MAX_LINE = 65_536;
/**
 * Length of the text before the limit in which the code looks for a place to cut a long line, in UTF-16 units. It is
 * longer than any host name, path or hash.
 */
const MAX_BACK = 4096;

/** Searches a long line in pieces. */
function scanLongLine(line: string, marks: Marks, visit: (found: FoundIndicator, stretchStart: number) => void): void {
  for (let start = 0; start < line.length;) {
    const end = line.length - start <= MAX_LINE ? line.length : findCut(line, start + MAX_LINE).at;
    const stretch = line.slice(start, end);
    for (const found of findInShownLine(stretch, { columns: NO_COLUMNS, lead: '', marks })) visit(found, start);
    start = end;
  }
}

/**
 * Finds the place where a long line is cut, at or before a limit. The best place is after a character that no address
 * contains. The second best is after a character that no name, hash or number contains. `splits` is true if there is no
 * best place. An address or a path may then be cut in two.
 */
function findCut(line: string, limit: number): { readonly at: number; readonly splits: boolean } {
  const near = line.slice(limit - MAX_BACK, limit);
  for (const [pattern, splits] of [
    [/[\s"<>`{}|]/u, false],
    [/[^\w.:@%+[\]\\-]/u, true],
  ] as const) {
    for (let at = near.length; at > 0; at--) {
      if (pattern.test(near.charAt(at - 1))) return { at: limit - MAX_BACK + at, splits };
    }
  }
  return { at: limit, splits: true };
}

/**
 * Counts the places where long lines are cut in the middle of a word of 4 kB or more. The caller reports that an
 * indicator may be missing or incomplete there. {@link collectIndicators} and `defang` search at most 64 kB of a line
 * at once.
 *
 * @param ranges - limit the count
 */
export function countCuts(text: string, ranges?: readonly Range[]): number {
  let cuts = 0;
  for (const piece of ranges === undefined ? [text] : cutRanges(text, ranges)) {
    for (let start = 0; start < piece.length;) {
      const end = endOfLine(piece, start);
      while (end - start > MAX_LINE) {
        const { at, splits } = findCut(piece, start + MAX_LINE);
        if (splits) cuts++;
        start = at;
      }
      start = end + 1;
    }
  }
  return cuts;
}

const LINE_END = /[\r\n]/g;

function endOfLine(text: string, start: number): number {
  LINE_END.lastIndex = start;
  return LINE_END.exec(text)?.index ?? text.length;
}
