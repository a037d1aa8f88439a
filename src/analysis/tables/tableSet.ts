import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { keyOf } from '../../evidence/tables/columnKind.ts';
import { readTables } from '../../evidence/tables/readTables.ts';
import { columnSql, rowKey, sortSql, TableFilters } from './tableFilters.ts';
import { LONGEST_SHOWN } from './tableQuery.ts';
import type {
  ColumnRef,
  ColumnValue,
  ShownRow,
  StackedRow,
  StackOrder,
  TableHost,
  TableQuery,
  TableSummary,
  TableView,
} from './tableQuery.ts';
import { MOST_COLUMNS, TableRows } from './tableRows.ts';

/** Largest number of rows of all tables of a run. Without it, hostile outputs could fill the memory. */
const MOST_ROWS = 2_000_000;
/** Largest number of characters of all cells, in UTF-16 units. SQLite's memory is not limited with that of the thread. */
const MOST_UNITS = 200_000_000;
/** Longest name of a column that is shown. */
const LONGEST_NAME = 300;
/** Largest number of kinds of tables. A person chooses one of them from a list. */
const MOST_KINDS = 200;
/** Number of headings that name a kind of table. */
const SHOWN_HEADINGS = 3;
/** Longest value of a column's menu, in characters. A choice of it must find its rows, so it is rarely cut. */
const LONGEST_VALUE = 20_000;
/** Number of hosts that are named beside a stacked value. */
const NAMED_HOSTS = 20;

/** Keys of times of day and of durations are smaller, ms. */
const FIRST_DATE = Date.UTC(1971, 0, 1);

type Cell = string | null;

/**
 * The tables of one result or of all results of a run, in a database in memory. Each kind of table is one SQL table, so
 * that sorting, filtering and stacking are SQLite's work.
 */
export class TableSet {
  readonly #database: DatabaseSync;
  readonly #filters: TableFilters;
  readonly #tables: TableRows[] = [];
  readonly #members = new Set<number>();
  readonly #cutMembers = new Set<number>();
  #lines = 0;
  #outsideLines = 0;
  #outside: TableSummary['outside'] = [];
  #rows = 0;
  #units = 0;
  /** The rows that are shown, by the query that chose them. */
  #view:
    { readonly key: string; readonly rows: TableRows; readonly count: number; readonly isAll: boolean } | undefined;

