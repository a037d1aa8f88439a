import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** `shared.db` as version 0.1 (commit 023f1f9) creates it at opening. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS last_copy (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sha256 TEXT NOT NULL,
    json TEXT NOT NULL,
    copied_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    changed INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS found_actions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    action_id TEXT NOT NULL,
    text TEXT NOT NULL,
    received TEXT,
    told INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    UNIQUE (tenant, action_id)
  ) STRICT;
`;

/**
 * The statements of a window that still runs version 0.1, word for word. They are kept here because that version's code
 * is gone.
 */
export class Window01 {
  readonly shared: DatabaseSync;
  readonly results: DatabaseSync;

  constructor(folder: string) {
    this.shared = new DatabaseSync(path.join(folder, 'shared.db'));
    this.results = new DatabaseSync(path.join(folder, 'results.db'));
    for (const database of [this.shared, this.results]) {
      database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    }
    this.shared.exec(SCHEMA);
  }

  putRun(key: string, json: string): void {
    this.shared
      .prepare(
        `INSERT INTO runs (key, json, changed) VALUES (?, ?, (SELECT COALESCE(MAX(changed), 0) + 1 FROM runs))
         ON CONFLICT (key) DO UPDATE SET json = excluded.json, changed = excluded.changed`,
      )
      .run(key, json);
    this.shared
      .prepare('DELETE FROM runs WHERE key NOT IN (SELECT key FROM runs ORDER BY changed DESC LIMIT ?)')
      .run(50);
  }

  runs(): string[] {
    return this.shared
      .prepare('SELECT json FROM runs ORDER BY changed DESC')
      .all()
      .map((row) => String(row['json']));
  }

  putFound(tenant: string, actionId: string, text: string, now: number): void {
    const known = this.shared.prepare('SELECT text, told FROM found_actions WHERE tenant = ? AND action_id = ?');
    const insert = this.shared.prepare(
      `INSERT OR REPLACE INTO found_actions (tenant, action_id, text, received, told, found_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.shared.exec('BEGIN IMMEDIATE');
    if (known.get(tenant, actionId)?.['text'] !== text) insert.run(tenant, actionId, text, null, 0, now);
    this.shared
      .prepare('DELETE FROM found_actions WHERE found_at <= ? OR found_at > ?')
      .run(now - 28_800_000, now + 28_800_000);
    this.shared
      .prepare(
        `DELETE FROM found_actions
         WHERE number NOT IN (SELECT number FROM found_actions ORDER BY number DESC LIMIT 1000)`,
      )
      .run();
    this.shared.exec('COMMIT');
  }

  foundAfter(tenant: string, place: number, since: number): { readonly ids: string[]; readonly upTo: number } {
    const rows = this.shared
      .prepare(
        `SELECT number, action_id, text, received, told FROM found_actions
         WHERE tenant = ? AND number > ? AND found_at >= ? ORDER BY number`,
      )
      .all(tenant, place, since);
    return { ids: rows.map((row) => String(row['action_id'])), upTo: Number(rows.at(-1)?.['number'] ?? place) };
  }

  putCopy(sha256: string, json: string, copiedAt: number): void {
    this.shared
      .prepare('INSERT OR REPLACE INTO last_copy (only_row, sha256, json, copied_at) VALUES (1, ?, ?, ?)')
      .run(sha256, json, copiedAt);
  }

  lastCopy(): string | undefined {
    const row = this.shared.prepare('SELECT sha256, json, copied_at FROM last_copy').get();
    return row === undefined ? undefined : String(row['sha256']);
  }

  connections(): string[] {
    const rows = this.shared.prepare('SELECT name, json FROM connections ORDER BY rowid').all();
    return rows.map((row) => String(row['name']));
  }

  takeLease(name: string, holder: string, until: number, now: number): boolean {
    const taken = this.shared
      .prepare(
        `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE leases.until <= ? OR leases.until > ? OR leases.holder = excluded.holder`,
      )
      .run(name, holder, until, now, now + 120_000);
    return Number(taken.changes) === 1;
  }

  /** Returns the facts of a stored result, as JSON. */
  facts(key: string): string | undefined {
    const facts = this.results.prepare('SELECT facts FROM results WHERE key = ?').get(key)?.['facts'];
    return typeof facts === 'string' ? facts : undefined;
  }

  putResult(key: string, tenant: string, fetchedAt: number, facts: string, packed: Uint8Array): void {
    this.results
      .prepare('INSERT OR REPLACE INTO results (key, tenant, fetched_at, facts, bytes) VALUES (?, ?, ?, ?, ?)')
      .run(key, tenant, fetchedAt, facts, packed);
  }

  close(): void {
    this.shared.close();
    this.results.close();
  }
}
