import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { takeClearRows } from './clearTables.ts';
import { COPY_SCHEMA, MemoryCopyTable, SqliteCopyTable } from './copyTable.ts';
import type { CopyRow } from './copyTable.ts';
import { emptyLog, inodeOf, openDatabase } from './database.ts';
import { FOUND_SCHEMA, SqliteFoundTable } from './foundTable.ts';
import type { FoundPage, FoundRow } from './foundTable.ts';
import { MemoryRunTable, RUN_SCHEMA, SqliteRunTable } from './runTable.ts';
import type { RunRow } from './runTable.ts';
import { setFileAside } from './setAside.ts';
import { faultKindOf, reasonOf } from './storageFault.ts';
import type { StorageFault } from './storageFault.ts';

/**
 * Whether the user lets us write a record to the disk. Otherwise the record is kept in memory, or not at all, and all
 * others are deleted from the disk. `inMemory`: only this record must not be written.
 */
export interface KeepOption {
  readonly keep: boolean | 'inMemory';
}

/** Tables of {@link SharedRecords}, in `shared.db`. */
export const RECORD_SCHEMA = RUN_SCHEMA + FOUND_SCHEMA + COPY_SCHEMA;

/**
 * Lifetime of the record of the text that was copied last, in milliseconds. After that time, the same text in the
 * clipboard was probably copied again from another place.
 */
const COPY_LIVES_MS = 60 * 60_000;
/**
 * Delay between a deletion or replacement and the emptying of the database's log, in milliseconds. The log is
 * emptied only once for all changes within that time.
 */
const TIDY_AFTER_MS = 5000;
/** Value of SQLite's `user_version`. 0 marks a file of version 0.1, which still contains deleted rows. */
const FILE_VERSION = 1;

interface RecordFile {
  readonly database: DatabaseSync;
  readonly runs: SqliteRunTable;
  readonly found: SqliteFoundTable;
  readonly copies: SqliteCopyTable;
}

/**
 * Stores the records of `shared.db` about results and actions: runs, the text that was copied last, and changed actions
 * that a window found. These rows name devices and quote command lines. They are therefore packed, and overwritten when
 * they are deleted. If the user wants nothing to be kept, no row is written.
 */
export class SharedRecords {
  readonly #memoryRuns = new MemoryRunTable();
  readonly #memoryCopy = new MemoryCopyTable();
  #file: RecordFile | undefined;
  #tidying: NodeJS.Timeout | undefined;
  #mustRewrite = false;

