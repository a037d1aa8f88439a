import type { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A machine action as the API wrote it, kept beside the result that was fetched for it. */
export interface ActionRow {
  /** Of the result. */
  readonly key: string;
  /** JSON as it was received. */
  readonly text: string;
  /** Whether it was an answer of its own, or an element of a list. */
  readonly from: 'action' | 'list';
  /** Of the text as UTF-8: lower-case hex. */
  readonly sha256: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly serverDate: string | undefined;
}

/** Where the actions' texts are kept. A row goes with the result of its key. */
export interface ActionTable {
  /** Replaces the row; undefined removes it. */
  readonly put: (key: string, row: ActionRow | undefined) => void;
  readonly get: (key: string) => ActionRow | undefined;
}

/** Stands in `results.db`, after the results. */
export const ACTION_SCHEMA = `
  CREATE TABLE IF NOT EXISTS received_actions (
    key TEXT PRIMARY KEY,
    -- gzip, as the results are: a requestor's comment may quote an attacker's command line
    text BLOB NOT NULL,
    origin TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    server_date TEXT
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS action_goes_with_result AFTER DELETE ON results
    BEGIN DELETE FROM received_actions WHERE key = OLD.key; END;
`;

/** The texts in the database that holds the results, through its connection. */
export class SqliteActionTable implements ActionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put(key: string, row: ActionRow | undefined): void {
    if (row === undefined) {
      this.#database.prepare('DELETE FROM received_actions WHERE key = ?').run(key);
      return;
    }
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO received_actions (key, text, origin, sha256, received_at, server_date)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(key, gzipSync(row.text), row.from, row.sha256, row.receivedAt, row.serverDate ?? null);
  }

  get(key: string): ActionRow | undefined {
    const row = this.#database
      .prepare('SELECT text, origin, sha256, received_at, server_date FROM received_actions WHERE key = ?')
      .get(key);
    if (row === undefined || !(row['text'] instanceof Uint8Array)) return undefined;
    const date = row['server_date'];
    return {
      key,
      text: gunzipSync(row['text']).toString('utf8'),
      from: row['origin'] === 'action' ? 'action' : 'list',
      sha256: String(row['sha256']),
      receivedAt: Number(row['received_at']),
      serverDate: typeof date === 'string' ? date : undefined,
    };
  }
}

/** The same for one session, where there is no database. */
export class MemoryActionTable implements ActionTable {
  readonly #rows = new Map<string, ActionRow>();

  put(key: string, row: ActionRow | undefined): void {
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  get(key: string): ActionRow | undefined {
    return this.#rows.get(key);
  }
}
