import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { MemoryResultTable } from '../../../src/storage/memoryResultTable.ts';
import type { ResultRow, ResultTable } from '../../../src/storage/resultRow.ts';
import { RESULTS_FILE, SqliteResultTable } from '../../../src/storage/resultTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'results-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function row(key: string, change: Partial<ResultRow> = {}): ResultRow {
  return { key, tenant: 't', fetchedAt: 1, facts: `facts of ${key}`, bytes: Buffer.from(`bytes of ${key}`), ...change };
}

/** Returns the facts of a tenant's results, newest first. */
function factsOf(table: ResultTable, tenant: string): string[] {
  return table.page(undefined, 100, tenant).map(({ facts }) => facts);
}

const KINDS: readonly (readonly [string, () => ResultTable])[] = [
  ['in a file', () => new SqliteResultTable(folder)],
  ['in memory', () => new MemoryResultTable()],
];
for (const [where, create] of KINDS) {
  suite(`the table of results ${where}`, () => {
    test('every byte comes back', () => {
      const table = create();
      const bytes = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
      table.put(row('a', { bytes }));
      table.put(row('empty', { bytes: new Uint8Array() }));
      assert.deepEqual([...(table.bytes('a') ?? [])], [...bytes]);
      assert.equal(table.bytes('empty')?.length, 0);
    });

    test('facts come back as text, with every character', () => {
      const table = create();
      const facts = '{"a": "\u0000 日本 😀 \u202e \' \\" ?"}';
      table.put(row("a'; DROP TABLE results; --", { facts }));
      assert.equal(table.facts("a'; DROP TABLE results; --"), facts);
    });

    test('a key that is not there has neither facts nor bytes', () => {
      const table = create();
      table.put(row('a'));
      assert.equal(table.facts('A'), undefined);
      assert.equal(table.bytes('b'), undefined);
    });

    test('putting a key again replaces all of it', () => {
      const table = create();
      table.put(row('a'));
      table.put(row('a', { tenant: 'u', facts: 'new', bytes: Buffer.from('new') }));
      assert.equal(table.facts('a'), 'new');
      assert.equal(Buffer.from(table.bytes('a') ?? []).toString(), 'new');
      assert.deepEqual(factsOf(table, 't'), []);
      assert.deepEqual(factsOf(table, 'u'), ['new']);
    });

    test('a tenant lists its own, the newest first', () => {
      const table = create();
      table.put(row('a', { fetchedAt: 5 }));
      table.put(row('b', { fetchedAt: 2 ** 41 }));
      table.put(row('c', { tenant: 'T' }));
      assert.deepEqual(factsOf(table, 't'), ['facts of b', 'facts of a']);
    });
  });
}

test('bytes in the file that are too short to be packed are no result, and no fault of the database', () => {
  const table = new SqliteResultTable(folder);
  table.put(row('a'));
  const database = new DatabaseSync(path.join(folder, RESULTS_FILE));
  database.exec(`UPDATE results SET bytes = x'1f8b'`);
  database.close();
  assert.throws(() => table.bytes('a'), { code: 'Z_BUF_ERROR' });
});
