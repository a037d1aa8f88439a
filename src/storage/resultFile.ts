import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS_FILE, SqliteResultTable } from './resultTable.ts';
import { faultKindOf, reasonOf } from './storageFault.ts';
import type { StorageFault } from './storageFault.ts';

const SET_ASIDE = `${RESULTS_FILE}.damaged-`;
/** A file that could not be opened is left alone for so long: each try may wait for a lock. ms */
const TRY_AGAIN_MS = 4000;
/** SQLite's own files beside a database: they belong to it and to no other. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * The file of results, and what is done when something is wrong with it: a damaged one gets another name and is never
 * deleted, one that was taken away is made anew, and what was asked for is tried once more.
 */
export class ResultFile {
  readonly #folder: string;
  readonly #onFault: (fault: StorageFault) => void;
  #table: SqliteResultTable | undefined;
  #inode: bigint | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;

  /**
   * @param onFault - told of what was done; what cannot be helped is thrown
   */
  constructor(folder: string, onFault: (fault: StorageFault) => void) {
    this.#folder = folder;
    this.#onFault = onFault;
  }

  /**
   * Runs work on the open file.
   *
   * @throws whatever SQLite or the file system says, where a fresh file does not help
   */
  with<Answer>(work: (table: SqliteResultTable) => Answer): Answer {
    try {
      return work(this.#open());
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') throw error;
      this.#onFault({ kind: 'corrupt', setAside: this.#setAside(), reason: reasonOf(error) });
      return work(this.#open());
    }
  }

  /** Deletes the damaged files that were given another name. */
  deleteSetAside(): void {
    for (const name of readdirSync(this.#folder)) {
      if (name.startsWith(SET_ASIDE)) rmSync(join(this.#folder, name), { force: true });
    }
  }

  close(): void {
    this.#table?.close();
    this.#table = undefined;
  }

  #open(): SqliteResultTable {
    if (this.#table !== undefined) {
      if (this.#currentInode() === this.#inode) return this.#table;
      // Writing goes on into a file that nobody will find again.
      this.close();
      this.#onFault({ kind: 'vanished', reason: 'the file is not the one that was opened' });
    }
    if (this.#failed !== undefined && performance.now() - this.#failed.at < TRY_AGAIN_MS) throw this.#failed.error;
    try {
      this.#table = new SqliteResultTable(this.#folder);
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') this.#failed = { error, at: performance.now() };
      throw error;
    }
    this.#failed = undefined;
    this.#inode = this.#currentInode();
    return this.#table;
  }

  /** @returns the new name */
  #setAside(): string {
    try {
      this.close();
    } catch {
      // A damaged file may refuse to be closed in order; it gets another name all the same.
      this.#table = undefined;
    }
    const name = `${SET_ASIDE}${new Date().toISOString().replaceAll(/[:.]/gu, '')}`;
    for (const end of ['', ...COMPANIONS]) {
      const file = join(this.#folder, RESULTS_FILE + end);
      if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) renameSync(file, join(this.#folder, name + end));
    }
    return name;
  }

  #currentInode(): bigint | undefined {
    // A link has an inode of its own: one that took the file's place is seen, and refused when it is opened.
    return lstatSync(join(this.#folder, RESULTS_FILE), { bigint: true, throwIfNoEntry: false })?.ino;
  }
}
