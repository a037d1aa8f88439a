import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.ts';

/** Schema of the mark by which windows notice that the system's clock was set. It has one row. */
export const CLOCK_SCHEMA = `
  CREATE TABLE IF NOT EXISTS clock (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- time at which the system started, by the clock of the moment: ms since 1970
    started_at INTEGER NOT NULL,
    -- ms since then
    uptime INTEGER NOT NULL
  ) STRICT;
`;

/** Difference that is not a step, ms: systems count their uptime in seconds, and correct their clocks little by little. */
const STEP_MS = 5000;
/** Pause between two notes of the uptime, ms. */
const NOTE_EVERY_MS = 60_000;

/**
 * Keeps the age of calls and leases when the system's clock is set. Without that, a clock that is set forward by an hour
 * would end every lease, and allow the calls of an hour a second time.
 */
export class ClockSteps {
  readonly #database: DatabaseSync;

  /** @param database - has the tables of calls and leases, and that of {@link CLOCK_SCHEMA} */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Moves the stored times if the clock was set since the last call, in any window.
   *
   * @param now - ms since 1970
   * @param uptime - time since the system started, ms. It goes on during sleep, and is not set
   */
  follow(now: number, uptime: number): void {
    const startedAt = Math.round(now - uptime);
    const known = this.#read();
    if (known !== undefined && !isStep(known, startedAt) && uptime - known.uptime < NOTE_EVERY_MS) return;
    inTransaction(this.#database, () => {
      const latest = this.#read();
      // After a restart the uptime begins anew, and nothing is known about the time in between.
      if (latest !== undefined && isStep(latest, startedAt) && uptime >= latest.uptime) {
        this.#move(startedAt - latest.startedAt);
      }
      const isSame = latest !== undefined && !isStep(latest, startedAt);
      this.#database
        .prepare('INSERT OR REPLACE INTO clock (only_row, started_at, uptime) VALUES (1, ?, ?)')
        // Kept, so that many small corrections together count as a step.
        .run(isSame ? latest.startedAt : startedAt, Math.round(uptime));
    });
  }

  #move(step: number): void {
    for (const [table, column] of [
      ['calls', 'started_at'],
      ['calls', 'ended_at'],
      ['leases', 'until'],
    ] as const)
      this.#database.prepare(`UPDATE ${table} SET ${column} = ${column} + ?`).run(step);
  }

  #read(): { readonly startedAt: number; readonly uptime: number } | undefined {
    const row = this.#database.prepare('SELECT started_at, uptime FROM clock').get();
    return row === undefined ? undefined : { startedAt: Number(row['started_at']), uptime: Number(row['uptime']) };
  }
}

function isStep(known: { readonly startedAt: number }, startedAt: number): boolean {
  return Math.abs(startedAt - known.startedAt) >= STEP_MS;
}
