import type { DatabaseSync } from 'node:sqlite';
import { clearTable } from './database.ts';
import { pack, unpack } from './packed.ts';

/** Hash and place of the text that was copied last, in any window. */
export interface CopyRow {
  /** SHA-256 of the copied text. A pasted text belongs to this row if it has the same hash. */
  readonly sha256: string;
  /** Place of the copied text, as JSON. */
  readonly json: string;
  /** ms since 1970. */
  readonly copiedAt: number;
}

/**
 * Storage for the hash and the place of the text that was copied last. It is needed because other windows cannot read
 * our own clipboard types.
 */
export interface CopyTable {
  /** Replaces the row of the text that was copied before. */
  readonly put: (row: CopyRow) => void;
  readonly last: () => CopyRow | undefined;
  /** Deletes the row. @returns whether there was a row */
  readonly clear: () => boolean;
}

/**
 * Schema of the table in `shared.db` for the text that was copied last. The windows of this machine share it. It has
 * one row.
 */
export const COPY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS packed_copy (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- hash and place: see pack()
    packed BLOB NOT NULL,
    -- ms since 1970
    copied_at INTEGER NOT NULL
  ) STRICT;
`;

/** Hash and place of the text that was copied last, in a database that all windows share. */
export class SqliteCopyTable implements CopyTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put({ sha256, json, copiedAt }: CopyRow): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO packed_copy (only_row, packed, copied_at) VALUES (1, ?, ?)')
      .run(pack(`${sha256} ${json}`), copiedAt);
  }

  last(): CopyRow | undefined {
    const row = this.#database.prepare('SELECT packed, copied_at FROM packed_copy').get();
    const text = unpack(row?.['packed']);
    if (row === undefined || text === undefined) return undefined;
    const end = text.indexOf(' ');
    return { sha256: text.slice(0, end), json: text.slice(end + 1), copiedAt: Number(row['copied_at']) };
  }

  clear(): boolean {
    return clearTable(this.#database, 'packed_copy');
  }
}

/**
 * Hash and place of the text that was copied last, in memory for one window. Used if there is no database or the user
 * wants nothing to be written to it.
 */
export class MemoryCopyTable implements CopyTable {
  #row: CopyRow | undefined;

  put(row: CopyRow): void {
    this.#row = row;
  }

  last(): CopyRow | undefined {
    return this.#row;
  }

  clear(): boolean {
    const had = this.#row !== undefined;
    this.#row = undefined;
    return had;
  }
}
