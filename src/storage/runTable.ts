import type { DatabaseSync } from 'node:sqlite';

/** A run whose results were asked for, as JSON. */
export interface RunRow {
  readonly key: string;
  readonly json: string;
}

/** Where runs are kept, for all windows: a window that was closed in the middle can go on. Never holds a result. */
export interface RunTable {
  readonly put: (row: RunRow) => void;
  /** The one that was changed last comes first. */
  readonly list: () => string[];
}

/** Stands in `shared.db`: what the windows of this machine share. */
export const RUN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    -- counts up
    changed INTEGER NOT NULL
  ) STRICT;
`;

/** So many are remembered: the overview of an older run is made anew from its actions. */
const KEPT = 50;

/** Runs in a database that all windows share. */
export class SqliteRunTable implements RunTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put({ key, json }: RunRow): void {
    this.#database
      .prepare(
        `INSERT INTO runs (key, json, changed) VALUES (?, ?, (SELECT COALESCE(MAX(changed), 0) + 1 FROM runs))
         ON CONFLICT (key) DO UPDATE SET json = excluded.json, changed = excluded.changed`,
      )
      .run(key, json);
    this.#database
      .prepare('DELETE FROM runs WHERE key NOT IN (SELECT key FROM runs ORDER BY changed DESC LIMIT ?)')
      .run(KEPT);
  }

  list(): string[] {
    return this.#database
      .prepare('SELECT json FROM runs ORDER BY changed DESC')
      .all()
      .map((row) => String(row['json']));
  }
}

/** The same for one window, where there is no database. */
export class MemoryRunTable implements RunTable {
  readonly #rows = new Map<string, string>();

  put({ key, json }: RunRow): void {
    this.#rows.delete(key);
    this.#rows.set(key, json);
  }

  list(): string[] {
    return [...this.#rows.values()].reverse();
  }
}
