import type { ActionRow } from './actionTable.ts';
import { MemoryResultTable } from './memoryResultTable.ts';
import { ResultFile } from './resultFile.ts';
import { byAge } from './resultRow.ts';
import type { ListedRow, PageRow, ResultRow, ResultTable, RowPlace } from './resultRow.ts';
import type { LargeEnd, SqliteResultTable } from './resultTable.ts';
import { faultKindOf, reasonOf } from './storageFault.ts';
import type { StorageFault } from './storageFault.ts';

/**
 * All results of this window. Results that must not or could not be written to the file are stored in memory. After a
 * fault of the file, a result that was just fetched is still available, and the session continues.
 */
export class KeptResults implements ResultTable {
  readonly #memory = new MemoryResultTable();
  readonly #onFault: (fault: StorageFault) => void;
  #file: ResultFile | undefined;
  #version: number | undefined;

  constructor(onFault: (fault: StorageFault) => void) {
    this.#onFault = onFault;
  }

  /** Uses the file in a folder. If the file has a fault, reports the fault and keeps results in memory. */
  openIn(folder: string): void {
    if (this.#file !== undefined) return;
    this.#file = new ResultFile(folder, this.#onFault);
    this.#version = this.#inFile((table) => table.version());
  }

  /** @param keep - whether the row may be written to the disk */
  put(row: ResultRow, keep = true): void {
    if (keep && this.#file !== undefined) {
      const stored = this.#inFile((table) => {
        table.put(row);
        return true;
      });
      if (stored === true) {
        this.#memory.delete([row.key]);
        return;
      }
    }
    this.#memory.put(row);
  }

  /** Stores a result that arrived in pieces. @throws as {@link inPieces} does */
  putLarge(row: ResultRow, end: LargeEnd): void {
    this.inPieces((table) => {
      table.putLarge(row, end);
    });
    this.#memory.delete([row.key]);
  }

  /**
   * Runs work on results that are too large for memory.
   * @throws Error if there is no file, and any error of SQLite or the file system
   */
  inPieces<Answer>(work: (table: SqliteResultTable) => Answer): Answer {
    if (this.#file === undefined) throw new Error('There is no file of results.');
    return this.#file.with(work);
  }

  /** Deletes some pieces of dropped or abandoned results. @returns whether there are more pieces to delete */
  sweepLarge(): boolean {
    return this.#file?.with((table) => table.sweepLarge(Date.now())) ?? false;
  }

  facts(key: string): string | undefined {
    return this.#memory.facts(key) ?? this.#reading((table) => table.facts(key));
  }

  bytes(key: string): Uint8Array | undefined {
    return this.#memory.bytes(key) ?? this.#reading((table) => table.bytes(key));
  }

  action(key: string): ActionRow | undefined {
    if (this.#memory.facts(key) !== undefined) return this.#memory.action(key);
    return this.#reading((table) => table.action(key));
  }

  /**
   * Returns the next results of a tenant as {@link page} does. A file that cannot be used counts as empty.
   *
   * @throws the error if the file is locked, or fails after the first page: a part of a list must not pass for the whole
   */
  list(tenant: string, behind: RowPlace | undefined, limit: number): PageRow[] {
    return this.#merge(behind, limit, tenant, (from) => {
      try {
        return this.#orThrow((table) => table.page(from, limit, tenant));
      } catch (error) {
        const kind = faultKindOf(error);
        if (kind === 'locked' || from !== undefined) throw error;
        this.#onFault({ kind, reason: reasonOf(error) });
        return undefined;
      }
    });
  }

  sizes(): ListedRow[] {
    const inMemory = this.#memory.sizes();
    const keys = new Set(inMemory.map(({ key }) => key));
    const inFile = this.#inFile((table) => table.sizes()) ?? [];
    return [...inMemory, ...inFile.filter(({ key }) => !keys.has(key))].sort(byAge);
  }

  page(behind: RowPlace | undefined, limit: number): PageRow[] {
    return this.#merge(behind, limit, undefined, (from) => this.#reading((table) => table.page(from, limit)));
  }

  /** Merges a page of the file with one of the memory, which holds the later one of two results with one key. */
  #merge(
    behind: RowPlace | undefined,
    limit: number,
    tenant: string | undefined,
    read: (from: RowPlace | undefined) => readonly PageRow[] | undefined,
  ): PageRow[] {
    for (let from = behind; ;) {
      const inFile = read(from) ?? [];
      // Rows of the memory that are older wait for the next page, because the file may have younger ones.
      const end = inFile.length < limit ? undefined : inFile.at(-1);
      const inMemory = this.#memory
        .page(from, limit, tenant)
        .filter((row) => end === undefined || byAge(row, end) <= 0);
      const others = inFile.filter(({ key }) => this.#memory.facts(key) === undefined);
      const merged = [...inMemory, ...others].sort(byAge).slice(0, limit);
      if (merged.length > 0 || end === undefined) return merged;
      from = end;
    }
  }

  quote(key: string, at: number): void {
    if (this.#memory.facts(key) !== undefined) this.#memory.quote(key);
    else {
      this.#inFile((table) => {
        table.quote(key, at);
      });
    }
  }

  delete(keys: readonly string[]): void {
    this.#memory.delete(keys);
    this.#orThrow((table) => {
      table.delete(keys);
    });
  }

  setAside(key: string, at: number): void {
    if (this.#memory.facts(key) !== undefined) this.#memory.setAside(key);
    else {
      this.#orThrow((table) => {
        table.setAside(key, at);
      });
    }
  }

  clear(): void {
    this.#memory.clear();
    this.#orThrow((table) => {
      table.clear();
    });
    this.#file?.deleteSetAside();
  }

  /** Returns a number that changes when another window writes. Undefined if no other window can write. */
  version(): number | undefined {
    return this.#inFile((table) => table.version());
  }

  /** Whether another window has written since the last call of this method. */
  changedElsewhere(): boolean {
    const version = this.version();
    const changed = version !== this.#version;
    this.#version = version;
    return changed;
  }

  close(): void {
    this.#file?.close();
  }

  #orThrow<Answer>(work: (table: SqliteResultTable) => Answer): Answer | undefined {
    return this.#file?.with(work);
  }

  /**
   * Reads from the file. A file that cannot be used is reported and counts as empty.
   * @throws the error if the file is locked, because a later try may succeed, or if the error's kind is not known
   */
  #reading<Answer>(work: (table: SqliteResultTable) => Answer): Answer | undefined {
    try {
      return this.#orThrow(work);
    } catch (error) {
      const kind = faultKindOf(error);
      if (kind === 'locked' || kind === 'other') throw error;
      this.#onFault({ kind, reason: reasonOf(error) });
      return undefined;
    }
  }

  /** Runs work on the file. Reports a fault and then returns undefined. */
  #inFile<Answer>(work: (table: SqliteResultTable) => Answer): Answer | undefined {
    try {
      return this.#orThrow(work);
    } catch (error) {
      this.#onFault({ kind: faultKindOf(error), reason: reasonOf(error) });
      return undefined;
    }
  }
}
