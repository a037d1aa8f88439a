import { textAt } from '../../base/atIndex.ts';
import { splitCodeSpans } from './codeSpans.ts';
import { startsFormula } from '../export/csv.ts';
import { readSource } from './readSource.ts';
import type { Source } from './readSource.ts';

/** A citation in a row of a table, and the quotation in the cell before it. */
export interface RowSource {
  readonly source: Source;
  /** The quoted text. Empty if the cell before the citation is empty, undefined if that cell has text but no code. */
  readonly quoted: string | undefined;
  /** Whether the citation is in the cell where our own tables have it. */
  readonly isCertain: boolean;
}

/** Number of cells in a row of our own tables. */
const CELLS = 6;

/** Reads the citations of a table's row. */
export function readRow(row: string): RowSource[] {
  const cells = splitCells(row);
  return cells.flatMap((cell, at): RowSource[] => {
    if (!cell.includes('live-response:')) return [];
    const quoted = literalOf(textAt(cells, at - 1));
    const isCertain = quoted !== undefined && cells.length === CELLS && at === CELLS - 1;
    // A citation that someone pasted behind the row's own has no quotation in this row.
    return readSource(cell).map((source, place) =>
      place === 0 ? { source, quoted, isCertain } : { source, quoted: undefined, isCertain: false },
    );
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
  // A row does not need a pipe at its end.
  const rest = row.slice(from);
  if (rest.trim() !== '') cells.push(rest);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/**
 * Returns the text that a cell quotes: its code, and the text around the code, because a reader sees both. Leaves out
 * the apostrophe that prevents a formula, and the marks of emphasis.
 */
function literalOf(cell: string): string | undefined {
  // Stands for a complete result, which is not quoted.
  if (cell === '–') return '';
  const pieces = splitCodeSpans(cell);
  if (pieces.length === 0) return '';
  if (!pieces.some(({ kind }) => kind === 'code')) return undefined;
  return pieces
    .map(({ kind, value }, at) => {
      if (kind === 'code') return value;
      const next = pieces[at + 1]?.value ?? '';
      // We also write the apostrophe before a tab. An editor may have replaced that tab with blanks, so an apostrophe
      // before a blank counts, too.
      const isGuard = at === 0 && value === "'" && (startsFormula(next) || next.startsWith(' '));
      return isGuard || /^(?:\*{1,3}|_{1,3})$/u.test(value) ? '' : value;
    })
    .join('');
}
