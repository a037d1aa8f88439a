import type { DatabaseSync } from 'node:sqlite';

/** What was copied last, in any window. */
export interface CopyRow {
  /** Of the copied text: it finds the row, and only it. */
  readonly sha256: string;
  /** Where the text stands, as JSON. */
  readonly json: string;
  /** ms since 1970. */
  readonly copiedAt: number;
}

/** Where the last copy is kept: a clipboard's own types do not leave their window. */
export interface CopyTable {
  /** Replaces what was copied before. */
  readonly put: (row: CopyRow) => void;
  readonly last: () => CopyRow | undefined;
}

/** Stands in `shared.db`: what the windows of this machine share. One row. */
export const COPY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS last_copy (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sha256 TEXT NOT NULL,
    json TEXT NOT NULL,
    -- ms since 1970
    copied_at INTEGER NOT NULL
  ) STRICT;
`;

/** The last copy in a database that all windows share. */
export class SqliteCopyTable implements CopyTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  put({ sha256, json, copiedAt }: CopyRow): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO last_copy (only_row, sha256, json, copied_at) VALUES (1, ?, ?, ?)')
      .run(sha256, json, copiedAt);
  }

  last(): CopyRow | undefined {
    const row = this.#database.prepare('SELECT sha256, json, copied_at FROM last_copy').get();
    if (row === undefined) return undefined;
    return { sha256: String(row['sha256']), json: String(row['json']), copiedAt: Number(row['copied_at']) };
  }
}

/** The same for one window, where there is no database. */
export class MemoryCopyTable implements CopyTable {
  #row: CopyRow | undefined;

  put(row: CopyRow): void {
    this.#row = row;
  }

  last(): CopyRow | undefined {
    return this.#row;
  }
}
