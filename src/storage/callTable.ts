import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.ts';

/** See `LimitState` in defender/calls/ledger.ts. */
interface StoredLimitState {
  readonly pausedUntil: number;
  readonly unnamedPauseMs: number;
  readonly learnedLimit: number;
  readonly learnedAt: number;
}

/** Schema of the calls that all windows record, in the same file as the connections. */
export const CALL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY,
    application TEXT NOT NULL,
    -- ms since 1970
    started_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS calls_by_end ON calls (application, ended_at);
  CREATE TABLE IF NOT EXISTS limits (
    application TEXT PRIMARY KEY,
    state TEXT NOT NULL
  ) STRICT;
`;

/** Stores the calls of every window of this machine, in one row per call. */
export class SqliteCallTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Runs work in one transaction. Takes the write lock at the beginning. Otherwise another window could record a call
   * after this window counted the calls and before it records its own.
   */
  atomically<Result>(work: () => Result): Result {
    return inTransaction(this.#database, work);
  }

  insert(application: string, startedAt: number): number {
    const inserted = this.#database
      .prepare('INSERT INTO calls (application, started_at) VALUES (?, ?)')
      .run(application, startedAt);
    return Number(inserted.lastInsertRowid);
  }

  end(id: number, endedAt: number): void {
    this.#database.prepare('UPDATE calls SET ended_at = ? WHERE id = ?').run(endedAt, id);
  }

  remove(id: number): void {
    this.#database.prepare('DELETE FROM calls WHERE id = ?').run(id);
  }

  purge(endedBefore: number, startedBefore: number): void {
    this.#database
      .prepare('DELETE FROM calls WHERE ended_at <= ? OR (ended_at IS NULL AND started_at <= ?)')
      .run(endedBefore, startedBefore);
  }

  endStale(application: string, startedBefore: number, lastsMs: number): void {
    this.#database
      .prepare(
        'UPDATE calls SET ended_at = started_at + ? WHERE application = ? AND ended_at IS NULL AND started_at < ?',
      )
      .run(lastsMs, application, startedBefore);
  }

  endFuture(latest: number, now: number): void {
    this.#database.prepare('UPDATE calls SET ended_at = ? WHERE ended_at > ?').run(now, latest);
    this.#database.prepare('UPDATE calls SET started_at = ? WHERE started_at > ?').run(now, latest);
  }

  countOpen(application: string): number {
    const row = this.#database
      .prepare('SELECT COUNT(*) AS count FROM calls WHERE application = ? AND ended_at IS NULL')
      .get(application);
    return Number(row?.['count']);
  }

  endsAfter(application: string, time: number): number[] {
    const rows = this.#database
      .prepare('SELECT ended_at FROM calls WHERE application = ? AND ended_at > ? ORDER BY ended_at')
      .all(application, time);
    return rows.map((row) => Number(row['ended_at']));
  }

  limitState(application: string): StoredLimitState | undefined {
    const row = this.#database.prepare('SELECT state FROM limits WHERE application = ?').get(application);
    return row === undefined ? undefined : readState(String(row['state']));
  }

  setLimitState(application: string, state: StoredLimitState): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO limits (application, state) VALUES (?, ?)')
      .run(application, JSON.stringify(state));
  }
}

/** Reads a stored state. A damaged row counts as no state, because it must not stop all calls. */
function readState(json: string): StoredLimitState | undefined {
  let state: unknown;
  try {
    state = JSON.parse(json);
  } catch {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(state ?? {}));
  const numberOf = (key: string, missing: number): number => Number(fields.get(key) ?? missing);
  const read = {
    pausedUntil: numberOf('pausedUntil', NaN),
    unnamedPauseMs: numberOf('unnamedPauseMs', NaN),
    // JSON writes Infinity as null. Infinity means that the limit is not known yet.
    learnedLimit: numberOf('learnedLimit', Infinity),
    learnedAt: numberOf('learnedAt', NaN),
  };
  return Object.values(read).some(Number.isNaN) ? undefined : read;
}
