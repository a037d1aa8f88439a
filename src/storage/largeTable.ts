import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Schema of results that are too large for one row. Their files and texts are stored in pieces. */
export const LARGE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS large_results (
    id INTEGER PRIMARY KEY,
    -- NULL until all of it is here, and when it is to go: nobody finds it then
    key TEXT,
    -- arriving, stored, damaged, or dropped: its pieces go little by little
    state TEXT NOT NULL,
    touched_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS large_results_by_key ON large_results (key);
  CREATE TABLE IF NOT EXISTS large_files (
    id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id, n)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS large_texts (
    id INTEGER NOT NULL,
    source INTEGER NOT NULL,
    n INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    first_column INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    units INTEGER NOT NULL,
    document_bytes INTEGER NOT NULL,
    line_end TEXT NOT NULL,
    is_utf16 INTEGER NOT NULL,
    -- of the text before it was packed
    sha256 TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id, source, n)
  ) STRICT;
`;

/**
 * Usual limit for a piece, in bytes. Unpacking a piece of this size in one step leaves half as much garbage as
 * unpacking it in many small steps.
 */
const PIECE_BYTES = 256 * 1024;

/** Limit for an unpacked piece, in bytes. A larger piece was made by an attacker to fill the memory. */
const MAX_PIECE_BYTES = 64 * 1024 * 1024;

/** Place of a section in its text, without the section's own text. */
export interface SectionPlace {
  readonly n: number;
  /** Line and column in the complete text, counted from 1. */
  readonly first: { readonly line: number; readonly column: number };
  readonly lastLine: number;
  readonly units: number;
  /** Size of the section as a document, without the byte order mark, in bytes. */
  readonly documentBytes: number;
  readonly lineEnd: string;
}

/** Thrown when the bytes in the file differ from the bytes that were stored. */
export class SectionDamaged extends Error {
  override readonly name = 'SectionDamaged';
}

/**
 * Stores large results in the file of results. The caller begins a result, adds its pieces and finishes it. A finished
 * result can be found by its key.
 */
export class LargeTable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Prepares each statement only once. Thousands of unused statements would occupy memory that the garbage collector
   * does not count, so it would run too late.
   */
  #prepare(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * Begins a result.
   * @returns the id for the result's pieces. No other result has this id, in any file.
   */
  begin(now: number): number {
    const id = randomBytes(6).readUIntBE(0, 6);
    this.#prepare(`INSERT INTO large_results (id, state, touched_at) VALUES (?, 'arriving', ?)`).run(id, now);
    return id;
  }

  /**
   * Adds the next bytes of a file, and the sections that were read with them.
   * @throws Error when the result was deleted since it was begun
   */
  add(id: number, n: number, bytes: Uint8Array, sections: readonly StoredSection[], now: number): void {
    const touched = this.#prepare(`UPDATE large_results SET touched_at = ? WHERE id = ? AND state = 'arriving'`);
    if (touched.run(now, id).changes !== 1) throw new Error('The result was cleared while it came.');
    this.#prepare('INSERT INTO large_files (id, n, bytes) VALUES (?, ?, ?)').run(id, n, gzipSync(bytes, { level: 1 }));
    for (const section of sections) this.#addSection(id, section);
  }

  #addSection(id: number, { source, n, text, first, lastLine, lineEnd, documentBytes }: StoredSection): void {
    // UTF-8 cannot encode lone surrogates, which a device may send.
    const isUtf16 = !text.isWellFormed();
    const bytes = Buffer.from(text, isUtf16 ? 'utf16le' : 'utf8');
    this.#prepare(
      `INSERT INTO large_texts
           (id, source, n, first_line, first_column, last_line, units, document_bytes, line_end, is_utf16, sha256,
            bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      ...[id, source, n, first.line, first.column, lastLine, text.length, documentBytes, lineEnd],
      ...[isUtf16 ? 1 : 0, hashBytes(bytes)],
      gzipSync(bytes, { level: 1 }),
    );
  }

  /**
   * Marks a result as complete. From now on, its key finds this result instead of an older result. Deletes texts of the
   * file that do not belong to the result.
   */
  finish(id: number, key: string, sources: readonly number[]): void {
    this.replace(key);
    this.#prepare('DELETE FROM large_texts WHERE id = ? AND source NOT IN (SELECT value FROM json_each(?))').run(
      id,
      JSON.stringify(sources),
    );
    this.#prepare(`UPDATE large_results SET key = ?, state = 'stored' WHERE id = ?`).run(key, id);
  }

  /** Marks a result that will not be completed, so that its pieces are deleted. */
  drop(id: number): void {
    this.#prepare(`UPDATE large_results SET state = 'dropped' WHERE id = ? AND state = 'arriving'`).run(id);
  }

  /** Drops the stored result of a key, because a new result replaces it. A damaged result that was set aside stays. */
  replace(key: string): void {
    this.#prepare(`UPDATE large_results SET state = 'dropped', key = NULL WHERE key = ? AND state = 'stored'`).run(key);
  }

  /** Drops the results of these keys, including damaged results that were set aside. The keys no longer find them. */
  delete(keys: readonly string[]): void {
    const drop = this.#prepare(`UPDATE large_results SET state = 'dropped', key = NULL WHERE key = ?`);
    for (const key of keys) drop.run(key);
  }

  /** Hides a damaged result. Its pieces stay, because they can show how the damage happened. */
  setAside(key: string): void {
    this.#prepare(`UPDATE large_results SET state = 'damaged' WHERE key = ? AND state = 'stored'`).run(key);
  }

  /**
   * Returns the id of a result whose pieces can be deleted. The result was dropped, or it is incomplete and unchanged
   * since `before`. The window that began such an incomplete result was closed.
   */
  findLeft(before: number): number | undefined {
    const row = this.#prepare(
      `SELECT id FROM large_results WHERE state = 'dropped' OR (state = 'arriving' AND touched_at < ?) LIMIT 1`,
    ).get(before);
    return row === undefined ? undefined : Number(row['id']);
  }

  /**
   * Deletes some pieces of a result that {@link findLeft} found. If all pieces were deleted at once, clicks would have
   * to wait.
   * @returns whether any piece was deleted
   */
  sweep(id: number): boolean {
    const files = `DELETE FROM large_files WHERE rowid IN (SELECT rowid FROM large_files WHERE id = ? LIMIT 16)`;
    const texts = `DELETE FROM large_texts WHERE rowid IN (SELECT rowid FROM large_texts WHERE id = ? LIMIT 32)`;
    const gone = Number(this.#prepare(files).run(id).changes) + Number(this.#prepare(texts).run(id).changes);
    return gone > 0 || Number(this.#prepare('DELETE FROM large_results WHERE id = ?').run(id).changes) > 0;
  }

  /** Returns the id of the result that is now stored under a key. A later result under the same key has another id. */
  idOf(key: string): number | undefined {
    const row = this.#prepare(`SELECT id FROM large_results WHERE key = ? AND state = 'stored'`).get(key);
    return row === undefined ? undefined : Number(row['id']);
  }

  /** Yields the file of a result, piece by piece. @throws SectionDamaged */
  *file(id: number): Generator<Uint8Array> {
    for (let n = 0; ; n++) {
      const row = this.#prepare('SELECT bytes FROM large_files WHERE id = ? AND n = ?').get(id, n);
      if (row === undefined) return;
      yield unpack(row['bytes']);
    }
  }

  /** Returns the places of a text's sections, in the order of the text. */
  places(id: number, source: number): SectionPlace[] {
    const rows = this.#prepare(
      `SELECT n, first_line, first_column, last_line, units, document_bytes, line_end FROM large_texts
         WHERE id = ? AND source = ? ORDER BY n`,
    ).all(id, source);
    return rows.map((row) => ({
      n: Number(row['n']),
      first: { line: Number(row['first_line']), column: Number(row['first_column']) },
      lastLine: Number(row['last_line']),
      units: Number(row['units']),
      documentBytes: Number(row['document_bytes']),
      lineEnd: String(row['line_end']),
    }));
  }

  /**
   * Returns a section's text: as UTF-16 if it contains lone surrogates, otherwise as UTF-8.
   * @throws SectionDamaged if the bytes differ from the bytes that were stored
   */
  section(id: number, source: number, n: number): StoredText {
    const row = this.#prepare(
      'SELECT is_utf16, sha256, bytes FROM large_texts WHERE id = ? AND source = ? AND n = ?',
    ).get(id, source, n);
    if (row === undefined) throw new SectionDamaged('a section is missing');
    const bytes = unpack(row['bytes']);
    if (hashBytes(bytes) !== row['sha256']) throw new SectionDamaged('a section has another hash');
    return { bytes, isUtf16: row['is_utf16'] === 1 };
  }
}

/** The text of a section. */
export interface StoredText {
  readonly bytes: Uint8Array;
  /** Whether the bytes are UTF-16, little endian, because the text has lone surrogates. Otherwise they are UTF-8. */
  readonly isUtf16: boolean;
}

/** A section with its text. */
export interface StoredSection extends Omit<SectionPlace, 'units'> {
  /** Number of the text within the file, from 0. */
  readonly source: number;
  readonly text: string;
}

function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unpack(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new SectionDamaged('a piece is missing');
  try {
    return gunzipSync(value, { chunkSize: PIECE_BYTES, maxOutputLength: MAX_PIECE_BYTES });
  } catch (error) {
    throw new SectionDamaged(error instanceof Error ? error.message : 'cannot be unpacked');
  }
}
