import type { DatabaseSync } from 'node:sqlite';
import { clearTable, inTransaction } from './database.ts';
import { pack, unpack } from './packed.ts';

/** A machine action that one window's call returned, stored for the other windows. */
export interface FoundRow {
  readonly actionId: string;
  /** JSON as the API wrote it. If that text was no longer available, our own JSON of the parsed action. */
  readonly text: string;
  /** Facts about how the API's text was received, as JSON. Undefined if {@link text} is our own JSON. */
  readonly received: string | undefined;
  /** Whether the window that found the action notifies the user that the action has ended. */
  readonly told: boolean;
}

/** Actions found after a place in the order of finding, and the place for the next call. */
export interface FoundPage {
  readonly found: readonly FoundRow[];
  readonly upTo: number;
}

/**
 * Machine actions that windows found, for windows that make no calls of their own. Each action has one row, which is
 * deleted after {@link FOUND_LIVES_MS}.
 */
export interface FoundTable {
  /**
   * Stores the rows that are not stored already.
   * @param now - ms since 1970
   */
  readonly put: (tenant: string, rows: readonly FoundRow[], now: number) => void;
  /**
   * Returns the actions found after a place.
   * @param place - the `upTo` of the previous answer; 0 at first
   * @param since - earliest time at which an action was found, ms since 1970
   */
  readonly after: (tenant: string, place: number, since: number) => FoundPage;
  readonly delete: (tenant: string, actionIds: readonly string[]) => void;
  /** Deletes all rows. @returns whether there were any rows */
  readonly clear: () => boolean;
}

/**
 * Lifetime of a found action, in milliseconds: one working shift. A view that was hidden for longer is out of date
 * until it is refreshed or makes its own call.
 */
export const FOUND_LIVES_MS = 8 * 60 * 60_000;
/** Limit for the found actions of all tenants together. The oldest actions are deleted. */
export const MOST_FOUND = 1000;

/** Schema of the found actions in `shared.db`, which the windows of this machine share. */
export const FOUND_SCHEMA = `
  CREATE TABLE IF NOT EXISTS packed_found (
    -- counts up, and never begins anew: other windows remember where they are
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    action_id TEXT NOT NULL,
    -- the action's text, and how it was received: see pack()
    packed BLOB NOT NULL,
    told INTEGER NOT NULL,
    -- ms since 1970
    found_at INTEGER NOT NULL,
    UNIQUE (tenant, action_id)
  ) STRICT;
`;

/** Found actions in a database that all windows share. */
export class SqliteFoundTable implements FoundTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put(tenant: string, rows: readonly FoundRow[], now: number): void {
    inTransaction(this.#database, () => {
      for (const row of rows.slice(-MOST_FOUND)) this.add(tenant, row, now);
      this.#purge(now);
    });
  }

  /** Stores a row unless it is stored already with the same text. The caller must have begun a transaction. */
  add(tenant: string, { actionId, text, received, told }: FoundRow, now: number): void {
    const before = this.#database
      .prepare('SELECT packed, told FROM packed_found WHERE tenant = ? AND action_id = ?')
      .get(tenant, actionId);
    if (readPacked(before?.['packed'])?.text === text) return;
    const packed = pack(JSON.stringify([text, received ?? null]));
    this.#database
      .prepare('INSERT OR REPLACE INTO packed_found (tenant, action_id, packed, told, found_at) VALUES (?, ?, ?, ?, ?)')
      .run(tenant, actionId, packed, told || before?.['told'] === 1 ? 1 : 0, now);
  }

  after(tenant: string, place: number, since: number): FoundPage {
    const rows = this.#database
      .prepare(
        `SELECT number, action_id, packed, told FROM packed_found
         WHERE tenant = ? AND number > ? AND found_at >= ? ORDER BY number`,
      )
      .all(tenant, place, since);
    const found = rows.flatMap(({ action_id: actionId, packed, told }) => {
      const read = readPacked(packed);
      return read === undefined ? [] : { actionId: String(actionId), ...read, told: told === 1 };
    });
    return { found, upTo: Number(rows.at(-1)?.['number'] ?? place) };
  }

  delete(tenant: string, actionIds: readonly string[]): void {
    const statement = this.#database.prepare('DELETE FROM packed_found WHERE tenant = ? AND action_id = ?');
    for (const id of actionIds) statement.run(tenant, id);
  }

  clear(): boolean {
    return clearTable(this.#database, 'packed_found');
  }

  #purge(now: number): void {
    // Also deletes times far in the future. A wrong clock wrote them.
    this.#database
      .prepare('DELETE FROM packed_found WHERE found_at <= ? OR found_at > ?')
      .run(now - FOUND_LIVES_MS, now + FOUND_LIVES_MS);
    this.#database
      .prepare(
        `DELETE FROM packed_found
         WHERE number NOT IN (SELECT number FROM packed_found ORDER BY number DESC LIMIT ${MOST_FOUND.toString()})`,
      )
      .run();
  }
}

/** Unpacks a row that {@link SqliteFoundTable.put} packed. Returns undefined for any other value. */
function readPacked(packed: unknown): Pick<FoundRow, 'text' | 'received'> | undefined {
  const json = unpack(packed);
  if (json === undefined) return undefined;
  let pair: unknown;
  try {
    pair = JSON.parse(json);
  } catch {
    return undefined;
  }
  const [text, received] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
  return typeof text === 'string' ? { text, received: typeof received === 'string' ? received : undefined } : undefined;
}

/** Stores nothing. Without a database, no window can read the actions that another window found. */
export class MemoryFoundTable implements FoundTable {
  put(): void {
    // Only this window could read the row, and it has the action already.
  }

  after(_tenant: string, place: number): FoundPage {
    return { found: [], upTo: place };
  }

  delete(): void {
    // Nothing is stored, so there is nothing to delete.
  }

  clear(): boolean {
    return false;
  }
}
