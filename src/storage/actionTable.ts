import type { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A machine action as the API wrote it, kept beside the result that was fetched for it. */
export interface ActionRow {
  /** JSON as it was received. */
  readonly text: string;
  /** Call that returned the text: `action` for the action alone, `list` for a list of actions. */
  readonly from: 'action' | 'list';
  /** SHA-256 of the text as UTF-8, lower-case hex. */
  readonly sha256: string;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly serverDate: string | undefined;
}

/** Schema of the received actions in `results.db`. Runs after the schema of the results. */
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

/** Limit for an unpacked text, in bytes. No action is that large. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Unpacks an action's text. A damaged text counts as missing, because the result is usable without it. */
function unpackText(packed: Uint8Array): string | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Stores the texts in the database of the results, through that database's connection. */
export class ActionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Replaces the row of a key. If `row` is undefined, deletes the row. */
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
