/** How a quotation is like what it should be, from the same text to another one. */
export type Likeness = 'same' | 'blanksAtLineEnds' | 'tabs' | 'indentation' | 'other';

/** Columns that editors have a tab stop at. */
const TAB_SIZES = [2, 4, 8] as const;

/**
 * Compares a quotation with what it should be, line by line. What an editor or a formatter does unasked is told apart
 * from an alteration: it takes the blanks at line ends away, makes blanks of tabs, or indents all lines by as much.
 * Blanks within a line count: they tell the columns of a table apart.
 */
export function compareTexts(quoted: string, wanted: string): Likeness {
  if (quoted === wanted) return 'same';
  const quotedLines = quoted.split('\n').map(trimLineEnd);
  const wantedLines = wanted.split('\n').map(trimLineEnd);
  if (quotedLines.length !== wantedLines.length) return 'other';
  if (areSame(quotedLines, wantedLines)) return 'blanksAtLineEnds';
  if (!areSame(quotedLines.map(withoutBlanks), wantedLines.map(withoutBlanks))) return 'other';
  for (const size of TAB_SIZES) {
    if (
      areSame(
        quotedLines.map((line) => expandTabs(line, size)),
        wantedLines.map((line) => expandTabs(line, size)),
      )
    )
      return 'tabs';
  }
  return areIndentedAlike(quotedLines, wantedLines) ? 'indentation' : 'other';
}

function areSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.every((line, at) => line === others[at]);
}

/** Blanks and tabs alone: other white space is a character that a device wrote. */
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

function expandTabs(line: string, size: number): string {
  if (!line.includes('\t')) return line;
  let column = 0;
  return line
    .split(/(\t)/u)
    .map((piece) => {
      const shown = piece === '\t' ? ' '.repeat(size - (column % size)) : piece;
      column += shown.length;
      return shown;
    })
    .join('');
}

/** Whether each line that is not empty has as many blanks more, or fewer, than the other. */
function areIndentedAlike(lines: readonly string[], others: readonly string[]): boolean {
  let change: number | undefined;
  return lines.every((line, at) => {
    const other = others[at] ?? '';
    if (line === '' && other === '') return true;
    change ??= line.length - other.length;
    return change > 0 ? line === ' '.repeat(change) + other : other === ' '.repeat(-change) + line;
  });
}
