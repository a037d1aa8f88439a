import type { Offsets } from '../../base/places.ts';

/**
 * A column of a table. An aligned table gives the place of the heading. Rows with a separator give the index of the
 * field.
 */
interface Column extends Offsets {
  /** Empty if the table is aligned. */
  readonly separator: string;
  readonly index: number;
}

/** Columns of a table whose headings name the kind of their values. */
export interface Columns {
  /** Columns of versions: four numbers in them are not an address. */
  readonly version: readonly Column[];
  /**
   * Columns that contain hosts. There, every name with a public ending is a host. In other places, an ending can be
   * ambiguous.
   */
  readonly host: readonly Column[];
}
export const NO_COLUMNS: Columns = { version: [], host: [] };

/** Maximum length of a heading, in UTF-16 units. A longer line contains only values. */
const LONGEST_HEADING = 400;
/**
 * Furthest place in a line where a value is assigned to a column, in UTF-16 units. The code counts the separators from
 * the beginning of the line for each value. In a longer line this would take too long.
 */
const FURTHEST_FIELD = 2000;
const VERSION = /^\w{0,40}version$/iu;
const HOST =
  /^(?:(?:remote|dest(?:ination)?|dst|src|source|cs|server|dns|query|record|url|tls|computer)?[ _-]?(?:host|host ?name|domain|domain ?name|fqdn|query|query ?name|dns ?name|server_?name|record ?name|sni)|entry|domäne|abfrage|domaine|requête|dominio|consulta|etki alanı|sorgu)$/iu;

/** Reads the columns of a table from its heading. The columns are valid until an empty line. */
export function readColumns(line: string, before: Columns, isFirst: boolean): Columns {
  if (line === '' || line.trim() === '') return NO_COLUMNS;
  if (line.length > LONGEST_HEADING) return before;
  if (!isFirst && !line.includes('ersion') && !line.includes('ERSION')) return before;
  if (/[:=\\]/u.test(line)) return before;
  for (const separator of [',', ';', '\t', '|']) {
    const fields = line.split(separator);
    if (fields.length < 3) continue;
    const names = fields.map((field) => field.trim().replaceAll('"', ''));
    if (!names.every((name) => /^[\p{L}_#][\p{L}\p{N}_ ().#-]{0,40}$/u.test(name))) break;
    const column = (pattern: RegExp): Column[] =>
      names.flatMap((name, index) => (pattern.test(name) ? [{ separator, index, start: 0, end: 0 }] : []));
    return { version: column(VERSION), host: column(HOST) };
  }
  return readAligned(line, before);
}

function readAligned(line: string, before: Columns): Columns {
  const version: Column[] = [];
  const host: Column[] = [];
  for (const { 0: name, index } of line.matchAll(/[^\s]{1,40}(?: [^\s]{1,40}){0,4}/gu)) {
    const column = { separator: '', index: 0, start: index, end: index + name.length };
    if (VERSION.test(name)) version.push(column);
    else if (HOST.test(name)) host.push(column);
  }
  return version.length === 0 && host.length === 0 ? before : { version, host };
}

/** Whether a place in a line is in one of the given columns. */
export function isInColumn(line: string, place: Offsets, columns: readonly Column[]): boolean {
  return columns.some((column) => isIn(line, place, column));
}

function isIn(line: string, { start, end }: Offsets, column: Column): boolean {
  if (column.separator === '') return start === column.start || end === column.end;
  if (start > FURTHEST_FIELD) return false;
  let index = 0;
  let isQuoted = false;
  for (let at = 0; at < start; at++) {
    const sign = line.charAt(at);
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === column.separator && !isQuoted) index++;
  }
  return index === column.index;
}
