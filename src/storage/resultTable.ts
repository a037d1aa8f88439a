import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ACTION_SCHEMA, ActionTable } from './actionTable.ts';
import type { ActionRow } from './actionTable.ts';
import { LARGE_SCHEMA, LargeTable } from './largeTable.ts';
import type { StoredSection } from './largeTable.ts';
import { emptyDatabase, inTransaction, openDatabase, releaseDeleted, SPARE_NOTHING } from './database.ts';
import type { ListedRow, PageRow, ResultFilter, ResultRow, ResultTable, RowPlace } from './resultRow.ts';

/** Name of the file in our folder. */
export const RESULTS_FILE = 'results.db';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    facts TEXT NOT NULL,
    -- gzip, because virus scanners take away files in which they find an attacker's command line
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS results_of_tenant ON results (tenant, fetched_at);
  CREATE INDEX IF NOT EXISTS results_by_age ON results (fetched_at, key);
  CREATE TABLE IF NOT EXISTS quoted (key TEXT PRIMARY KEY, quoted_at INTEGER NOT NULL) STRICT;
  -- Made from the bytes when they arrived. An earlier version replaces results and not their filters, hence the hash.
  CREATE TABLE IF NOT EXISTS filters (key TEXT PRIMARY KEY, sha256 TEXT NOT NULL, bits BLOB NOT NULL) STRICT;
  -- Results whose bytes are not what they were: evidence of what happened to them, shown nowhere.
  CREATE TABLE IF NOT EXISTS damaged (
    key TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    facts TEXT NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
`;

/**
 * Every table in this file whose rows have a result's `key`. Deleting a result deletes its rows in these tables. Add
 * every new table with such rows here.
 */
const TABLES_OF_A_RESULT: readonly string[] = ['results', 'quoted', 'filters', 'damaged', 'received_actions'];

/** SQL for the size of a result's pieces. */
const LARGE_SIZE = ['large_files', 'large_texts']
  .map(
    (table) =>
      `coalesce((SELECT sum(length(bytes)) FROM ${table}
         WHERE id IN (SELECT id FROM large_results WHERE key = results.key)), 0)`,
  )
  .join(' + ');

/** SQL for the size of a result's filter. */
const FILTER_SIZE = 'coalesce((SELECT length(bits) FROM filters WHERE filters.key = results.key), 0)';

/**
 * Limit for an unpacked result, in bytes. A result that we store in one row is smaller. A larger result was made by an
 * attacker to fill the memory.
 */
const MAX_WHOLE_BYTES = 256 * 1024 * 1024;
/** Smallest and largest chunk in which a result is unpacked, in bytes. */
const SMALLEST_CHUNK = 16 * 1024;
const LARGEST_CHUNK = 16 * 1024 * 1024;

/**
 * Time without a new piece, in milliseconds, after which an incomplete result counts as abandoned. The window that
 * added its pieces was closed.
 */
const ABANDONED_MS = 60 * 60_000;

/** Data that completes a result that arrived in pieces. */
export interface LargeEnd {
  readonly id: number;
  /** The last sections, and the number of the piece that they are stored with. */
  readonly rest: { readonly n: number; readonly sections: readonly StoredSection[] };
  /** Numbers of the file's texts that belong to the result. */
  readonly sources: readonly number[];
}

/**
 * Stores results in `results.db`. The file contains nothing else. If a virus scanner removes it, only results are lost.
 */
export class SqliteResultTable implements ResultTable {
  readonly #database: DatabaseSync;
  readonly #actions: ActionTable;
  /** Prepared once: a search asks for every row. */
  readonly #bytesOf: StatementSync;
  /** Results in pieces. Callers must change them only through the methods of this class. */
  readonly large: LargeTable;

  /** @param busyMs - longest wait until the file is open: see {@link openDatabase} */
  constructor(folder: string, busyMs?: number) {
    const schema = SCHEMA + ACTION_SCHEMA + LARGE_SCHEMA;
    this.#database = openDatabase(folder, RESULTS_FILE, schema, SPARE_NOTHING, busyMs);
    this.#actions = new ActionTable(this.#database);
    this.#bytesOf = this.#database.prepare('SELECT bytes FROM results WHERE key = ?');
    this.large = new LargeTable(this.#database);
  }

  put(row: ResultRow): void {
    const bytes = gzipSync(row.bytes, { level: 1 });
    inTransaction(this.#database, () => {
      this.large.replace(row.key);
      this.#putRow(row, bytes);
    });
  }

  /** Adds the next bytes of a result in pieces, and the sections that were read with them. */
  addLarge(id: number, n: number, bytes: Uint8Array, sections: readonly StoredSection[], now: number): void {
    inTransaction(this.#database, () => {
      this.large.add(id, n, bytes, sections, now);
    });
  }

  /**
   * Completes a result in pieces.
   * @param row - without bytes, because the pieces contain the bytes
   */
  putLarge(row: ResultRow, { id, rest, sources }: LargeEnd): void {
    inTransaction(this.#database, () => {
      this.large.add(id, rest.n, new Uint8Array(), rest.sections, row.fetchedAt);
      this.large.finish(id, row.key, sources);
      this.#putRow(row, gzipSync(row.bytes));
    });
  }

  dropLarge(id: number): void {
    inTransaction(this.#database, () => {
      this.large.drop(id);
    });
  }

  /**
   * Deletes some pieces of dropped or abandoned results, and returns their space to the disk.
   * @returns whether there are more pieces to delete
   */
  sweepLarge(now: number): boolean {
    const before = now - ABANDONED_MS;
    // Usually there is nothing to delete. This search needs no write lock.
    const id = this.large.findLeft(before);
    if (id === undefined) return false;
    const isLess = inTransaction(this.#database, () => this.large.sweep(id));
    this.#database.exec('PRAGMA incremental_vacuum(1000);');
    // In a file that someone else made, a row may be impossible to delete. Stopping here avoids an endless loop.
    if (isLess && this.large.findLeft(before) !== undefined) return true;
    releaseDeleted(this.#database);
    return false;
  }

  #putRow(row: ResultRow, bytes: Uint8Array): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO results (key, tenant, fetched_at, facts, bytes) VALUES (?, ?, ?, ?, ?)')
      .run(row.key, row.tenant, row.fetchedAt, row.facts, bytes);
    if (row.filter === undefined) this.#database.prepare('DELETE FROM filters WHERE key = ?').run(row.key);
    else {
      this.#database
        .prepare('INSERT OR REPLACE INTO filters (key, sha256, bits) VALUES (?, ?, ?)')
        .run(row.key, row.filter.sha256, row.filter.bits);
    }
    this.#actions.put(row.key, row.action);
  }

  action(key: string): ActionRow | undefined {
    return this.#actions.get(key);
  }

  facts(key: string): string | undefined {
    return textOf(this.#database.prepare('SELECT facts FROM results WHERE key = ?').get(key)?.['facts']);
  }

  bytes(key: string): Uint8Array | undefined {
    const stored = this.#bytesOf.get(key)?.['bytes'];
    return stored instanceof Uint8Array
      ? gunzipSync(stored, { chunkSize: unpackedSize(stored), maxOutputLength: MAX_WHOLE_BYTES })
      : undefined;
  }

  sizes(): ListedRow[] {
    const rows = this.#database
      .prepare(
        `SELECT key, fetched_at, length(bytes) + octet_length(facts) + ${LARGE_SIZE} + ${FILTER_SIZE} AS size,
           EXISTS (SELECT 1 FROM quoted WHERE quoted.key = results.key) AS is_quoted
         FROM results ORDER BY fetched_at DESC, key DESC`,
      )
      .all();
    return rows.map((row) => ({
      ...toPlace(row),
      size: Number(row['size']),
      quoted: row['is_quoted'] === 1,
    }));
  }

  page(behind: RowPlace | undefined, limit: number, tenant?: string): PageRow[] {
    const { fetchedAt, key } = behind ?? { fetchedAt: Number.MAX_SAFE_INTEGER, key: '' };
    // Only a search, which reads all tenants, needs the filters. Some have 256 kB.
    const [columns, joined, condition] =
      tenant === undefined
        ? [', sha256, bits', 'LEFT JOIN filters ON filters.key = results.key', '']
        : ['', '', 'AND tenant = ?'];
    const rows = this.#database
      .prepare(
        `SELECT results.key AS key, fetched_at, facts ${columns} FROM results ${joined}
         WHERE (fetched_at, results.key) < (?, ?) ${condition} ORDER BY fetched_at DESC, results.key DESC LIMIT ?`,
      )
      .all(...[fetchedAt, key, ...(tenant === undefined ? [] : [tenant]), limit]);
    return rows.map((row) => ({ ...toPlace(row), facts: String(row['facts']), filter: toFilter(row) }));
  }

  quote(key: string, at: number): void {
    // Nothing is written for a result that is not in the file.
    this.#database
      .prepare('INSERT OR REPLACE INTO quoted (key, quoted_at) SELECT key, ? FROM results WHERE key = ?')
      .run(at, key);
  }

  delete(keys: readonly string[]): void {
    if (keys.length === 0) return;
    inTransaction(this.#database, () => {
      for (const table of TABLES_OF_A_RESULT) {
        const statement = this.#database.prepare(`DELETE FROM ${table} WHERE key = ?`);
        for (const key of keys) statement.run(key);
      }
      this.large.delete(keys);
    });
    releaseDeleted(this.#database);
  }

  setAside(key: string, at: number): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare(
          'INSERT INTO damaged (key, found_at, facts, bytes) SELECT key, ?, facts, bytes FROM results WHERE key = ?',
        )
        .run(at, key);
      this.large.setAside(key);
      for (const table of ['results', 'filters']) this.#database.prepare(`DELETE FROM ${table} WHERE key = ?`).run(key);
    });
  }

  clear(): void {
    emptyDatabase(this.#database);
  }

  /** Returns a number that changes when another window writes. */
  version(): number {
    return Number(this.#database.prepare('PRAGMA data_version').get()?.['data_version']);
  }

  /** Closes the file, so that it can be renamed. */
  close(): void {
    this.#database.close();
  }
}

function toPlace(row: Record<string, unknown>): RowPlace {
  return { key: String(row['key']), fetchedAt: Number(row['fetched_at']) };
}

function toFilter({ sha256, bits }: Record<string, unknown>): ResultFilter | undefined {
  return typeof sha256 === 'string' && bits instanceof Uint8Array ? { sha256, bits } : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Returns the size that a gzip file states at its end, within bounds: a damaged file can state any. As a chunk of this
 * size, a result is unpacked in one piece, which saves a fifth of the time of a search.
 */
function unpackedSize(packed: Uint8Array): number {
  const stated = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const size = packed.byteLength < 4 ? 0 : stated.getUint32(packed.byteLength - 4, true);
  // With no byte to spare, zlib would allocate a second chunk only to find the end.
  return Math.min(Math.max(size + 1, SMALLEST_CHUNK), LARGEST_CHUNK);
}
