import type { DatabaseSync } from 'node:sqlite';
import type { NormaliseRules } from '../../base/normaliseRules.ts';
import { normalise } from '../../evidence/compare/normalise.ts';
import { foldCase } from '../../evidence/text/foldCase.ts';
import { keyOf } from '../../evidence/tables/columnKind.ts';
import type { ColumnRef, TableFilter } from './tableQuery.ts';
import type { TableRows } from './tableRows.ts';

/** A condition of SQL, with the values of its places. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Names of columns in SQL that every table has. `h` is the row's table `hosts`, `t` its table of rows. */
const COMMON: Readonly<Record<Exclude<ColumnRef, number>, string>> = {
  host: 'h.name',
  exit: 'h.exit',
  errors: 'h.errors',
  heading: 't.h',
  line: 't.f',
};

/** Returns the SQL of a column. */
export function columnSql(column: ColumnRef): string {
  return typeof column === 'number' ? `t.c${column}` : COMMON[column];
}

/** Returns the SQL by which a column sorts. */
export function sortSql(rows: TableRows, column: ColumnRef): string {
  if (typeof column === 'number') return `t.${rows.sortKey(column)}`;
  // Members are in the order of their names: ws-2 stands before ws-10.
  if (column === 'host') return 't.m';
  return column === 'heading' ? `lower(${COMMON[column]})` : COMMON[column];
}

/** Makes conditions of filters. Patterns are JavaScript's: the caller must limit their time. */
export class TableFilters {
  /** Patterns of the latest condition. Its statement runs before the next condition is made. */
  #patterns: RegExp[] = [];
  #lists: ReadonlySet<string>[] = [];
  /** Rules of the latest condition and of the stacked values that follow it. */
  #rules: NormaliseRules[] = [];

  constructor(database: DatabaseSync) {
    database.function('lr_matches', { deterministic: true, varargs: true }, (...args) => {
      const [pattern, ...cells] = args;
      const search = this.#patterns[Number(pattern)];
      return cells.some((cell) => cell !== null && search?.test(String(cell)) === true) ? 1 : 0;
    });
    database.function('lr_known', { deterministic: true, varargs: true }, (...args) => {
      const [list, ...cells] = args;
      const known = this.#lists[Number(list)];
      return cells.some((cell) => cell !== null && known?.has(String(cell).trim().toLowerCase()) === true) ? 1 : 0;
    });
    database.function('lr_normal', { deterministic: true }, (rules, host, cell) => {
      const own = this.#rules[Number(rules)];
      if (cell === null || own === undefined) return cell;
      return normalise(String(cell), own, namesOf(String(host)));
    });
    database.function('lr_row', { deterministic: true, varargs: true }, (...cells) =>
      rowKey(cells.map((cell) => (cell === null ? null : String(cell)))),
    );
  }

