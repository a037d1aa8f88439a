import type { DatabaseSync } from 'node:sqlite';
import { clearTable } from './database.ts';
import { pack, unpack } from './packed.ts';

/** A run whose results the user requested, as JSON. */
export interface RunRow {
  readonly key: string;
  readonly json: string;
}

/** Storage for runs, shared by all windows. A run can continue after its window was closed. Never contains a result. */
export interface RunTable {
  readonly put: (row: RunRow) => void;
  /** Returns the runs. The most recently changed run comes first. */
  readonly list: () => RunRow[];
  readonly delete: (keys: readonly string[]) => void;
  /** Deletes all runs. @returns whether there were any runs */
  readonly clear: () => boolean;
}

/** Schema of the runs in `shared.db`, which the windows of this machine share. */
export const RUN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS packed_runs (
    key TEXT PRIMARY KEY,
    -- names devices, scripts and comments: see pack()
    packed BLOB NOT NULL,
    -- counts up
    changed INTEGER NOT NULL
  ) STRICT;
`;

/** Maximum number of stored runs. The overview of an older run is computed again from its actions. */
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
        `INSERT INTO packed_runs (key, packed, changed)
         VALUES (?, ?, (SELECT COALESCE(MAX(changed), 0) + 1 FROM packed_runs))
         ON CONFLICT (key) DO UPDATE SET packed = excluded.packed, changed = excluded.changed`,
      )
      .run(key, pack(json));
    this.#database
      .prepare('DELETE FROM packed_runs WHERE key NOT IN (SELECT key FROM packed_runs ORDER BY changed DESC LIMIT ?)')
      .run(KEPT);
  }

  list(): RunRow[] {
    return this.#database
      .prepare('SELECT key, packed FROM packed_runs ORDER BY changed DESC')
      .all()
      .flatMap((row) => {
        const json = unpack(row['packed']);
        return json === undefined ? [] : { key: String(row['key']), json };
      });
  }

  delete(keys: readonly string[]): void {
    const statement = this.#database.prepare('DELETE FROM packed_runs WHERE key = ?');
    for (const key of keys) statement.run(key);
  }

  clear(): boolean {
    return clearTable(this.#database, 'packed_runs');
  }
}

/** Runs in memory for one window, if there is no database or the user wants nothing to be written to it. */
export class MemoryRunTable implements RunTable {
  readonly #rows = new Map<string, string>();

  put({ key, json }: RunRow): void {
    this.#rows.delete(key);
    this.#rows.set(key, json);
  }

  list(): RunRow[] {
    return [...this.#rows].map(([key, json]) => ({ key, json })).reverse();
  }

  delete(keys: readonly string[]): void {
    for (const key of keys) this.#rows.delete(key);
  }

  clear(): boolean {
    const had = this.#rows.size > 0;
    this.#rows.clear();
    return had;
  }
}
