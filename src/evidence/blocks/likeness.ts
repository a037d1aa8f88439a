import { NoteCursor } from './noteCursor.ts';

/** Likeness of a quotation to the text that it should be, from the same text to a different one. */
export type Likeness = 'same' | 'blanksAtLineEnds' | 'tabs' | 'indentation' | 'other';

/** Tab sizes of editors, in columns. */
const TAB_SIZES = [2, 4, 8] as const;
/** Limit for tabs. Texts with more are compared as they are: a difference in tabs alone then counts as a change. */
const MAX_TABS = 20_000;

/**
 * Compares a quotation with the text that it should be, line by line. Separates an alteration from what an editor or a
 * formatter does unasked. That is: removing blanks at line ends, replacing tabs with blanks, or indenting all lines by
 * the same amount. Blanks within a line count, because they separate the columns of a table.
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
 * Whether `lines` are what Markdown leaves of `others` right after the mark of a block quote. Markdown takes one blank,
 * if there is one. Whatever stands before the mark moves the tab stops.
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

/** Removes blanks and tabs at the end. Other white space is a character that a device wrote. */
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
 * Whether lines look the same with tab stops of some size. Marks of lists and quotes before them move the tab stops.
 *
 * @param change - is applied to each line of `others` after its tabs are expanded
 */
function areSameInColumns(
  lines: readonly string[],
  others: readonly string[],
  change: (line: string) => string,
): boolean {
  // The comparison makes one pass for each tab size and start. No editor turns blanks into so many tabs.
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

/** Whether every line that is not empty has the same number of blanks more, or fewer, than its counterpart. */
function areIndentedAlike(lines: readonly string[], others: readonly string[]): boolean {
  let change: number | undefined;
  return lines.every((line, at) => {
    const other = others[at] ?? '';
    if (line === '' && other === '') return true;
    change ??= line.length - other.length;
    return change > 0 ? line === ' '.repeat(change) + other : other === ' '.repeat(-change) + line;
  });
}
