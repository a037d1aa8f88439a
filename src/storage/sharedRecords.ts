import type { DatabaseSync } from 'node:sqlite';
import { takeClearRows } from './clearTables.ts';
import { COPY_SCHEMA, MemoryCopyTable, SqliteCopyTable } from './copyTable.ts';
import type { CopyRow } from './copyTable.ts';
import { emptyLog } from './database.ts';
import { FOUND_SCHEMA, SqliteFoundTable } from './foundTable.ts';
import type { FoundPage, FoundRow } from './foundTable.ts';
import { MemoryRunTable, RUN_SCHEMA, SqliteRunTable } from './runTable.ts';
import type { RunRow } from './runTable.ts';

/** Whether something may be written to the disk. Else it is kept in memory, or not at all. */
export interface KeepOption {
  readonly keep: boolean;
}

/** Tables of {@link SharedRecords}, in `shared.db`. */
export const RECORD_SCHEMA = RUN_SCHEMA + FOUND_SCHEMA + COPY_SCHEMA;

/** A text that was copied longer ago was copied again since, from who knows where, ms. */
const COPY_LIVES_MS = 60 * 60_000;
/** The log beside the file is emptied so long after something was deleted or replaced, once for all until then. ms */
const TIDY_AFTER_MS = 5000;
/** As SQLite's `user_version`. 0 is a file of version 0.1: what it deleted still stands in it. */
const FILE_VERSION = 1;

interface RecordFile {
  readonly database: DatabaseSync;
  readonly runs: SqliteRunTable;
  readonly found: SqliteFoundTable;
  readonly copies: SqliteCopyTable;
}

/**
 * All that `shared.db` says of results and actions: runs, the last copy, actions that a window found changed. It names
 * devices and quotes command lines, so it is packed, overwritten when it goes, and not written where the person wants
 * nothing to be kept.
 */
export class SharedRecords {
  readonly #memoryRuns = new MemoryRunTable();
  readonly #memoryCopy = new MemoryCopyTable();
  #file: RecordFile | undefined;
  #tidying: NodeJS.Timeout | undefined;
  #mustRewrite = false;

  /** @param database - with {@link RECORD_SCHEMA} */
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
      // What the last windows left stays no longer than it may.
      file?.found.put('', [], now);
      if (now - (file?.copies.last()?.copiedAt ?? now) >= COPY_LIVES_MS) file?.copies.clear();
      this.#tidy();
    } catch {
      // A file that is locked at this moment opens all the same; the next call tries again.
      this.#tidySoon();
    }
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

  /** The one that was changed last comes first; those of this window alone before all others. */
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

  /** The last copy, for as long as it can be what the clipboard holds. */
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

  /** Where it may not be written no other window hears of it. */
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

  /** Deletes all of it from the disk; what is in memory stays. */
  forget(): void {
    const file = this.#opened();
    if (file === undefined) return;
    const had = [file.runs.clear(), file.found.clear(), file.copies.clear()];
    if (had.includes(true)) this.#tidy();
  }

  /** Lets go of what is in memory. */
  clear(): void {
    this.#memoryRuns.clear();
    this.#memoryCopy.clear();
  }

  /** Leaves nothing of what was deleted in the file or in its log, now; later where another window is at work. */
  tidy(): void {
    try {
      this.#tidy();
    } catch {
      this.#tidySoon();
    }
  }

  /** @returns undefined where nothing may be written; then nothing that was written before stays either */
  #writable(keep: boolean): RecordFile | undefined {
    if (keep) return this.#opened();
    try {
      this.forget();
    } catch {
      // Another window is at work: the next call tries again, and this one is kept in memory.
    }
    return undefined;
  }

  /** The file, without anything in clear text that a window of version 0.1 wrote meanwhile. */
  #opened(): RecordFile | undefined {
    const file = this.#file;
    if (file !== undefined && takeClearRows(file.database, file)) {
      // That version does not overwrite what it deletes.
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
