import { textAt } from '../../base/atIndex.ts';
import { NoteCursor } from './noteCursor.ts';

/** Likeness of a quotation to the original text, from the same text (`same`) to a different text (`other`). */
export type Likeness = 'same' | 'blanksAtLineEnds' | 'tabs' | 'indentation' | 'other';

/** Tab sizes of editors, in columns. */
const TAB_SIZES = [2, 4, 8] as const;
/** Limit for the tabs of both texts. In texts with more tabs, replacing tabs with blanks counts as a change. */
const MAX_TABS = 20_000;

/**
 * Compares a quotation with the original text, line by line. Distinguishes an alteration from the changes that an
 * editor or a formatter makes without being asked. They remove blanks at line ends, replace tabs with blanks, or indent
 * all lines by the same amount. A change of blanks within a line is an alteration, because blanks separate the columns
 * of a table.
 */
export function compareTexts(quoted: string, wanted: string): Likeness {
  if (quoted === wanted) return 'same';
  const quotedLines = quoted.split('\n').map(trimLineEnd);
  const wantedLines = wanted.split('\n').map(trimLineEnd);
  if (quotedLines.length !== wantedLines.length) return 'other';
  if (areSame(quotedLines, wantedLines)) return 'blanksAtLineEnds';
  if (!areSame(quotedLines.map(withoutBlanks), wantedLines.map(withoutBlanks))) return 'other';
  if (areSameInColumns(quotedLines, wantedLines, (line) => line)) return 'tabs';
  const isIndented =
    areIndentedAlike(quotedLines, wantedLines) ||
    areBehindQuote(quotedLines, wantedLines) ||
    areSameInColumns(quotedLines, wantedLines, (line) => line.replace(/^ /u, ''));
  return isIndented ? 'indentation' : 'other';
}

/**
 * Whether Markdown would read `lines` if `others` were written directly after the mark of a block quote. Markdown
 * removes one blank after the mark, if there is one. Blanks before the mark move the tab stops.
 */
function areBehindQuote(lines: readonly string[], others: readonly string[]): boolean {
  return ['>', ' >', '  >', '   >'].some((mark) =>
    areSame(
      lines,
      others.map((line) => {
        const cursor = new NoteCursor(mark + line);
        cursor.passMark(1);
        cursor.passBlanks(1);
        return cursor.rest;
      }),
    ),
  );
}

function areSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.every((line, at) => line === others[at]);
}

/** Removes blanks and tabs at the end. Other white space stays, because it counts as text of the device. */
function trimLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && isBlank(line.charAt(end - 1))) end--;
  return line.slice(0, end);
}

function isBlank(letter: string): boolean {
  return letter === ' ' || letter === '\t';
}

function withoutBlanks(line: string): string {
  return line.replace(/[ \t]/gu, '');
}

/**
 * Whether lines look the same with one of the tab sizes. Tries each start column, because marks of lists and quotes
 * before the lines move the tab stops.
 *
 * @param change - changes each line of `others` after its tabs are expanded
 */
function areSameInColumns(
  lines: readonly string[],
  others: readonly string[],
  change: (line: string) => string,
): boolean {
  // Each tab size and start column needs one pass over the texts, which takes too long with more tabs. No editor
  // replaces blanks with that many tabs.
  if (countTabs(lines) + countTabs(others) > MAX_TABS) return false;
  return TAB_SIZES.some((size) => {
    for (let start = 0; start < size; start++) {
      const expand = (line: string): string => expandTabs(line, size, start);
      if (areSame(lines.map(expand), others.map(expand).map(change))) return true;
    }
    return false;
  });
}

function countTabs(lines: readonly string[]): number {
  let count = 0;
  for (const line of lines) {
    for (let at = line.indexOf('\t'); at >= 0 && count <= MAX_TABS; at = line.indexOf('\t', at + 1)) count++;
  }
  return count;
}

function expandTabs(line: string, size: number, start: number): string {
  let column = start;
  let shown = '';
  let from = 0;
  for (let at = line.indexOf('\t'); at >= 0; at = line.indexOf('\t', from)) {
    column += at - from;
    const blanks = size - (column % size);
    shown += line.slice(from, at) + ' '.repeat(blanks);
    column += blanks;
    from = at + 1;
  }
  return from === 0 ? line : shown + line.slice(from);
}

/** Whether all lines of one text have the same number of additional blanks at their start. Ignores empty lines. */
function areIndentedAlike(lines: readonly string[], others: readonly string[]): boolean {
  let change: number | undefined;
  return lines.every((line, at) => {
    const other = textAt(others, at);
    if (line === '' && other === '') return true;
    change ??= line.length - other.length;
    return change > 0 ? line === ' '.repeat(change) + other : other === ' '.repeat(-change) + line;
  });
}