  /** Returns the condition for all filters. @throws SyntaxError for an invalid regular expression */
  conditionOf(rows: TableRows, filters: readonly TableFilter[]): Condition {
    this.#patterns = [];
    this.#lists = [];
    this.#rules = [];
    const conditions = filters.map((filter) => this.#conditionOf(rows, filter));
    return {
      sql: conditions.length === 0 ? '1' : conditions.map(({ sql }) => `(${sql})`).join(' AND '),
      values: conditions.flatMap(({ values }) => values),
    };
  }

  /** Returns the SQL of a column's normalized text, for the statement of the latest condition. */
  normalSql(rules: NormaliseRules, sql: string): string {
    return `lr_normal(${this.#rules.push(rules) - 1}, h.name, ${sql})`;
  }

  #conditionOf(rows: TableRows, { column, operator, value, rules }: TableFilter): Condition {
    const cells =
      column === 'any' ? ['h.name', ...rows.columns.map((_, index) => `t.c${index}`)].join(', ') : columnSql(column);
    switch (operator) {
      case 'list':
        // A list of hosts names whole hosts: `ws-1` is not `ws-10`.
        return { sql: `lr_matches(?, ${cells})`, values: [this.#keep(listPattern(value, column === 'host'))] };
      case 'unknown': {
        const known = new Set(linesOf(value).map((line) => line.toLowerCase()));
        return { sql: `NOT lr_known(?, ${cells})`, values: [this.#lists.push(known) - 1] };
      }
      case 'new':
        return {
          sql: `EXISTS (SELECT 1 FROM compared p WHERE p.m = t.m AND p.t = '${rows.name}') AND NOT EXISTS (SELECT 1 FROM earlier e WHERE e.m = t.m AND e.t = '${rows.name}' AND e.x = lr_row(${rows.columns
            .map((_, index) => `t.c${index}`)
            .join(', ')}))`,
          values: [],
        };
      case 'newest':
        return { sql: 'h.newest = 1', values: [] };
      case 'contains':
      case 'matches':
        return { sql: `lr_matches(?, ${cells})`, values: [this.#keep(patternOf(operator, value))] };
      case 'not':
        return { sql: `NOT lr_matches(?, ${cells})`, values: [this.#keep(patternOf(operator, value))] };
      case 'equals':
        // A key that a record lacks, and an empty cell, are shown alike.
        if (value === '' && column !== 'any') return { sql: `coalesce(${cells}, '') = ''`, values: [] };
        if (column === 'line') return { sql: '? BETWEEN t.f AND t.l', values: [Number(value)] };
        // Exit codes and numbers of error lines are numbers in SQL.
        if (column === 'exit' || column === 'errors') return { sql: `CAST(${cells} AS TEXT) IS ?`, values: [value] };
        return { sql: `? IN (${cells})`, values: [value] };
      case 'like':
        // The value is what a stack showed, so it is normalized already.
        return column === 'any' || rules === undefined
          ? { sql: '0', values: [] }
          : { sql: `coalesce(${this.normalSql(rules, cells)}, '') = ?`, values: [value] };
      case 'near':
        return near(rows, column, value);
      case 'greater':
      case 'less':
        return compare(rows, column, operator === 'greater' ? '>' : '<', value);
    }
  }

  #keep(pattern: RegExp): number {
    return this.#patterns.push(pattern) - 1;
  }
}

function patternOf(operator: 'contains' | 'matches' | 'not', value: string): RegExp {
  return new RegExp(operator === 'matches' ? value : foldCase(value), 'iu');
}

/** Returns the pattern of a list with one value a line. @param isWhole - whether a cell must be one of the values */
function listPattern(value: string, isWhole: boolean): RegExp {
  const words = linesOf(value);
  if (words.length === 0) return /(?!)/u;
  const any = words.map((word) => `(?:${foldCase(word)})`).join('|');
  // `10.0.0.1` is not in `10.0.0.12`, and `ws-1` is not in `ws-10`, but in `ws-1.example` and `10.0.0.1:443`.
  return new RegExp(
    isWhole ? `^(?:${any})$` : `(?<![\\p{L}\\p{N}_-])(?<!\\d\\.)(?:${any})(?![\\p{L}\\p{N}_-])(?!\\.\\d)`,
    'iu',
  );
}

function linesOf(value: string): string[] {
  return value
    .split(/\r\n|\r|\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Returns a text that is equal for rows with equal cells. Columns that were added later have no cell in it. */
export function rowKey(cells: readonly (string | null)[]): string {
  return JSON.stringify(cells.flatMap((cell, column) => (cell === null || cell === '' ? [] : [column, cell])));
}

/** Returns the names of a device, as a comparison of texts knows them. */
function namesOf(host: string): readonly string[] {
  const [first = ''] = host.split('.', 1);
  return first === '' || /^\d+$/u.test(first) ? [host] : [host, first];
}

/** Returns the condition for times around a time. @param value - minutes, a blank and the time as printed */
function near(rows: TableRows, column: ColumnRef | 'any', value: string): Condition {
  const blank = value.indexOf(' ');
  const span = Number(value.slice(0, blank)) * 60_000;
  const kind = typeof column === 'number' ? rows.kind(column) : undefined;
  const key = kind?.kind === 'time' ? keyOf(kind, value.slice(blank + 1)) : null;
  if (typeof column !== 'number' || typeof key !== 'number' || !(span > 0)) return { sql: '0', values: [] };
  const name = `t.${rows.sortKey(column)}`;
  return { sql: `typeof(${name}) <> 'text' AND ${name} BETWEEN ? AND ?`, values: [key - span, key + span] };
}

function compare(rows: TableRows, column: ColumnRef | 'any', sign: '>' | '<', value: string): Condition {
  if (typeof column !== 'number') {
    const number = Number(value);
    const isNumber = column === 'exit' || column === 'errors' || column === 'line';
    return column === 'any' || (isNumber && Number.isNaN(number))
      ? { sql: '0', values: [] }
      : { sql: `${columnSql(column)} ${sign} ?`, values: [isNumber ? number : value] };
  }
  const kind = rows.kind(column);
  const key = keyOf(kind, value);
  const name = `t.${rows.sortKey(column)}`;
  // A text that stands between numbers, such as N/A, is neither greater nor less.
  const type = typeof key === 'number' ? `typeof(${name}) <> 'text' AND ` : '';
  return key === null ? { sql: '0', values: [] } : { sql: `${type}${name} ${sign} ?`, values: [key] };
}
