import type { ExportTally } from './exportText.ts';

/**
 * One cell: text from any source, or a number that this extension computed. The spreadsheet reads a number as a number,
 * even `-1`.
 */
export type CsvCell = string | number;

/*
 * `OPENER` contains the characters that spreadsheets interpret as the start of a formula, also in East Asian full
 * width. `PASSED` contains the characters before them that spreadsheets or CSV readers ignore: white space, quotation
 * marks, and invisible characters.
 */
const OPENER = String.raw`[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]`;
const PASSED = String.raw`\s\p{Cc}\p{Cf}'"\uff07\uff02`;
/** Some spreadsheets move a cell that begins with a line end or a tab into the next cell. */
const STARTS_FORMULA = new RegExp(String.raw`^(?:'*[\t\r\n]|[${PASSED}]*${OPENER})`, 'u');
/**
 * Places where a formula would begin in another cell if the file were read with the wrong separator. Excel uses `;` in
 * half of Europe. A tab or a line end inside quotation marks then separates cells as well. A match begins only at the
 * start of a run of such characters. Otherwise a cell with a megabyte of tabs would take very long.
 */
const HIDDEN_FORMULA = new RegExp(
  String.raw`(?<![${PASSED};])(?=[${PASSED};]*[;\t\r\n])([${PASSED};]+)(?=${OPENER})`,
  'gu',
);
const BOUNDARIES = ';\t\r\n';

/** Whether a spreadsheet could interpret the text as a formula, or move it into another cell. */
export function startsFormula(text: string): boolean {
  return STARTS_FORMULA.test(text);
}

/**
 * Writes a table as CSV (RFC 4180): commas, CRLF after every row, quotation marks where they are needed. There is no
 * byte order mark: the clipboard does not need it, and {@link toCsvFile} adds it.
 *
 * No text of a device begins a formula, as {@link https://owasp.org/www-community/attacks/CSV_Injection} recommends. An
 * apostrophe is added at each place where a formula could begin. That is at the beginning of a cell, or after the last
 * `;`, tab or line end in the text before the formula. To read a cell back, remove one apostrophe at each such place.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(writeCell).join(',')}\r\n`).join('');
}

/** Excel reads a file as UTF-8 only if it begins with this mark. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Writes a table as a CSV file that Excel can open: a byte order mark, then {@link toCsv}. Replaces lone surrogates
 * with U+FFFD and counts them, because UTF-8 cannot encode them.
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
  // A cell gets quotation marks if it begins or ends with white space, or contains a separator of any program.
  return /[",;\t\r\n\v\f\u0085\u2028\u2029]|^\s|\s$/u.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Puts an apostrophe before each place of a text where a spreadsheet could see a formula begin. */
export function guardCell(text: string): string {
  const inner = text.replace(HIDDEN_FORMULA, (run: string) => {
    let behind = run.length;
    while (!BOUNDARIES.includes(run.charAt(behind - 1))) behind--;
    return `${run.slice(0, behind)}'${run.slice(behind)}`;
  });
  return startsFormula(text) ? `'${inner}` : inner;
}
