import type { DatabaseSync } from 'node:sqlite';
import type { SqliteCopyTable } from './copyTable.ts';
import { inTransaction } from './database.ts';
import type { SqliteFoundTable } from './foundTable.ts';
import type { SqliteRunTable } from './runTable.ts';
import { faultKindOf } from './storageFault.ts';

/** Target tables for the rows of version 0.1. */
interface PackedTables {
  readonly runs: SqliteRunTable;
  readonly found: SqliteFoundTable;
  readonly copies: SqliteCopyTable;
}

/**
 * Tables of version 0.1. They contained clear text; later versions pack it. A window of version 0.1 may still write to
 * them.
 */
const CLEAR_TABLES = ['runs', 'found_actions', 'last_copy'];

/**
 * Moves the rows that version 0.1 wrote in clear text into the packed tables. The tables of version 0.1 are emptied but
 * not dropped, because a window of version 0.1 may still run and write to them.
 *
 * @returns whether there were any rows
 * @throws the error of SQLite when another window is writing
 */
export function takeClearRows(database: DatabaseSync, tables: PackedTables): boolean {
  const filled = findFilled(database);
  if (filled.length === 0) return false;
  const empty = (): void => {
    for (const table of filled) database.exec(`DELETE FROM ${table}`);
  };
  try {
    inTransaction(database, () => {
      for (const table of filled) MOVES[table]?.(database, tables);
      empty();
    });
  } catch (error) {
    if (faultKindOf(error) !== 'other') throw error;
    // The columns differ from those of version 0.1, so version 0.1 did not write the rows.
    inTransaction(database, empty);
  }
  return true;
}

function findFilled(database: DatabaseSync): string[] {
  const names = database
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(CLEAR_TABLES))
    .map((row) => String(row['name']));
  return names.filter((name) => database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() !== undefined);
}

const MOVES: Readonly<Record<string, (database: DatabaseSync, tables: PackedTables) => void>> = {
  runs: (database, { runs }) => {
    for (const { key, json } of database.prepare('SELECT key, json FROM runs ORDER BY changed').all()) {
      runs.put({ key: String(key), json: String(json) });
    }
  },
  found_actions: (database, { found }) => {
    const rows = database
      .prepare('SELECT tenant, action_id, text, received, told, found_at FROM found_actions ORDER BY number')
      .all();
    for (const { tenant, action_id: actionId, text, received, told, found_at: foundAt } of rows) {
      const how = typeof received === 'string' ? received : undefined;
      const row = { actionId: String(actionId), text: String(text), received: how, told: told === 1 };
      found.add(String(tenant), row, Number(foundAt));
    }
  },
  last_copy: (database, { copies }) => {
    const row = database.prepare('SELECT sha256, json, copied_at FROM last_copy').get();
    const copiedAt = Number(row?.['copied_at']);
    if (row === undefined || copiedAt <= (copies.last()?.copiedAt ?? 0)) return;
    copies.put({ sha256: String(row['sha256']), json: String(row['json']), copiedAt });
  },
};
