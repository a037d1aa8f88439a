import { ExportTally, toNdjsonRow } from '../../evidence/export/exportText.ts';
import { toCsv, toCsvFile } from '../../evidence/export/csv.ts';
import type { CsvCell } from '../../evidence/export/csv.ts';
import type { ResultHits, SearchHit } from '../../worker/searchCalls.ts';

/**
 * Columns of the table. Their headings are always in English, like the fields of NDJSON, because other programs read
 * such files by them.
 */
const COLUMNS: readonly (readonly [name: string, cell: (found: ResultHits, hit: SearchHit) => CsvCell])[] = [
  ['Connection', ({ name }) => name.connection],
  ['Device', ({ name }) => name.device],
  ['Script', ({ name }) => name.script],
  ['Created (server)', ({ name }) => name.createdAt],
  ['Stream', (_found, { stream }) => stream],
  ['Line', (_found, { line }) => line],
  ['Column', (_found, { column }) => column],
  ['Text', (_found, { text }) => text],
  ['Action id', ({ ref }) => (ref.cloud === 'file' ? '' : ref.actionId)],
  ['Command index', ({ ref }) => ref.commandIndex],
  ['SHA-256', ({ sha256 }) => sha256],
  // Facts about the result. Each row of a result repeats them, so that a person can filter the table by them.
  ['Lines not listed', ({ more }) => more],
  ['Not searched to its end', ({ givenUp }) => givenUp ?? ''],
];
const HEADER = COLUMNS.map(([name]) => name);

/**
 * Returns the found lines as CSV, one row for each line. The file is for spreadsheets, so no cell is a formula. Every
 * row contains the number of found lines of its result that are not listed. A result whose search was given up before
 * its first hit has no row.
 */
export function hitsAsCsv(found: readonly ResultHits[]): string {
  return toCsv(HEADER, toCells(found));
}

/** Returns the same rows as a CSV file that Excel can open. */
export function hitsAsCsvFile(found: readonly ResultHits[], tally: ExportTally): string {
  return toCsvFile(HEADER, toCells(found), tally);
}

/**
 * Returns the found lines as NDJSON, for programs. The texts do not change, except for lone surrogates. A further row
 * gives the number of unlisted lines of a result. It is added if not all lines are listed, or if the search of the
 * result was given up.
 */
export function hitsAsNdjson(found: readonly ResultHits[], tally = new ExportTally()): string {
  return found
    .flatMap(({ ref, name, sha256, hits, more, givenUp }) => [
      ...hits.map((hit) => ({ ...ref, ...name, sha256, ...hit })),
      ...(more > 0 || givenUp !== undefined ? [{ ...ref, ...name, sha256, more, givenUp: givenUp ?? null }] : []),
    ])
    .map((row) => toNdjsonRow(row, tally))
    .join('');
}

function toCells(found: readonly ResultHits[]): CsvCell[][] {
  return found.flatMap((one) => one.hits.map((hit) => COLUMNS.map(([, cell]) => cell(one, hit))));
}
