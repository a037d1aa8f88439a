import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import type { ActionRow } from '../../../src/storage/actionTable.ts';
import { MemoryResultTable, SqliteResultTable } from '../../../src/storage/resultTable.ts';
import type { ResultTable } from '../../../src/storage/resultTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'actions-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function row(change: Partial<ActionRow> = {}): ActionRow {
  const text = '{"id" : "日本 \\u0000 😀",\r\n "x": 1.50}';
  const served = 'Mon, 23 Nov 2026 21:04:41 GMT';
  return { key: 'a', text, from: 'list', sha256: '2d71', receivedAt: 2 ** 41, serverDate: served, ...change };
}

const KINDS: readonly (readonly [string, () => ResultTable])[] = [
  ['in a file', () => new SqliteResultTable(folder)],
  ['in memory', () => new MemoryResultTable()],
];
for (const [where, create] of KINDS) {
  suite(`actions as they were received, ${where}`, () => {
    test('every character comes back, and all that is known of it', () => {
      const { actions } = create();
      actions.put('a', row());
      actions.put('b', row({ key: 'b', from: 'action', serverDate: undefined }));
      assert.deepEqual(actions.get('a'), row());
      assert.deepEqual(actions.get('b'), row({ key: 'b', from: 'action', serverDate: undefined }));
      assert.equal(actions.get('c'), undefined);
    });

    test('a later one replaces it, and none removes it', () => {
      const { actions } = create();
      actions.put('a', row());
      actions.put('a', row({ text: 'new' }));
      assert.equal(actions.get('a')?.text, 'new');
      actions.put('a', undefined);
      assert.equal(actions.get('a'), undefined);
    });
  });
}

suite('an action goes with its result', () => {
  test('whoever deletes the result', () => {
    const table = new SqliteResultTable(folder);
    for (const key of ['a', 'b']) {
      table.put({ key, tenant: 't', fetchedAt: 1, facts: '{}', bytes: new Uint8Array() });
      table.actions.put(key, row({ key }));
    }
    const other = new DatabaseSync(path.join(folder, 'results.db'));
    other.exec(`DELETE FROM results WHERE key = 'a'`);
    other.close();
    assert.equal(table.actions.get('a'), undefined);
    assert.equal(table.actions.get('b')?.key, 'b');
  });
});
