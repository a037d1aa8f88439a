import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { openDatabase } from '../../../src/storage/database.ts';
import { MemoryRunTable, RUN_SCHEMA, SqliteRunTable } from '../../../src/storage/runTable.ts';
import type { RunTable } from '../../../src/storage/runTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'runs-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const jsonOf = (table: RunTable): string[] => table.list().map(({ json }) => json);
const openFile = (): RunTable => new SqliteRunTable(openDatabase(folder, 'shared.db', RUN_SCHEMA));
const KINDS: readonly (readonly [string, () => RunTable])[] = [
  ['in a file', openFile],
  ['in memory', () => new MemoryRunTable()],
];
for (const [where, create] of KINDS) {
  test(`runs ${where}: the one that was changed last comes first, and each is there once`, () => {
    const table = create();
    assert.deepEqual(jsonOf(table), []);
    for (const key of ['a', 'b', "o'hara"]) table.put({ key, json: `{"key":"${key}"}` });
    assert.deepEqual(jsonOf(table), [`{"key":"o'hara"}`, '{"key":"b"}', '{"key":"a"}']);
    table.put({ key: 'a', json: '{"state":"ended"}' });
    assert.deepEqual(jsonOf(table), ['{"state":"ended"}', `{"key":"o'hara"}`, '{"key":"b"}']);
  });
}

suite('runs in a file', () => {
  test('are seen by every window, and by the one that comes later', () => {
    const [one, two] = [openFile(), openFile()];
    one.put({ key: 'a', json: '1' });
    two.put({ key: 'b', json: '2' });
    one.put({ key: 'a', json: '3' });
    assert.deepEqual(jsonOf(two), ['3', '2']);
    assert.deepEqual(jsonOf(openFile()), ['3', '2']);
  });

  test('are fifty at most: the one that was not changed for longest goes', () => {
    const table = openFile();
    for (let at = 0; at < 50; at++) table.put({ key: String(at), json: String(at) });
    table.put({ key: '0', json: 'changed' });
    assert.equal(jsonOf(table).length, 50);
    table.put({ key: 'new', json: 'new' });
    const kept = jsonOf(table);
    assert.equal(kept.length, 50);
    assert.deepEqual(kept.slice(0, 3), ['new', 'changed', '49']);
    assert.equal(kept.at(-1), '2');
  });
});
