import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a window waits for another one that is writing, ms. */
const BUSY_MS = 5000;

/**
 * Opens a database file, creating folder and tables where they are missing.
 *
 * @param folder - our own folder, readable by its owner only
 * @param schema - statements that may run again without harm
 * @throws whatever SQLite or the file system says: the caller decides what to do without a database
 */
export function openDatabase(folder: string, file: string, schema: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The mode above is for a folder that is made now.
  chmodSync(folder, 0o700);
  const database = new DatabaseSync(join(folder, file));
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_MS.toString()}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`,
    );
    database.exec(schema);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}
