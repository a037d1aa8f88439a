import { textAt } from '../../base/atIndex.ts';
import { readCsvTable } from './csvTables.ts';
import { readHeadedTable } from './headedTables.ts';
import { JsonTables } from './jsonTables.ts';
import { readRecordTable } from './recordTables.ts';
import { readRuledTable } from './ruledTables.ts';
import type { FoundTable, ReadTable, TableLines, TableReader, TablesOfText } from './table.ts';
import { toTableLines } from './tableLines.ts';
import { readArp, readDf, readLs, readPs, readSs, readUnixNetstat, readWindowsNetstat } from './toolTables.ts';

/** Number of lines above a table in which its heading may be. */
const FARTHEST_HEADING = 3;
/** Longest heading, in UTF-16 units. */
const LONGEST_HEADING = 200;

/**
 * Reads all tables of a text, as scripts print them. A block of lines that is certainly no table of a known shape is
 * outside. The text stays the evidence: each row has the lines that it was read from.
 */
export function readTables(text: string): TablesOfText {
  const lines = toTableLines(text);
  const readers: readonly TableReader[] = [
    new JsonTables(lines).read,
    readWindowsNetstat,
    readUnixNetstat,
    readSs,
    readPs,
    readLs,
    readArp,
    readDf,
    readRuledTable,
    readHeadedTable,
    readRecordTable,
    readCsvTable,
  ];
  const tables: ReadTable[] = [];
  let at = 0;
  let lastEnd = 0;
  let csvHeader: string | undefined;
  while (at < lines.plain.length) {
    if (lines.plain[at] === '') csvHeader = undefined;
    const read = lines.plain[at] === '' ? undefined : readFirst(readers, lines, at);
    // Directly behind a CSV, a line of data is no header. The same header is printed again by some tools.
    const isData = read?.shape === 'csv' && csvHeader !== undefined && csvHeader !== read.columns.join();
    const found = isData ? undefined : read;
    if (found === undefined) {
      at++;
      continue;
    }
    csvHeader = found.shape === 'csv' ? found.columns.join() : undefined;
    tables.push(toTable(found, found.isSectioned === true ? undefined : headingOf(lines, at, lastEnd)));
    at = lastEnd = found.end;
  }
  return { tables, lines: lines.raw.length, ...outsideOf(tables, lines) };
}

function readFirst(readers: readonly TableReader[], lines: TableLines, at: number): FoundTable | undefined {
  for (const read of readers) {
    const found = read(lines, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toTable(
  { shape, columns, rows, otherLines, mayLackColumns }: FoundTable,
  heading: string | undefined,
): ReadTable {
  return {
    shape,
    heading,
    columns,
    rows: rows.map(({ firstLine, lastLine, cells }) => ({ firstLine: firstLine + 1, lastLine: lastLine + 1, cells })),
    otherLines: otherLines.map((line) => line + 1),
    ...(mayLackColumns === true ? { mayLackColumns } : {}),
  };
}

/** Returns the nearest line of text above a table, such as `=== Services ===` or `Directory: C:\Users`. */
function headingOf({ plain }: TableLines, at: number, lastEnd: number): string | undefined {
  for (let line = at - 1; line >= lastEnd && line >= at - FARTHEST_HEADING; line--) {
    const text = textAt(plain, line);
    // `ls` prints the sum of blocks between the name of a folder and its files.
    if (text === '' || /^\p{L}+ \d+$/u.test(text)) continue;
    const bare = withoutSigns(text);
    return bare === '' || text.length > LONGEST_HEADING ? undefined : bare;
  }
  return undefined;
}

/** Removes the signs with which scripts frame a heading. */
function withoutSigns(text: string): string {
  const isSign = (at: number): boolean => '=-#*[]: \t'.includes(text.charAt(at));
  let start = 0;
  let end = text.length;
  while (start < end && isSign(start)) start++;
  while (end > start && isSign(end - 1)) end--;
  return text.slice(start, end);
}

function outsideOf(
  tables: readonly ReadTable[],
  { plain }: TableLines,
): Pick<TablesOfText, 'outside' | 'outsideLines'> {
  const inside = new Uint8Array(plain.length + 2);
  for (const { rows, otherLines } of tables) {
    for (const line of otherLines) inside[line] = 1;
    for (const { firstLine, lastLine } of rows) inside.fill(1, firstLine, lastLine + 1);
  }
  const outside: [number, number][] = [];
  let outsideLines = 0;
  for (let line = 1; line <= plain.length; line++) {
    if (inside[line] === 1) continue;
    if (plain[line - 1] !== '') outsideLines++;
    const range = outside.at(-1);
    if (range?.[1] === line - 1) range[1] = line;
    else outside.push([line, line]);
  }
  return { outside, outsideLines };
}
