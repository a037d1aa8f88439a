import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a window waits for another one that is writing, ms. */
const BUSY_MS = 5000;
/** The same where another try comes anyway, ms. */
const BRIEFLY_BUSY_MS = 100;

/** The room of what is deleted can be given back. Stands before the first table. */
export const SPARE_NOTHING = 'PRAGMA auto_vacuum = INCREMENTAL;';

/** SQLite's own files beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** A symbolic link stands where a file of ours belongs. Writing through it would write wherever it leads. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
  readonly code = 'ELOOP';
}

/**
 * Opens a database file, creating folder and tables where they are missing. What is deleted through it is overwritten.
 *
 * @param folder - our own folder, readable by its owner only
 * @param schema - statements that may run again without harm
 * @param before - statements that must stand before a new file's first table
 * @throws LinkRefused, and whatever SQLite or the file system says: the caller decides what to do without a database
 */
export function openDatabase(folder: string, file: string, schema: string, before = ''): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The mode above is for a folder that is made now.
  chmodSync(folder, 0o700);
  for (const end of ['', ...COMPANIONS]) refuseLink(join(folder, file + end));
  const database = new DatabaseSync(join(folder, file));
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_MS.toString()}; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; ${before}
       PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`,
    );
    dropForeign(database);
    database.exec(schema);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new LinkRefused('a symbolic link stands where a file of ours belongs');
  }
}

/** We make neither triggers nor views: those of a file that somebody else made would run with our statements. */
function dropForeign(database: DatabaseSync): void {
  const foreign = database.prepare(`SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')`).all();
  for (const { type, name } of foreign) {
    database.exec(`DROP ${type === 'view' ? 'VIEW' : 'TRIGGER'} IF EXISTS ${quoteName(String(name))}`);
  }
}

/** Quotes a name of a table. Names in a file that somebody else made can hold quotes and statements. */
function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
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
  dropForeign(database);
  const tables = database.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  );
  const names = tables.all().map((row) => quoteName(String(row['name'])));
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const name of names) database.exec(`DELETE FROM ${name}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
}

/**
 * Empties the log beside the file, which holds what was deleted or replaced since it was emptied last. Does not wait for
 * another window that is at work.
 *
 * @returns whether the log is empty
 */
export function emptyLog(database: DatabaseSync): boolean {
  database.exec(`PRAGMA busy_timeout = ${BRIEFLY_BUSY_MS.toString()};`);
  try {
    return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  } finally {
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS.toString()};`);
  }
}

/** Runs work in one transaction: all of it is written, or nothing. */
export function inTransaction<Answer>(database: DatabaseSync, work: () => Answer): Answer {
  database.exec('BEGIN IMMEDIATE');
  try {
    const answer = work();
    database.exec('COMMIT');
    return answer;
  } catch (error) {
    // SQLite has rolled back by itself where it found no room.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Deletes every row of a table of ours. Where there is none it takes no lock, so that it can be called at any time.
 *
 * @returns whether there was any
 */
export function clearTable(database: DatabaseSync, table: string): boolean {
  const name = quoteName(table);
  if (database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined) return false;
  database.exec(`DELETE FROM ${name}`);
  return true;
}
