import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyOf, kindOfColumn } from '../../evidence/tables/columnKind.ts';
import type { ColumnKind } from '../../evidence/tables/columnKind.ts';
import type { ReadTable } from '../../evidence/tables/table.ts';

/** Number of different cells by which the kind of a column is decided. */
const SAMPLE = 2000;
/** Largest number of columns of one table. Records of hostile outputs may each have keys of their own. */
export const MOST_COLUMNS = 500;

/**
 * The rows of all tables with the same columns, in one SQL table: `m` is the member, `f` and `l` are the first and last
 * line, `h` is the heading, `c0`, `c1`, … are the cells, and `k0`, `k1`, … are the keys for sorting, once they are
 * needed. All names are made of numbers, so that no text of a device becomes SQL.
 */
export class TableRows {
  readonly name: string;
  readonly #database: DatabaseSync;
  readonly #shape: ReadTable['shape'];
  readonly #columns: string[];
  /** Place of each name; of a name that occurs twice, the first. */
  readonly #places = new Map<string, number>();
  readonly #headings = new Set<string>();
  readonly #members = new Set<number>();
  readonly #kinds = new Map<number, ColumnKind>();
  #insert: StatementSync | undefined;
  #rows = 0;
  #mayLackColumns = false;

  constructor(database: DatabaseSync, index: number, { shape, columns }: Pick<ReadTable, 'shape' | 'columns'>) {
    this.#database = database;
    this.#shape = shape;
    this.#columns = [...columns];
    for (const [place, name] of columns.entries()) if (!this.#places.has(name)) this.#places.set(name, place);
    this.name = `t${index}`;
    const cells = columns.map((_, column) => `, c${column}`).join('');
    database.exec(
      `CREATE TABLE ${this.name} (id INTEGER PRIMARY KEY, m INTEGER, f INTEGER, l INTEGER, h TEXT${cells})`,
    );
  }

  get columns(): readonly string[] {
    return this.#columns;
  }

  get rows(): number {
    return this.#rows;
  }

  get members(): ReadonlySet<number> {
    return this.#members;
  }

  /** Whether one of the tables may lack columns that did not fit. */
  get mayLackColumns(): boolean {
    return this.#mayLackColumns;
  }

  get headings(): ReadonlySet<string> {
    return this.#headings;
  }

  /**
   * Whether rows of a table belong here: its columns are the same, or it has records of which most keys are the same.
   * Records print only the keys that they have.
   */
  accepts({ shape, columns }: ReadTable): boolean {
    if (shape !== this.#shape) return false;
    if (shape !== 'records' && shape !== 'json') {
      return columns.length === this.#columns.length && columns.every((name, column) => name === this.#columns[column]);
    }
    const shared = columns.filter((name) => this.#places.has(name)).length;
    return shared * 2 >= columns.length && columns.length - shared + this.#columns.length <= MOST_COLUMNS;
  }

  /** Adds the rows of one host, at most `most` of them. @returns the number of added rows */
  add(member: number, { columns, rows, heading, mayLackColumns }: ReadTable, most: number): number {
    for (const name of columns) if (!this.#places.has(name)) this.#addColumn(name);
    const order = this.#isOwnOrder(columns) ? undefined : this.#orderOf(columns);
    const insert = (this.#insert ??= this.#prepare());
    const added = rows.slice(0, most);
    for (const { firstLine, lastLine, cells } of added) {
      const own = order?.map((from) => (from < 0 ? null : (cells[from] ?? null))) ?? cells;
      insert.run(member, firstLine, lastLine, heading ?? null, ...own);
    }
    if (heading !== undefined) this.#headings.add(heading);
    if (mayLackColumns === true) this.#mayLackColumns = true;
    this.#members.add(member);
    this.#rows += added.length;
    // Keys of the new rows are missing. They are made again when they are needed.
    if (this.#kinds.size > 0) this.#dropKeys();
    return added.length;
  }

  /** Returns the cells of a row in the order of these columns. Cells of other columns are left out. */
  inOrder(columns: readonly string[], cells: readonly (string | null)[]): readonly (string | null)[] {
    if (this.#isOwnOrder(columns)) return cells;
    return this.#orderOf(columns).map((from) => (from < 0 ? null : (cells[from] ?? null)));
  }

  /** Makes sure that a column has keys for sorting. @returns the name of the SQL column with the keys */
  sortKey(column: number): string {
    const key = `k${column}`;
    if (this.#kinds.has(column)) return key;
    const kind = this.kind(column);
    this.#database.function(`lr_key_${this.name}_${column}`, { deterministic: true }, (cell) =>
      keyOf(kind, typeof cell === 'string' ? cell : null),
    );
    this.#database.exec(
      `ALTER TABLE ${this.name} ADD COLUMN ${key}; UPDATE ${this.name} SET ${key} = lr_key_${this.name}_${column}(c${column})`,
    );
    this.#kinds.set(column, kind);
    return key;
  }

  /** Decides the kind of a column from a sample of its cells. */
  kind(column: number): ColumnKind {
    const known = this.#kinds.get(column);
    if (known !== undefined) return known;
    const found = this.#database
      .prepare(`SELECT c${column} AS cell FROM ${this.name} WHERE c${column} <> '' LIMIT ${SAMPLE}`)
      .all();
    return kindOfColumn(found.map(({ cell }) => (typeof cell === 'string' ? cell : null)));
  }

  /** Returns the places of these columns in another table; -1 if it lacks one. */
  #orderOf(columns: readonly string[]): number[] {
    const places = new Map(columns.map((name, place) => [name, place]));
    return this.#columns.map((name) => places.get(name) ?? -1);
  }

  #isOwnOrder(columns: readonly string[]): boolean {
    return columns.length === this.#columns.length && columns.every((name, column) => name === this.#columns[column]);
  }

  #addColumn(name: string): void {
    this.#database.exec(`ALTER TABLE ${this.name} ADD COLUMN c${this.#columns.length}`);
    this.#places.set(name, this.#columns.push(name) - 1);
    this.#insert = undefined;
  }

  #dropKeys(): void {
    for (const column of this.#kinds.keys()) this.#database.exec(`ALTER TABLE ${this.name} DROP COLUMN k${column}`);
    this.#kinds.clear();
    this.#insert = undefined;
  }

  #prepare(): StatementSync {
    const names = this.#columns.map((_, column) => `, c${column}`).join('');
    const places = this.#columns.map(() => ', ?').join('');
    return this.#database.prepare(`INSERT INTO ${this.name} (m, f, l, h${names}) VALUES (?, ?, ?, ?${places})`);
  }
}
