import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Results that are too large for one row: their files and their texts, in pieces of their own. */
export const LARGE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS large_results (
    id INTEGER PRIMARY KEY,
    -- NULL until all of it is here: nobody finds it before
    key TEXT,
    touched_at INTEGER NOT NULL,
    is_damaged INTEGER NOT NULL DEFAULT 0
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

/** What a piece has at most, as a rule: unpacked at once it leaves half as much to tidy as in many small steps, bytes. */
const PIECE_BYTES = 256 * 1024;

/** Where a section stands, without its text. */
export interface SectionPlace {
  readonly n: number;
  /** Line and column in the whole text, from 1. */
  readonly first: { readonly line: number; readonly column: number };
  readonly lastLine: number;
  readonly units: number;
  /** Size of a document of it, without its mark, bytes. */
  readonly documentBytes: number;
  readonly lineEnd: string;
}

/** Bytes that are not those that were stored. */
export class SectionDamaged extends Error {
  override readonly name = 'SectionDamaged';
}

/** Large results in the file of results: begun, filled piece by piece, and found by their key once they are whole. */
export class LargeTable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Prepared once: thousands that wait to be tidied away hold memory that nobody counts. */
  #prepare(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** @returns the number that the pieces are added to */
  begin(now: number): number {
    return Number(this.#prepare('INSERT INTO large_results (touched_at) VALUES (?)').run(now).lastInsertRowid);
  }

  /**
   * Adds the next bytes of a file, and what was read of its texts with them.
   * @throws Error where the result was cleared meanwhile
   */
  add(id: number, n: number, bytes: Uint8Array, sections: readonly StoredSection[], now: number): void {
    const touched = this.#prepare('UPDATE large_results SET touched_at = ? WHERE id = ?').run(now, id);
    if (touched.changes !== 1) throw new Error('The result was cleared while it came.');
    this.#prepare('INSERT INTO large_files (id, n, bytes) VALUES (?, ?, ?)').run(id, n, gzipSync(bytes, { level: 1 }));
    for (const section of sections) this.#addSection(id, section);
  }

  #addSection(id: number, { source, n, text, first, lastLine, lineEnd, documentBytes }: StoredSection): void {
    // Halves of pairs, which a device may send, do not live in UTF-8.
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

  /** Throws away what has come of a result that begins anew. */
  restart(id: number): void {
    this.#deletePieces([id]);
  }

  /** All of it is here: from now on it is found by its key, instead of an older one. Texts of no use are dropped. */
  finish(id: number, key: string, sources: readonly number[]): void {
    this.delete([key]);
    const dropped = this.#prepare('SELECT DISTINCT source FROM large_texts WHERE id = ?')
      .all(id)
      .map((row) => Number(row['source']))
      .filter((source) => !sources.includes(source));
    for (const source of dropped) {
      this.#prepare('DELETE FROM large_texts WHERE id = ? AND source = ?').run(id, source);
    }
    this.#prepare('UPDATE large_results SET key = ? WHERE id = ?').run(key, id);
  }

  drop(id: number): void {
    this.#deletePieces([id]);
    this.#prepare('DELETE FROM large_results WHERE id = ?').run(id);
  }

  /** Deletes what was begun and not touched since: whoever began it is gone. */
  sweep(before: number): void {
    const left = this.#prepare('SELECT id FROM large_results WHERE key IS NULL AND touched_at < ?').all(before);
    for (const row of left) this.drop(Number(row['id']));
  }

  /** The file of a result, piece by piece. @throws SectionDamaged */
  *file(key: string): Generator<Uint8Array> {
    for (let n = 0; ; n++) {
      const row = this.#prepare(
        `SELECT bytes FROM large_files
           WHERE id = (SELECT id FROM large_results WHERE key = ? AND is_damaged = 0) AND n = ?`,
      ).get(key, n);
      if (row === undefined) return;
      yield unpack(row['bytes']);
    }
  }

  /** Where the sections of a text stand, in their order. */
  places(key: string, source: number): SectionPlace[] {
    const rows = this.#prepare(
      `SELECT n, first_line, first_column, last_line, units, document_bytes, line_end FROM large_texts
         WHERE id = (SELECT id FROM large_results WHERE key = ? AND is_damaged = 0) AND source = ? ORDER BY n`,
    ).all(key, source);
    return rows.map((row) => ({
      n: Number(row['n']),
      first: { line: Number(row['first_line']), column: Number(row['first_column']) },
      lastLine: Number(row['last_line']),
      units: Number(row['units']),
      documentBytes: Number(row['document_bytes']),
      lineEnd: String(row['line_end']),
    }));
  }

  /** A section as UTF-8, where it can be had so without a loss. @throws SectionDamaged where it is not what was stored */
  section(key: string, source: number, n: number): StoredText {
    const row = this.#prepare(
      `SELECT is_utf16, sha256, bytes FROM large_texts
         WHERE id = (SELECT id FROM large_results WHERE key = ? AND is_damaged = 0) AND source = ? AND n = ?`,
    ).get(key, source, n);
    if (row === undefined) throw new SectionDamaged('a section is missing');
    const bytes = unpack(row['bytes']);
    if (hashBytes(bytes) !== row['sha256']) throw new SectionDamaged('a section has another hash');
    return { bytes, isUtf16: row['is_utf16'] === 1 };
  }

  /** Takes a damaged one out of sight: its pieces stay, as evidence of what happened to them. */
  setAside(key: string): void {
    this.#prepare('UPDATE large_results SET is_damaged = 1 WHERE key = ?').run(key);
  }

  /** Deletes results, those that were set aside too. */
  delete(keys: readonly string[]): void {
    for (const key of keys) {
      const ids = this.#prepare('SELECT id FROM large_results WHERE key = ?').all(key);
      for (const row of ids) this.drop(Number(row['id']));
    }
  }

  #deletePieces(ids: readonly number[]): void {
    for (const id of ids) {
      this.#prepare('DELETE FROM large_files WHERE id = ?').run(id);
      this.#prepare('DELETE FROM large_texts WHERE id = ?').run(id);
    }
  }
}

/** The text of a section. */
export interface StoredText {
  readonly bytes: Uint8Array;
  /** Little endian, as it holds halves of pairs; else UTF-8. */
  readonly isUtf16: boolean;
}

/** A section with its text. */
export interface StoredSection extends Omit<SectionPlace, 'units'> {
  /** Which of the file's texts. */
  readonly source: number;
  readonly text: string;
}

function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unpack(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new SectionDamaged('a piece is missing');
  try {
    return gunzipSync(value, { chunkSize: PIECE_BYTES });
  } catch (error) {
    throw new SectionDamaged(error instanceof Error ? error.message : 'cannot be unpacked');
  }
}
