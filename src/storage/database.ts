import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a window waits for another one that is writing, ms. */
const BUSY_MS = 5000;

/** What is deleted is overwritten, and its room can be given back. Stands before the first table. */
export const SPARE_NOTHING = 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON;';

/**
 * Opens a database file, creating folder and tables where they are missing.
 *
 * @param folder - our own folder, readable by its owner only
 * @param schema - statements that may run again without harm
 * @param before - statements that must stand before a new file's first table
 * @throws whatever SQLite or the file system says: the caller decides what to do without a database
 */
export function openDatabase(folder: string, file: string, schema: string, before = ''): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The mode above is for a folder that is made now.
  chmodSync(folder, 0o700);
  const database = new DatabaseSync(join(folder, file));
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_MS.toString()}; ${before} PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`,
    );
    database.exec(schema);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Gives the room of deleted rows back, and leaves nothing of them in the log beside the file. */
export function releaseDeleted(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'];
  // A file of an earlier version gets the mode by being written anew, once.
  database.exec(mode === 2 ? 'PRAGMA incremental_vacuum;' : `${SPARE_NOTHING} VACUUM;`);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE);');
}

/** Deletes every row of every table, for good. */
export function emptyDatabase(database: DatabaseSync): void {
  database.exec('PRAGMA secure_delete = ON;');
  const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`);
  const names = tables.all().map((row) => String(row['name']));
  database.exec(['BEGIN IMMEDIATE', ...names.map((name) => `DELETE FROM "${name}"`), 'COMMIT'].join(';'));
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
}
