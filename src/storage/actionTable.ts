import type { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A machine action as the API wrote it, kept beside the result that was fetched for it. */
export interface ActionRow {
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
`;

/** More than an action takes, bytes. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** An extra beside the result: where it is damaged there is none. */
function unpackText(packed: Uint8Array): string | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The texts in the database that holds the results, through its connection. */
export class ActionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Replaces the row; undefined removes it. */
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
    const text = unpackText(row['text']);
    if (text === undefined) return undefined;
    return {
      text,
      from: row['origin'] === 'action' ? 'action' : 'list',
      sha256: String(row['sha256']),
      receivedAt: Number(row['received_at']),
      serverDate: typeof date === 'string' ? date : undefined,
    };
  }
}
