import type { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ACTION_SCHEMA, MemoryActionTable, SqliteActionTable } from './actionTable.ts';
import type { ActionTable } from './actionTable.ts';
import { openDatabase } from './database.ts';

/** One stored result: its facts as JSON and the bytes as the service stored them. */
export interface ResultRow {
  readonly key: string;
  readonly tenant: string;
  /** ms since 1970. */
  readonly fetchedAt: number;
  readonly facts: string;
  readonly bytes: Uint8Array;
}

/** Where results are kept. */
export interface ResultTable {
  /** The actions' own JSON, beside the results. */
  readonly actions: ActionTable;
  /** Replaces what was stored under the key. All of it, or nothing. */
  readonly put: (row: ResultRow) => void;
  readonly facts: (key: string) => string | undefined;
  readonly bytes: (key: string) => Uint8Array | undefined;
  /** The facts of a tenant's results, newest first. */
  readonly list: (tenant: string) => string[];
}

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
`;

/** Results in `results.db`, a file of their own: what a virus scanner may take away holds nothing else. */
export class SqliteResultTable implements ResultTable {
  readonly actions: ActionTable;
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    this.#database = openDatabase(folder, 'results.db', SCHEMA + ACTION_SCHEMA);
    this.actions = new SqliteActionTable(this.#database);
  }

  put(row: ResultRow): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO results (key, tenant, fetched_at, facts, bytes) VALUES (?, ?, ?, ?, ?)')
      .run(row.key, row.tenant, row.fetchedAt, row.facts, gzipSync(row.bytes, { level: 1 }));
  }

  facts(key: string): string | undefined {
    return textOf(this.#database.prepare('SELECT facts FROM results WHERE key = ?').get(key)?.['facts']);
  }

  bytes(key: string): Uint8Array | undefined {
    const stored = this.#database.prepare('SELECT bytes FROM results WHERE key = ?').get(key)?.['bytes'];
    return stored instanceof Uint8Array ? gunzipSync(stored) : undefined;
  }

  list(tenant: string): string[] {
    const rows = this.#database
      .prepare('SELECT facts FROM results WHERE tenant = ? ORDER BY fetched_at DESC')
      .all(tenant);
    return rows.flatMap((row) => textOf(row['facts']) ?? []);
  }
}

/** The same for one session, where there is no database. */
export class MemoryResultTable implements ResultTable {
  readonly actions = new MemoryActionTable();
  readonly #rows = new Map<string, ResultRow>();

  put(row: ResultRow): void {
    this.#rows.set(row.key, row);
  }

  facts(key: string): string | undefined {
    return this.#rows.get(key)?.facts;
  }

  bytes(key: string): Uint8Array | undefined {
    return this.#rows.get(key)?.bytes;
  }

  list(tenant: string): string[] {
    return [...this.#rows.values()]
      .filter((row) => row.tenant === tenant)
      .sort((one, other) => other.fetchedAt - one.fetchedAt)
      .map((row) => row.facts);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
