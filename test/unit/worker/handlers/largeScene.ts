import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PART_LINES } from '../../../../src/evidence/text/textParts.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { arrived, resultFile } from '../../results/fixtures.ts';

// More lines than a part, line ends of every kind, a NUL, a lone surrogate, and a line that is longer than a section.
const LONG = `${'x'.repeat(300_000)}😀`;
export const OUTPUT = [
  ...Array.from({ length: PART_LINES + 20_000 }, (_, at) => `line ${at + 1}${at % 3 === 0 ? '\r\n' : '\n'}`),
  `half \ud83d and NUL \0\r`,
  `${LONG}\n`,
  'the last one',
].join('');
export const ERRORS = 'first error\r\n\r\nsecond error';
export const FILE = resultFile(OUTPUT, ERRORS, 'collect.ps1', 3);
export const ANYWHERE = { connection: undefined, device: undefined, script: undefined };

/** Stores a file in pieces, as it comes from a download. */
export function store(handlers: WorkerHandlers, file: Uint8Array): void {
  const id = handlers.beginLarge();
  addAll(handlers, id, file);
  handlers.endLarge(id, arrived(file)[0], undefined);
}

/** Adds a file to a begun large result, in pieces of 200,001 bytes. */
export function addAll(handlers: WorkerHandlers, id: number, file: Uint8Array): void {
  for (let from = 0; from < file.length; from += 200_001) {
    // The memory of the added bytes is transferred.
    handlers.addLarge(id, new Uint8Array(file.subarray(from, from + 200_001)));
  }
}

/** A store on the disk, with access to its file. */
export class LargeScene {
  folder = '';
  handlers: WorkerHandlers = createHandlers();

  async makeFolder(): Promise<void> {
    this.folder = await mkdtemp(path.join(os.tmpdir(), 'large-'));
  }

  removeFolder(): Promise<void> {
    return rm(this.folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Opens another window on the same file. */
  open(): WorkerHandlers {
    const handlers = createHandlers();
    handlers.open(this.folder);
    return handlers;
  }

  table(work: (database: DatabaseSync) => void): void {
    const database = new DatabaseSync(path.join(this.folder, 'results.db'));
    work(database);
    database.close();
  }

  countPieces(): number {
    return ['large_results', 'large_files', 'large_texts'].reduce((sum, name) => sum + this.#count(name), 0);
  }

  /** Waits until the deletions between requests are done. */
  async swept(): Promise<void> {
    const isLeft = (): boolean => this.#count(`large_results WHERE state = 'dropped'`) > 0;
    for (let last = -1, now = this.countPieces(); now !== last || isLeft(); last = now, now = this.countPieces()) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #count(rows: string): number {
    let count = 0;
    this.table((database) => {
      count = Number(database.prepare(`SELECT count(*) AS count FROM ${rows}`).get()?.['count']);
    });
    assert.ok(Number.isInteger(count));
    return count;
  }
}
