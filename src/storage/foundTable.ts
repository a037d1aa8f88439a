import type { DatabaseSync } from 'node:sqlite';

/** A machine action that came in one window's answer, for the others. */
export interface FoundRow {
  readonly actionId: string;
  /** JSON: as the API wrote it, or where that was not kept any more, as it was read. */
  readonly text: string;
  /** How the API's own text was received, as JSON; undefined where {@link text} is not that. */
  readonly received: string | undefined;
  /** A window tells the person that it has ended. */
  readonly told: boolean;
}

/** What was found since a place, and the place to go on from. */
export interface FoundPage {
  readonly found: readonly FoundRow[];
  readonly upTo: number;
}

/** What windows found about machine actions, for those that do not ask themselves: one row an action, for a while. */
export interface FoundTable {
  /**
   * Keeps what is not here already.
   * @param now - ms since 1970
   */
  readonly put: (tenant: string, rows: readonly FoundRow[], now: number) => void;
  /**
   * @param place - what was answered as `upTo` before; 0 at first
   * @param since - only what was found then or later, ms since 1970
   */
  readonly after: (tenant: string, place: number, since: number) => FoundPage;
}

/** A shift: a view that was hidden for longer is behind until it is refreshed, or asks itself. ms */
export const FOUND_LIVES_MS = 8 * 60 * 60_000;
/** So many are kept, of all tenants; the oldest go. */
export const MOST_FOUND = 1000;

/** Stands in `shared.db`: what the windows of this machine share. */
export const FOUND_SCHEMA = `
  CREATE TABLE IF NOT EXISTS found_actions (
    -- counts up, and never begins anew: other windows remember where they are
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    action_id TEXT NOT NULL,
    text TEXT NOT NULL,
    received TEXT,
    told INTEGER NOT NULL,
    -- ms since 1970
    found_at INTEGER NOT NULL,
    UNIQUE (tenant, action_id)
  ) STRICT;
`;

/** What was found, in a database that all windows share. */
export class SqliteFoundTable implements FoundTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put(tenant: string, rows: readonly FoundRow[], now: number): void {
    const known = this.#database.prepare('SELECT text, told FROM found_actions WHERE tenant = ? AND action_id = ?');
    const insert = this.#database.prepare(
      `INSERT OR REPLACE INTO found_actions (tenant, action_id, text, received, told, found_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { actionId, text, received, told } of rows.slice(-MOST_FOUND)) {
        const before = known.get(tenant, actionId);
        if (before?.['text'] === text) continue;
        insert.run(tenant, actionId, text, received ?? null, told || before?.['told'] === 1 ? 1 : 0, now);
      }
      this.#purge(now);
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself where it found no room.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  after(tenant: string, place: number, since: number): FoundPage {
    const rows = this.#database
      .prepare(
        `SELECT number, action_id, text, received, told FROM found_actions
         WHERE tenant = ? AND number > ? AND found_at >= ? ORDER BY number`,
      )
      .all(tenant, place, since);
    const found = rows.map(({ action_id: actionId, text, received, told }) => ({
      actionId: String(actionId),
      text: String(text),
      received: typeof received === 'string' ? received : undefined,
      told: told === 1,
    }));
    return { found, upTo: Number(rows.at(-1)?.['number'] ?? place) };
  }

  #purge(now: number): void {
    // What lies ahead was found by a clock that was wrong.
    this.#database
      .prepare('DELETE FROM found_actions WHERE found_at <= ? OR found_at > ?')
      .run(now - FOUND_LIVES_MS, now + FOUND_LIVES_MS);
    this.#database
      .prepare(
        `DELETE FROM found_actions
         WHERE number NOT IN (SELECT number FROM found_actions ORDER BY number DESC LIMIT ${MOST_FOUND.toString()})`,
      )
      .run();
  }
}

/** Where there is no database no window hears of another: nothing is kept. */
export class MemoryFoundTable implements FoundTable {
  put(): void {
    // Its only reader would be the window that has found it.
  }

  after(_tenant: string, place: number): FoundPage {
    return { found: [], upTo: place };
  }
}
