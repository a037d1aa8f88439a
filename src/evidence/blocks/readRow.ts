import { splitCodeSpans } from './codeSpans.ts';
import { startsFormula } from '../export/csv.ts';
import { readSource } from './readSource.ts';
import type { Source } from './readSource.ts';

/** A citation in a row of a table, and the quotation in the cell before it. */
export interface RowSource {
  readonly source: Source;
  /** Undefined if the cell before the citation holds no code. */
  readonly quoted: string | undefined;
  /** Whether the citation stands where our own tables put it. */
  readonly isCertain: boolean;
}

/** Number of cells in a row of our own tables. */
const CELLS = 6;

/** Reads the citations of a table's row. */
export function readRow(row: string): RowSource[] {
  const cells = splitCells(row);
  return cells.flatMap((cell, at): RowSource[] => {
    if (!cell.includes('live-response:')) return [];
    const quoted = literalOf(cells[at - 1] ?? '');
    const isCertain = quoted !== undefined && cells.length === CELLS && at === CELLS - 1;
    return readSource(cell).map((source) => ({ source, quoted, isCertain }));
  });
}

/** Splits a row into cells. In GFM a backslash escapes a pipe or another backslash, in code too. */
function splitCells(row: string): string[] {
  const cells: string[] = [];
  let from = 1;
  for (let at = 1; at < row.length; at++) {
    const letter = row.charAt(at);
    if (letter === '\\') at++;
    else if (letter === '|') {
      cells.push(row.slice(from, at));
      from = at + 1;
    }
  }
  // The last pipe of a row may be left out.
  const rest = row.slice(from);
  if (rest.trim() !== '') cells.push(rest);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/**
 * Returns what a cell quotes: its code, and the pipes between. The sign that guards against formulas is not part of it.
 * Emphasis is not, either. All other text is, because a reader sees it beside the code.
 */
function literalOf(cell: string): string | undefined {
  const pieces = splitCodeSpans(cell);
  if (pieces.length === 0) return '';
  if (!pieces.some(({ kind }) => kind === 'code')) return undefined;
  return pieces
    .map(({ kind, value }, at) => {
      if (kind === 'code') return value;
      const next = pieces[at + 1]?.value ?? '';
      // A tab can begin a formula, and an editor may replace the tab with blanks.
      const isGuard = at === 0 && value === "'" && (startsFormula(next) || next.startsWith(' '));
      return isGuard || /^(?:\*{1,3}|_{1,3})$/u.test(value) ? '' : value;
    })
    .join('');
}
