import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { COPY_SCHEMA, MemoryCopyTable, SqliteCopyTable } from '../../../src/storage/copyTable.ts';
import type { CopyTable } from '../../../src/storage/copyTable.ts';
import { openDatabase } from '../../../src/storage/database.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'copies-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openFile = (): CopyTable => new SqliteCopyTable(openDatabase(folder, 'shared.db', COPY_SCHEMA));
const KINDS: readonly (readonly [string, () => CopyTable])[] = [
  ['in a file', openFile],
  ['in memory', () => new MemoryCopyTable()],
];
for (const [where, create] of KINDS) {
  test(`the last copy ${where} takes the place of the one before`, () => {
    const table = create();
    assert.equal(table.last(), undefined);
    table.put({ sha256: 'aa', json: '{}', copiedAt: 1 });
    const last = { sha256: 'bb', json: '{"query":"o\'hara"}', copiedAt: 1_700_000_000_000 };
    table.put(last);
    assert.deepEqual(table.last(), last);
  });
}

suite('two windows with one file', () => {
  test('see the same last copy', () => {
    const [one, two] = [openFile(), openFile()];
    one.put({ sha256: 'aa', json: '1', copiedAt: 1 });
    two.put({ sha256: 'bb', json: '2', copiedAt: 2 });
    assert.equal(one.last()?.sha256, 'bb');
  });
});
