import type { DatabaseSync } from 'node:sqlite';

/** A connection without its secrets, as JSON. */
export interface ConnectionRow {
  readonly name: string;
  readonly json: string;
}

/** Storage for connections, shared by all windows. Never contains a secret. */
export interface ConnectionTable {
  readonly list: () => ConnectionRow[];
  readonly put: (row: ConnectionRow) => void;
  readonly delete: (name: string) => void;
  /** Returns the connection that was made active last, in any window. */
  readonly active: () => string | undefined;
  readonly activate: (name: string) => void;
}

/** Schema of the connections in `shared.db`, which the windows of this machine share. */
export const CONNECTION_SCHEMA = `
  CREATE TABLE IF NOT EXISTS connections (
    name TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    -- counts up
    activated_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;

/** Connections in a database that all windows share. */
export class SqliteConnectionTable implements ConnectionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  list(): ConnectionRow[] {
    const rows = this.#database.prepare('SELECT name, json FROM connections ORDER BY rowid').all();
    return rows.map((row) => ({ name: String(row['name']), json: String(row['json']) }));
  }

  put(row: ConnectionRow): void {
    this.#database
      .prepare(
        'INSERT INTO connections (name, json) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET json = excluded.json',
      )
      .run(row.name, row.json);
  }

  delete(name: string): void {
    this.#database.prepare('DELETE FROM connections WHERE name = ?').run(name);
  }

  active(): string | undefined {
    const row = this.#database
      .prepare('SELECT name FROM connections ORDER BY activated_at DESC, rowid DESC LIMIT 1')
      .get();
    return row === undefined ? undefined : String(row['name']);
  }

  activate(name: string): void {
    this.#database
      .prepare('UPDATE connections SET activated_at = (SELECT MAX(activated_at) FROM connections) + 1 WHERE name = ?')
      .run(name);
  }
}

/** Connections in memory for one session, if there is no database. */
export class MemoryConnectionTable implements ConnectionTable {
  readonly #rows = new Map<string, ConnectionRow>();
  #active: string | undefined;

  list(): ConnectionRow[] {
    return [...this.#rows.values()];
  }

  put(row: ConnectionRow): void {
    this.#rows.set(row.name, row);
  }

  delete(name: string): void {
    this.#rows.delete(name);
    if (this.#active === name) this.#active = undefined;
  }

  active(): string | undefined {
    return this.#active ?? [...this.#rows.keys()].at(-1);
  }

  activate(name: string): void {
    this.#active = name;
  }
}
