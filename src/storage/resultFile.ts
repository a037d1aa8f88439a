import { join } from 'node:path';
import { BRIEFLY_BUSY_MS, inodeOf } from './database.ts';
import { RESULTS_FILE, SqliteResultTable } from './resultTable.ts';
import { deleteSetAside, setFileAside } from './setAside.ts';
import { faultKindOf, reasonOf } from './storageFault.ts';
import type { StorageFault } from './storageFault.ts';

/** Wait before the next try to open the file, in milliseconds. Each try blocks the thread for a moment. */
const TRY_AGAIN_MS = 4000;

/**
 * Opens the file of results and handles its faults. A damaged file is renamed and never deleted. If the file was
 * removed or renamed, that is reported. In both cases the work continues in a new file.
 */
export class ResultFile {
  readonly #folder: string;
  readonly #onFault: (fault: StorageFault) => void;
  #table: SqliteResultTable | undefined;
  #inode: bigint | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;

  /** @param onFault - receives each fault that was handled; any other fault is thrown */
  constructor(folder: string, onFault: (fault: StorageFault) => void) {
    this.#folder = folder;
    this.#onFault = onFault;
  }

  /**
   * Runs work on the open file.
   *
   * @throws any error of SQLite or the file system that a new file does not solve
   */
  with<Answer>(work: (table: SqliteResultTable) => Answer): Answer {
    try {
      return work(this.#open());
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') throw error;
      const setAside = this.#setAside();
      const reason = reasonOf(error);
      this.#onFault(setAside === undefined ? { kind: 'vanished', reason } : { kind: 'corrupt', setAside, reason });
      return work(this.#open());
    }
  }

  /** Deletes the damaged files that were renamed. */
  deleteSetAside(): void {
    deleteSetAside(this.#folder);
  }

  close(): void {
    this.#table?.close();
    this.#table = undefined;
  }

  #open(): SqliteResultTable {
    if (this.#table !== undefined) {
      if (this.#currentInode() === this.#inode) return this.#table;
      // The open file was removed or renamed, so everything written to it would be lost.
      this.close();
      this.#onFault({ kind: 'vanished', reason: 'the file is not the one that was opened' });
    }
    if (this.#failed !== undefined && performance.now() - this.#failed.at < TRY_AGAIN_MS) throw this.#failed.error;
    this.#inode = this.#currentInode();
    try {
      // A file that was locked for seconds must not delay each request as long.
      this.#table = new SqliteResultTable(this.#folder, this.#failed === undefined ? undefined : BRIEFLY_BUSY_MS);
    } catch (error) {
      if (faultKindOf(error) !== 'corrupt') this.#failed = { error, at: performance.now() };
      throw error;
    }
    this.#failed = undefined;
    this.#inode = this.#currentInode();
    return this.#table;
  }

  /** Renames the damaged file, unless another window did. @returns the new name */
  #setAside(): string | undefined {
    try {
      this.close();
    } catch {
      // SQLite may refuse to close a damaged file properly. The file is renamed anyway.
      this.#table = undefined;
    }
    return setFileAside(this.#folder, RESULTS_FILE, this.#inode);
  }

  #currentInode(): bigint | undefined {
    return inodeOf(join(this.#folder, RESULTS_FILE));
  }
}
