import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { faultKindOf } from './storageFault.ts';

/** Longest wait for another window that is writing, in milliseconds. */
const BUSY_MS = 5000;
/** Shorter wait for another window, in milliseconds, if the work is tried again later anyway. */
export const BRIEFLY_BUSY_MS = 100;

/** Pause before a new file is opened again that another window locks, in milliseconds. */
const RETRY_MS = 20;

/** Lets SQLite return the space of deleted rows to the disk. Must run before the first table is created. */
export const SPARE_NOTHING = 'PRAGMA auto_vacuum = INCREMENTAL;';

/** SQLite's own files beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** Thrown when one of our files is a symbolic link. A write would change the link's target. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
  readonly code = 'ELOOP';
}

/**
 * Opens a database file, and creates its folder and tables if they are missing. SQLite overwrites the rows that the
 * returned connection deletes.
 *
 * @param folder - our own folder, readable by its owner only
 * @param schema - statements that create what is missing, and that can run again without harm
 * @param before - statements that must run before a new file's first table
 * @param busyMs - longest wait for another window until the file is open
 * @throws LinkRefused, and any error of SQLite or the file system. The caller decides what to do without a database.
 */
export function openDatabase(
  folder: string,
  file: string,
  schema: string,
  before = '',
  busyMs = BUSY_MS,
): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // `mkdirSync` sets the mode only of a folder that it creates.
  chmodSync(folder, 0o700);
  for (const end of ['', ...COMPANIONS]) refuseLink(join(folder, file + end));
  const database = new DatabaseSync(join(folder, file));
  try {
    whenUnlocked(busyMs, () => {
      database.exec(
        `PRAGMA busy_timeout = ${busyMs.toString()}; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; ${before}
         PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`,
      );
      dropForeign(database);
      database.exec(schema);
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS.toString()};`);
    });
  } catch (error) {
    closeAnyway(database);
    throw error;
  }
  return database;
}

/** Closes a database. A damaged one may refuse that. */
export function closeAnyway(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // The fault for which it is closed says more.
  }
}

/**
 * Runs work again while another window locks the file, up to a time in milliseconds. `busy_timeout` is not enough: if two
 * windows open a new file at the same moment, both need the same lock to change its journal mode, and SQLite refuses
 * one of them at once.
 */
function whenUnlocked(busyMs: number, work: () => void): void {
  // Another clock than the system's, which can be set back meanwhile.
  const deadline = performance.now() + busyMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (faultKindOf(error) !== 'locked' || performance.now() >= deadline) throw error;
      // Blocks only the store's own thread.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** Returns the inode of a file, or undefined if there is none. Of a link, it is that of the link itself. */
export function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new LinkRefused('a symbolic link stands where a file of ours belongs');
  }
}

/**
 * Drops all triggers and views. We create none. A trigger in a file that someone else made would run with our
 * statements.
 */
function dropForeign(database: DatabaseSync): void {
  const foreign = database.prepare(`SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')`).all();
  for (const { type, name } of foreign) {
    database.exec(`DROP ${type === 'view' ? 'VIEW' : 'TRIGGER'} IF EXISTS ${quoteName(String(name))}`);
  }
}

/** Quotes the name of a table. A name in a file that someone else made can contain quotation marks and statements. */
function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns the space of deleted rows to the disk, and removes the rows from the log beside the file. */
export function releaseDeleted(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'];
  // A file of an earlier version has another mode. SQLite changes the mode only when it rewrites the file (`VACUUM`).
  database.exec(mode === 2 ? 'PRAGMA incremental_vacuum;' : `${SPARE_NOTHING} VACUUM;`);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE);');
}

/** Deletes every row of every table, so that the rows cannot be recovered. */
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
 * Empties the log beside the file. The log contains the rows deleted or replaced since it was last emptied. Waits only
 * {@link BRIEFLY_BUSY_MS} for another window that uses the file.
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

/** Runs work in one transaction: SQLite writes all changes, or none. Inside a transaction, it becomes part of it. */
export function inTransaction<Answer>(database: DatabaseSync, work: () => Answer): Answer {
  return database.isTransaction ? work() : begin(database, work);
}

function begin<Answer>(database: DatabaseSync, work: () => Answer): Answer {
  database.exec('BEGIN IMMEDIATE');
  try {
    const answer = work();
    database.exec('COMMIT');
    return answer;
  } catch (error) {
    // SQLite rolls back by itself when the disk is full.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Deletes every row of one of our tables. Takes no lock if the table is empty, so that it can be called at any time.
 *
 * @returns whether there were any rows
 */
export function clearTable(database: DatabaseSync, table: string): boolean {
  const name = quoteName(table);
  if (database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined) return false;
  database.exec(`DELETE FROM ${name}`);
  return true;
}
