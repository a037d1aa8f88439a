import { stripVTControlCharacters } from 'node:util';
import type { TableLines } from './table.ts';

/** Longest line that a reader of columns looks at, in UTF-16 units. A longer line is not part of a table of columns. */
export const LONGEST_LINE = 64 * 1024;
/** Longest header or line of dashes, in UTF-16 units, and the largest number of its columns. */
export const LONGEST_HEADER = 8192;
export const MOST_GROUPS = 200;

/** Work that may be done in vain for each unit of a text, and for a text of any length. */
const WORK_PER_UNIT = 12;
const LEAST_WORK = 200_000;
/** Largest number of cells of one table. A row of a hostile text can have hundreds of columns for each letter. */
export const MOST_CELLS = 4_000_000;

/** Splits a text at the line ends that the editor counts, and removes what only a terminal shows. */
export function toTableLines(text: string): TableLines {
  const raw = text.split(/\r\n|\r|\n/u);
  let left = WORK_PER_UNIT * text.length + LEAST_WORK;
  return {
    raw,
    plain: raw.map(plainLine),
    spend: (units) => {
      left -= units;
      return left > 0;
    },
  };
}

function plainLine(line: string): string {
  if (line.length > LONGEST_LINE) return line;
  const shown = line.includes('\u001b') || line.includes('\u009b') ? stripVTControlCharacters(line) : line;
  const whole = shown.includes('\0') ? shown.replaceAll('\0', '') : shown;
  // A byte order mark in the text itself is no part of a name.
  return withoutBom(whole).trimEnd();
}

function withoutBom(line: string): string {
  return line.startsWith('\uFEFF') ? line.slice(1) : line;
}

/** Whether a line takes part in tables of columns: it is not blank, and is not absurdly long. */
export function isReadable(line: string | undefined): line is string {
  return line !== undefined && line !== '' && line.length <= LONGEST_LINE;
}

/** A place in a line: the UTF-16 offsets of its first unit and after its last unit. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds the words of a line that are separated by at least `gap` blanks. */
export function findWords(line: string, gap = 1): Span[] {
  const words: Span[] = [];
  let start = -1;
  let blanks = 0;
  for (let at = 0; at < line.length; at++) {
    if (isBlank(line, at)) {
      blanks++;
      if (start >= 0 && blanks >= gap) {
        words.push({ start, end: at - blanks + 1 });
        start = -1;
      }
    } else {
      if (start < 0) start = at;
      blanks = 0;
    }
  }
  if (start >= 0) words.push({ start, end: line.length - blanks });
  return words;
}

/** Divides a line into words. The last of `most` words is the rest of the line. */
export function splitWords(line: string, most: number): string[] {
  const words = findWords(line);
  if (words.length <= most) return words.map(({ start, end }) => line.slice(start, end));
  return [
    ...words.slice(0, most - 1).map(({ start, end }) => line.slice(start, end)),
    ...words.slice(most - 1, most).map(({ start }) => line.slice(start)),
  ];
}

/** Whether a place of a line is blank. Places after its end are blank, too. */
export function isBlank(line: string, at: number): boolean {
  return at >= line.length || line[at] === ' ' || line[at] === '\t';
}