  /** @param database - has the tables of {@link RECORD_SCHEMA} */
  openIn(database: DatabaseSync, now: number): void {
    this.#file = {
      database,
      runs: new SqliteRunTable(database),
      found: new SqliteFoundTable(database),
      copies: new SqliteCopyTable(database),
    };
    try {
      this.#mustRewrite = database.prepare('PRAGMA user_version').get()?.['user_version'] !== FILE_VERSION;
      const file = this.#opened();
      // Deletes expired rows of earlier windows.
      file?.found.put('', [], now);
      if (now - (file?.copies.last()?.copiedAt ?? now) >= COPY_LIVES_MS) file?.copies.clear();
      this.#tidy();
    } catch {
      // Another window may lock the file now. The file is opened anyway, and the next call tries the deletion again.
      this.#tidySoon();
    }
  }

  /** Keeps further records in memory, because the database is going to be closed. */
  close(): void {
    this.#file = undefined;
    clearTimeout(this.#tidying);
    this.#tidying = undefined;
  }

  putRun(row: RunRow, { keep }: KeepOption): void {
    const file = this.#writable(keep);
    if (file === undefined) {
      this.#memoryRuns.put(row);
      return;
    }
    file.runs.put(row);
    this.#memoryRuns.delete([row.key]);
    this.#tidySoon();
  }

  /** Returns the runs in this window's memory, then the shared runs, each group with the most recent change first. */
  runs(): RunRow[] {
    const own = this.#memoryRuns.list();
    const keys = new Set(own.map(({ key }) => key));
    return [...own, ...(this.#opened()?.runs.list() ?? []).filter(({ key }) => !keys.has(key))];
  }

  deleteRuns(keys: readonly string[]): void {
    this.#memoryRuns.delete(keys);
    this.#opened()?.runs.delete(keys);
  }

  putCopy(row: CopyRow, { keep }: KeepOption): void {
    const file = this.#writable(keep);
    this.#memoryCopy.clear();
    (file?.copies ?? this.#memoryCopy).put(row);
    this.#tidySoon();
  }

  /** Returns the record of the text that was copied last. Returns undefined after {@link COPY_LIVES_MS}. */
  lastCopy(now: number): CopyRow | undefined {
    const own = this.#memoryCopy.last();
    const shared = this.#opened()?.copies.last();
    const last = own === undefined || (shared !== undefined && shared.copiedAt > own.copiedAt) ? shared : own;
    return last === undefined || now - last.copiedAt >= COPY_LIVES_MS ? undefined : last;
  }

  clearCopy(): void {
    this.#memoryCopy.clear();
    this.#opened()?.copies.clear();
  }

  /** Stores found actions for the other windows. If `keep` is false, no other window receives them. */
  putFound(tenant: string, rows: readonly FoundRow[], { keep, now }: KeepOption & { readonly now: number }): void {
    const file = this.#writable(keep);
    if (file === undefined) return;
    file.found.put(tenant, rows, now);
    this.#tidySoon();
  }

  foundAfter(tenant: string, place: number, since: number): FoundPage {
    return this.#opened()?.found.after(tenant, place, since) ?? { found: [], upTo: place };
  }

  deleteFound(tenant: string, actionIds: readonly string[]): void {
    this.#opened()?.found.delete(tenant, actionIds);
  }

  /** Deletes all records from the disk. The records in memory stay. */
  forget(): void {
    const file = this.#opened();
    if (file === undefined) return;
    const had = [file.runs.clear(), file.found.clear(), file.copies.clear()];
    if (had.includes(true)) this.#tidy();
  }

  /** Deletes the runs, and the record of the copied text, in memory. */
  clear(): void {
    this.#memoryRuns.clear();
    this.#memoryCopy.clear();
  }

  /** Removes deleted rows from the file and its log. If another window uses the file, this happens later. */
  tidy(): void {
    try {
      this.#tidy();
    } catch {
      this.#tidySoon();
    }
  }

  /** Returns the file to write to. If `keep` is false, returns undefined and deletes all records from the disk. */
  #writable(keep: KeepOption['keep']): RecordFile | undefined {
    if (keep === 'inMemory') return undefined;
    if (keep) return this.#opened();
    try {
      this.forget();
    } catch {
      // Another window uses the file. The next call tries again, and the record of this call stays in memory.
    }
    return undefined;
  }

  /** Returns the file. First moves rows that a window of version 0.1 wrote in clear text into the packed tables. */
  #opened(): RecordFile | undefined {
    const file = this.#file;
    if (file !== undefined && takeClearRows(file.database, file)) {
      // Version 0.1 does not overwrite the rows that it deletes.
      this.#mustRewrite = true;
      this.#tidySoon();
    }
    return file;
  }

  #tidy(): void {
    clearTimeout(this.#tidying);
    this.#tidying = undefined;
    const database = this.#file?.database;
    if (database === undefined) return;
    if (this.#mustRewrite) {
      database.exec(`VACUUM; PRAGMA user_version = ${FILE_VERSION.toString()};`);
      this.#mustRewrite = false;
    }
    if (!emptyLog(database)) this.#tidySoon();
  }

  #tidySoon(): void {
    if (this.#file === undefined) return;
    this.#tidying ??= setTimeout(() => {
      this.#tidying = undefined;
      this.tidy();
    }, TIDY_AFTER_MS).unref();
  }
}

/** Name of the file in our folder that all windows share. */
export const SHARED_FILE = 'shared.db';

/**
 * Opens the file that all windows share. A damaged file is renamed, and a new one begun: no window could work with it any
 * more. It is opened twice before that, because another window may have begun a new one in between.
 *
 * @param onFault - receives each fault
 * @throws any error of SQLite or the file system that a new file does not solve
 */
export function openSharedFile(folder: string, schema: string, onFault: (fault: StorageFault) => void): DatabaseSync {
  const open = (): DatabaseSync => openDatabase(folder, SHARED_FILE, schema);
  for (let tries = 1; ; tries++) {
    const inode = inodeOf(join(folder, SHARED_FILE));
    try {
      return open();
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') throw error;
      if (tries === 1) continue;
      const setAside = setFileAside(folder, SHARED_FILE, inode);
      if (setAside !== undefined) onFault({ of: 'shared', kind: 'corrupt', setAside, reason: reasonOf(error) });
      return open();
    }
  }
}
