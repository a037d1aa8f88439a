import type { ExportTally } from './exportText.ts';

/** One cell: text from anywhere, or a number of ours, which stays a number for the spreadsheet (`-1` too). */
export type CsvCell = string | number;

/*
 * What spreadsheets take for the beginning of a formula, in the width of East Asia too, and what they or people's eyes
 * pass over in front of it: white space, quotation marks, and what is not seen at all.
 */
const OPENER = String.raw`[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]`;
const PASSED = String.raw`\s\p{Cc}\p{Cf}'"\uff07\uff02`;
/** A cell that begins with a line end or a tab is moved into the next one by some. */
const STARTS_FORMULA = new RegExp(String.raw`^(?:'*[\t\r\n]|[${PASSED}]*${OPENER})`, 'u');
/**
 * Where another cell would begin if the file were read with the wrong separator: Excel takes `;` in half of Europe, and
 * a tab or a line end inside of quotation marks then divides as well. Begins at the start of a run alone, so that a
 * megabyte of tabs takes no longer than it is.
 */
const HIDDEN_FORMULA = new RegExp(
  String.raw`(?<![${PASSED};])(?=[${PASSED};]*[;\t\r\n])([${PASSED};]+)(?=${OPENER})`,
  'gu',
);
const BOUNDARIES = ';\t\r\n';

/** Whether a spreadsheet could take this text for a formula, or move it into another cell. */
export function startsFormula(text: string): boolean {
  return STARTS_FORMULA.test(text);
}

/**
 * Writes a table as CSV (RFC 4180): commas, CRLF behind every row, quotation marks where they are needed. There is no
 * byte order mark: the clipboard needs none, and {@link toCsvFile} writes it.
 *
 * No text of a device begins a formula. The rule, which {@link https://owasp.org/www-community/attacks/CSV_Injection}
 * asks for, can be undone: where a formula could begin (at the beginning of a cell, or behind the last `;`, tab or line
 * end of what stands before it) there is one apostrophe more. To read a cell back, take one away at each such place.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(writeCell).join(',')}\r\n`).join('');
}

/** Excel reads UTF-8 as such only behind this mark. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Writes a table as a CSV file that Excel opens too: {@link toCsv} behind a byte order mark. Halves of surrogate pairs,
 * which a file cannot carry, become U+FFFD and are counted.
 */
export function toCsvFile(
  header: readonly string[],
  rows: readonly (readonly CsvCell[])[],
  tally: ExportTally,
): string {
  return BYTE_ORDER_MARK + tally.wellFormed(toCsv(header, rows));
}

function writeCell(cell: CsvCell): string {
  if (typeof cell === 'number') return cell.toString();
  const guarded = guardCell(cell);
  // White space at the ends and every separator that someone reads with stay inside of quotation marks.
  return /[",;\t\r\n\v\f\u0085\u2028\u2029]|^\s|\s$/u.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function guardCell(text: string): string {
  const inner = text.replace(HIDDEN_FORMULA, (run: string) => {
    let behind = run.length;
    while (!BOUNDARIES.includes(run.charAt(behind - 1))) behind--;
    return `${run.slice(0, behind)}'${run.slice(behind)}`;
  });
  return startsFormula(text) ? `'${inner}` : inner;
}
