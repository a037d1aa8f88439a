import type { ExportTally } from './exportText.ts';

/** One cell: text from anywhere, or a number of ours. A number stays a number for the spreadsheet (`-1` too). */
export type CsvCell = string | number;

/*
 * Signs that spreadsheets take for the start of a formula, also in East Asian full width. `PASSED` are signs before
 * them that spreadsheets or readers pass over: white space, quotation marks, and invisible characters.
 */
const OPENER = String.raw`[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]`;
const PASSED = String.raw`\s\p{Cc}\p{Cf}'"\uff07\uff02`;
/** Some spreadsheets move a cell that begins with a line end or a tab into the next cell. */
const STARTS_FORMULA = new RegExp(String.raw`^(?:'*[\t\r\n]|[${PASSED}]*${OPENER})`, 'u');
/**
 * Places where another cell would begin if the file were read with the wrong separator. Excel takes `;` in half of
 * Europe. A tab or a line end inside of quotation marks then divides cells as well. A match begins only at the start of
 * a run, so that the time grows only with the length of a run: a cell may hold a megabyte of tabs.
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
 * Writes a table as CSV (RFC 4180): commas, CRLF after every row, quotation marks where they are needed. There is no
 * byte order mark: the clipboard needs none, and {@link toCsvFile} writes it.
 *
 * No text of a device begins a formula. {@link https://owasp.org/www-community/attacks/CSV_Injection} asks for this
 * rule, and it can be undone. Wherever a formula could begin, there is one apostrophe more. That is at the beginning of
 * a cell, or after the last `;`, tab or line end in the text before the formula. To read a cell back, remove one
 * apostrophe at each such place.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(writeCell).join(',')}\r\n`).join('');
}

/** Excel reads a file as UTF-8 only if it begins with this mark. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Writes a table as a CSV file that Excel opens too: a byte order mark, then {@link toCsv}. Lone surrogates, which a
 * file cannot carry, become U+FFFD and are counted.
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
  // White space at the ends, and every separator that any program uses, stay inside of quotation marks.
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
