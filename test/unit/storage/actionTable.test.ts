import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import type { ActionRow } from '../../../src/storage/actionTable.ts';
import { MemoryResultTable } from '../../../src/storage/memoryResultTable.ts';
import type { ResultRow, ResultTable } from '../../../src/storage/resultRow.ts';
import { SqliteResultTable } from '../../../src/storage/resultTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'actions-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function action(change: Partial<ActionRow> = {}): ActionRow {
  const text = '{"id" : "日本 \\u0000 😀",\r\n "x": 1.50}';
  const served = 'Mon, 23 Nov 2026 21:04:41 GMT';
  return { text, from: 'list', sha256: '2d71', receivedAt: 2 ** 41, serverDate: served, ...change };
}

function row(key: string, received: ActionRow | undefined): ResultRow {
  return { key, tenant: 't', fetchedAt: 1, facts: '{}', bytes: new Uint8Array(), action: received };
}

const KINDS: readonly (readonly [string, () => ResultTable])[] = [
  ['in a file', () => new SqliteResultTable(folder)],
  ['in memory', () => new MemoryResultTable()],
];
for (const [where, create] of KINDS) {
  suite(`actions as they were received, ${where}`, () => {
    test('every character comes back, and all that is known of it', () => {
      const table = create();
      const other = action({ from: 'action', serverDate: undefined });
      table.put(row('a', action()));
      table.put(row('b', other));
      assert.deepEqual(table.action('a'), action());
      assert.deepEqual(table.action('b'), other);
      assert.equal(table.action('c'), undefined);
    });

    test('a result that comes again brings its own, or none', () => {
      const table = create();
      table.put(row('a', action()));
      table.put(row('a', action({ text: 'new' })));
      assert.equal(table.action('a')?.text, 'new');
      table.put(row('a', undefined));
      assert.equal(table.action('a'), undefined);
    });

    test('goes with its result, and with no other', () => {
      const table = create();
      table.put(row('a', action()));
      table.put(row('b', action()));
      table.delete(['a']);
      assert.equal(table.action('a'), undefined);
      assert.deepEqual(table.action('b'), action());
    });
  });
}

test('of a deleted action nothing is left in the file', () => {
  const table = new SqliteResultTable(folder);
  table.put(row('a', action()));
  table.delete(['a']);
  const other = new DatabaseSync(path.join(folder, 'results.db'));
  assert.equal(other.prepare('SELECT count(*) AS n FROM received_actions').get()?.['n'], 0);
  other.close();
});