  constructor() {
    // Loaded for the first table, because other work of this thread needs no database.
    const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
    this.#database = new Database(':memory:');
    this.#filters = new TableFilters(this.#database);
    this.#database.exec(`
      PRAGMA journal_mode = OFF;
      CREATE TABLE hosts (m INTEGER PRIMARY KEY, name TEXT, exit INTEGER, errors INTEGER, newest INTEGER);
      CREATE TABLE compared (m INTEGER, t TEXT, PRIMARY KEY (m, t)) WITHOUT ROWID;
      CREATE TABLE earlier (m INTEGER, t TEXT, x TEXT, PRIMARY KEY (m, t, x)) WITHOUT ROWID;
      CREATE TEMP TABLE shown (n INTEGER PRIMARY KEY, id INTEGER);
      CREATE TEMP TABLE stacked (n INTEGER PRIMARY KEY, hosts INTEGER, rows INTEGER, members TEXT, value TEXT)`);
  }

  /** Adds the tables of a host's output. A host that was added before is ignored. */
  add({ member, name, exitCode, errorLines, isNewest }: TableHost, output: string): void {
    if (this.#members.has(member)) return;
    this.#view = undefined;
    const { tables, lines, outside, outsideLines } = readTables(output);
    this.#lines += lines;
    this.#outsideLines += outsideLines;
    this.#outside = this.#members.size === 0 ? outside : [];
    this.#inTransaction(() => {
      this.#database
        .prepare('INSERT INTO hosts VALUES (?, ?, ?, ?, ?)')
        .run(member, name, exitCode ?? null, errorLines, isNewest ? 1 : 0);
      for (const table of tables) {
        const units = unitsOf(table);
        const rows = this.#tables.find((one) => one.accepts(table)) ?? this.#newTable(table);
        const most = this.#units + units > MOST_UNITS ? 0 : MOST_ROWS - this.#rows;
        const added = rows?.add(member, table, most) ?? 0;
        this.#rows += added;
        if (added > 0) this.#units += units;
        if (added < table.rows.length) this.#cutMembers.add(member);
      }
    });
    this.#members.add(member);
  }

  /** Adds the rows of an earlier result of a host, so that a filter can tell which rows are new. */
  addEarlier(member: number, output: string): void {
    this.#view = undefined;
    const { tables } = readTables(output);
    this.#inTransaction(() => {
      const insert = this.#database.prepare('INSERT OR IGNORE INTO earlier VALUES (?, ?, ?)');
      const compared = this.#database.prepare('INSERT OR IGNORE INTO compared VALUES (?, ?)');
      for (const table of tables) {
        const rows = this.#tables.find((one) => one.accepts(table));
        // A table that the new result does not have has no row that could be new.
        if (rows === undefined) continue;
        // Of a table that the earlier result lacks, nothing is known: it may have failed.
        compared.run(member, rows.name);
        for (const { cells } of table.rows) insert.run(member, rows.name, rowKey(rows.inOrder(table.columns, cells)));
      }
    });
  }

  /** Lists the kinds of tables. */
  summary(): TableSummary {
    return {
      tables: this.#tables.map(({ columns, rows, members, headings, mayLackColumns }) => ({
        columns: columns.map((name) => name.slice(0, LONGEST_NAME)),
        rows,
        hosts: members.size,
        headings: [...headings].slice(0, SHOWN_HEADINGS),
        hasHeadings: headings.size > 1,
        mayLackColumns,
      })),
      hosts: this.#members.size,
      lines: this.#lines,
      outsideLines: this.#outsideLines,
      outside: this.#outside,
      cutMembers: [...this.#cutMembers],
    };
  }

  /** Chooses the rows of a query. @throws SyntaxError for an invalid regular expression */
  open(query: TableQuery): TableView | undefined {
    const rows = this.#tables[query.table];
    if (rows === undefined) return undefined;
    const { count } = this.#choose(rows, query);
    const withRows = query.filters.length === 0 ? rows.members : new Set(this.members(query));
    const unknown = new Set(this.#cutMembers);
    // Without an earlier table, it is not known what is new on a host.
    if (query.filters.some(({ operator }) => operator === 'new')) {
      const compared = this.#database.prepare('SELECT m FROM compared WHERE t = ?').all(rows.name);
      const known = new Set(compared.map(({ m }) => Number(m)));
      for (const member of rows.members) if (!known.has(member)) unknown.add(member);
    }
    return {
      rows: count,
      hosts: withRows.size,
      without: [...rows.members].filter((member) => !withRows.has(member) && !unknown.has(member)),
      withoutTable: [...this.#members].filter((member) => !rows.members.has(member)),
    };
  }

  /**
   * Returns rows of a query, from `from` up to before `to`, counted from 0.
   *
   * @param longest - length to which a cell is cut, in characters
   */
  rows(query: TableQuery, from: number, to: number, longest = LONGEST_SHOWN): readonly ShownRow[] {
    const rows = this.#tables[query.table];
    if (rows === undefined || query.stack.length > 0) return [];
    const { isAll } = this.#choose(rows, query);
    // Cells are cut here and not by SQLite, whose functions end a text at its first NUL.
    const cells = rows.columns.map((_, column) => `, t.c${column} AS c${column}`).join('');
    const source = isAll
      ? `FROM ${rows.name} t WHERE t.id BETWEEN ? AND ? ORDER BY t.id`
      : `FROM shown s JOIN ${rows.name} t ON t.id = s.id WHERE s.n BETWEEN ? AND ? ORDER BY s.n`;
    const found = this.#database.prepare(`SELECT t.m, t.f, t.l, t.h${cells} ${source}`).all(from + 1, to);
    return found.map((row) => ({
      member: Number(row['m']),
      firstLine: Number(row['f']),
      lastLine: Number(row['l']),
      heading: toCell(row['h']),
      cells: rows.columns.map((_, column) => toCell(row[`c${column}`])?.slice(0, longest) ?? null),
    }));
  }

  /** Returns stacked values of a query, the rarest first, from `from` up to before `to`. */
  stacked(query: TableQuery, from: number, to: number): readonly StackedRow[] {
    const rows = this.#tables[query.table];
    if (rows === undefined) return [];
    this.#choose(rows, query);
    const found = this.#database
      .prepare('SELECT value, hosts, rows, members FROM stacked WHERE n BETWEEN ? AND ? ORDER BY n')
      .all(from + 1, to);
    return found.map(({ value, hosts, rows: count, members }) => ({
      values: (JSON.parse(String(value)) as (Cell | number)[]).map((one) => one?.toString() ?? null),
      hosts: Number(hosts),
      rows: Number(count),
      members: String(members).split(',', NAMED_HOSTS).map(Number),
    }));
  }

  /** Lists the values of a column among the rows of a query, the rarest first. */
  values(query: TableQuery, column: ColumnRef, most: number): readonly ColumnValue[] {
    const rows = this.#tables[query.table];
    if (rows === undefined) return [];
    const condition = this.#filters.conditionOf(rows, query.filters);
    const found = this.#database
      .prepare(
        `SELECT ${columnSql(column)} AS value, count(DISTINCT t.m) AS hosts, count(*) AS rows
        FROM ${rows.name} t JOIN hosts h ON h.m = t.m WHERE ${condition.sql}
        GROUP BY 1 ORDER BY 2, 3, 1 LIMIT ?`,
      )
      .all(...condition.values, most);
    return found.map(({ value, hosts, rows: count }) => ({
      value: value === null || value === undefined ? null : String(value).slice(0, LONGEST_VALUE),
      hosts: Number(hosts),
      rows: Number(count),
    }));
  }

  /** Returns the printed time of a cell, if its column holds times; otherwise an empty text. */
  time(query: TableQuery, row: number, column: ColumnRef): string {
    const rows = this.#tables[query.table];
    const [found] = this.rows(query, row, row + 1);
    if (rows === undefined || found === undefined || typeof column !== 'number') return '';
    const cell = found.cells[column] ?? '';
    const kind = rows.kind(column);
    const key = kind.kind === 'time' ? keyOf(kind, cell) : undefined;
    // A time of day without its date has no time around it that is sure to be on the same day.
    return typeof key === 'number' && key > FIRST_DATE ? cell : '';
  }

  /** Lists the members whose rows a query chooses, in the order of the hosts. */
  members(query: TableQuery): readonly number[] {
    const rows = this.#tables[query.table];
    if (rows === undefined) return [];
    const condition = this.#filters.conditionOf(rows, query.filters);
    return this.#database
      .prepare(
        `SELECT DISTINCT t.m AS m FROM ${rows.name} t JOIN hosts h ON h.m = t.m WHERE ${condition.sql} ORDER BY 1`,
      )
      .all(...condition.values)
      .map(({ m }) => Number(m));
  }

  close(): void {
    this.#database.close();
  }

  /** Runs work of which all is kept, or nothing. */
  #inTransaction(work: () => void): void {
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #newTable(table: Parameters<TableRows['accepts']>[0]): TableRows | undefined {
    if (this.#tables.length >= MOST_KINDS || table.columns.length > MOST_COLUMNS) return undefined;
    const rows = new TableRows(this.#database, this.#tables.length, table);
    this.#tables.push(rows);
    return rows;
  }

  #choose(rows: TableRows, query: TableQuery): { readonly count: number; readonly isAll: boolean } {
    const key = JSON.stringify(query);
    if (this.#view?.key === key && this.#view.rows === rows) return this.#view;
    const isAll = query.filters.length === 0 && query.sort.length === 0 && query.stack.length === 0;
    const count = isAll ? rows.rows : query.stack.length > 0 ? this.#stack(rows, query) : this.#sort(rows, query);
    this.#view = { key, rows, count, isAll };
    return this.#view;
  }

  #sort(rows: TableRows, { filters, sort }: TableQuery): number {
    // Keys are made first: a statement must not be prepared for columns that do not exist yet.
    const order = sort.map(({ column, isDescending }) => {
      const name = sortSql(rows, column);
      return `${name} IS NULL, ${name} ${isDescending ? 'DESC' : 'ASC'}, `;
    });
    const condition = this.#filters.conditionOf(rows, filters);
    const needsHosts = condition.sql.includes('h.') || order.some((part) => part.includes('h.'));
    const hosts = needsHosts ? 'JOIN hosts h ON h.m = t.m' : '';
    this.#database.exec('DELETE FROM shown');
    return Number(
      this.#database
        .prepare(
          `INSERT INTO shown (id) SELECT t.id FROM ${rows.name} t ${hosts} WHERE ${condition.sql} ORDER BY ${order.join('')}t.id`,
        )
        .run(...condition.values).changes,
    );
  }

  #stack(rows: TableRows, { filters, stack, stackOrder, stackRules }: TableQuery): number {
    const order = orderOf(rows, stack, stackOrder);
    const condition = this.#filters.conditionOf(rows, filters);
    // A key that a record lacks, and an empty cell, are shown alike.
    const values = stack.map((column) => {
      const sql = columnSql(column);
      return `coalesce(${stackRules === undefined ? sql : this.#filters.normalSql(stackRules, sql)}, '')`;
    });
    this.#database.exec('DELETE FROM stacked');
    return Number(
      this.#database
        .prepare(
          `INSERT INTO stacked (hosts, rows, members, value)
          SELECT count(DISTINCT t.m), count(*), group_concat(DISTINCT t.m), json_array(${values.join(', ')})
          FROM ${rows.name} t JOIN hosts h ON h.m = t.m WHERE ${condition.sql}
          GROUP BY ${values.join(', ')}
          ORDER BY ${order.join('')}min(t.id)`,
        )
        .run(...condition.values).changes,
    );
  }
}

/** Returns the order of stacked values in SQL; by default the rarest first. */
function orderOf(
  rows: TableRows,
  stack: readonly ColumnRef[],
  { by, isDescending }: StackOrder = { by: 'hosts', isDescending: false },
): string[] {
  const direction = isDescending ? 'DESC' : 'ASC';
  if (by === 'hosts') return [`1 ${direction}, `, `2 ${direction}, `];
  if (by === 'rows') return [`2 ${direction}, `, `1 ${direction}, `];
  const column = stack[by];
  if (column === undefined) return [];
  // Equal values have equal keys. Normalized values stand where the first of their values stands.
  const key = `min(${sortSql(rows, column)})`;
  return [`${key} IS NULL, `, `${key} ${direction}, `];
}

/** Counts the characters of a table's cells. */
function unitsOf({ rows }: { readonly rows: readonly { readonly cells: readonly Cell[] }[] }): number {
  let units = 0;
  for (const { cells } of rows) for (const cell of cells) units += cell?.length ?? 0;
  return units;
}

function toCell(value: SQLOutputValue | undefined): Cell {
  return value === null || value === undefined ? null : value.toString();
}
