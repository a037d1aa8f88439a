import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { hashText } from '../base/hashText.ts';
import { inTransaction } from './database.ts';

/** Schema of the mark by which windows notice that the system's clock was set. It has one row. */
export const CLOCK_SCHEMA = `
  CREATE TABLE IF NOT EXISTS last_clock (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- see bootIdentity()
    boot TEXT NOT NULL,
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

/** A reading of the clock and the uptime, by the system that made it. */
interface Reading {
  readonly boot: string;
  readonly startedAt: number;
  readonly uptime: number;
}

/**
 * Keeps the age of calls, pauses and leases when the system's clock is set. Without that, a clock that is set forward by
 * an hour would end every lease, and allow the calls of an hour a second time.
 */
export class ClockSteps {
  readonly #database: DatabaseSync;
  readonly #boot: string;

  /**
   * @param database - has the tables of calls and leases, and that of {@link CLOCK_SCHEMA}
   * @param boot - identity of this running system: see `bootIdentity`
   */
  constructor(database: DatabaseSync, boot: string) {
    this.#database = database;
    this.#boot = boot;
  }

  /**
   * Runs work in a transaction with the time by the system's clock, ms since 1970. First moves the stored times if the
   * clock was set since the last call, in any window. The clock is read after the wait for another window that writes:
   * it may have been set during that wait.
   */
  atNow<Answer>(work: (now: number) => Answer): Answer {
    return inTransaction(this.#database, () => {
      const now = Date.now();
      // The uptime goes on during sleep, and is not set.
      this.#follow(now, Math.round(uptime() * 1000));
      return work(now);
    });
  }

  #follow(now: number, uptimeMs: number): void {
    const reading = { boot: this.#boot, startedAt: now - uptimeMs, uptime: uptimeMs };
    const latest = this.#read();
    // Another machine or container with the same file has an uptime and perhaps a clock of its own. After a restart,
    // nothing is known about the time in between.
    const isKnown = latest?.boot === reading.boot && reading.uptime >= latest.uptime;
    const step = isKnown ? reading.startedAt - latest.startedAt : 0;
    if (Math.abs(step) >= STEP_MS) this.#move(step);
    else if (isKnown) {
      if (reading.uptime - latest.uptime < NOTE_EVERY_MS) return;
      // Kept, so that many small corrections together count as a step.
      this.#write({ ...reading, startedAt: latest.startedAt });
      return;
    }
    this.#write(reading);
  }

  #move(step: number): void {
    for (const [table, column] of [
      ['calls', 'started_at'],
      ['calls', 'ended_at'],
      ['leases', 'until'],
    ] as const)
      this.#database.prepare(`UPDATE ${table} SET ${column} = ${column} + ?`).run(step);
    // A damaged state counts as none: see SqliteCallTable.
    this.#database
      .prepare(
        `UPDATE limits SET state = json_set(state, '$.pausedUntil', json_extract(state, '$.pausedUntil') + :step,
           '$.learnedAt', json_extract(state, '$.learnedAt') + :step) WHERE json_valid(state)`,
      )
      .run({ step });
  }

  #read(): Reading | undefined {
    const row = this.#database.prepare('SELECT boot, started_at, uptime FROM last_clock').get();
    if (row === undefined) return undefined;
    return { boot: String(row['boot']), startedAt: Number(row['started_at']), uptime: Number(row['uptime']) };
  }

  #write({ boot, startedAt, uptime: uptimeMs }: Reading): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO last_clock (only_row, boot, started_at, uptime) VALUES (1, ?, ?, ?)')
      .run(boot, startedAt, uptimeMs);
  }
}

/**
 * Returns a text that stays the same while this machine runs. On another machine or in a container it differs, and on
 * Linux also after a restart. It is a hash, so that the stored text does not name the machine.
 */
export function bootIdentity(): string {
  return hashText(`${readBootId()} ${hostname()}`);
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Other systems have no such file. Their restarts are noticed when the uptime begins anew.
    return process.platform;
  }
}
