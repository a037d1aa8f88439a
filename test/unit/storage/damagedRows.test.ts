import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { CALL_SCHEMA, SqliteCallTable } from '../../../src/storage/callTable.ts';
import { openDatabase } from '../../../src/storage/database.ts';
import { FOUND_SCHEMA, SqliteFoundTable } from '../../../src/storage/foundTable.ts';
import { MemoryResultTable } from '../../../src/storage/memoryResultTable.ts';
import { pack, unpack } from '../../../src/storage/packed.ts';
import { RUN_SCHEMA, SqliteRunTable } from '../../../src/storage/runTable.ts';

let folder = '';
let database: DatabaseSync;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'damaged-'));
  database = openDatabase(folder, 'shared.db', `${CALL_SCHEMA} ${FOUND_SCHEMA} ${RUN_SCHEMA}`);
});
afterEach(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

suite('a row that someone else wrote', () => {
  test('in the limits of calls counts as no limit: it must neither stop all calls nor be believed', () => {
    const calls = new SqliteCallTable(database);
    const known = { pausedUntil: 7, unnamedPauseMs: 0, learnedLimit: Infinity, learnedAt: 3 };
    calls.setLimitState('a', known);
    assert.deepEqual(calls.limitState('a'), known);
    for (const state of [
      '',
      '{',
      'null',
      '5',
      '"x"',
      '[]',
      '{}',
      '{"pausedUntil":1}',
      JSON.stringify({ ...known, learnedAt: 'x' }),
      JSON.stringify({ ...known, learnedLimit: 'x' }),
    ]) {
      database.prepare('INSERT OR REPLACE INTO limits (application, state) VALUES (?, ?)').run('a', state);
      assert.equal(calls.limitState('a'), undefined, state);
    }
  });

  test('in what windows found is left out, and the rows beside it are read', () => {
    const found = new SqliteFoundTable(database);
    const row = { actionId: 'good', text: '{}', received: undefined, told: false };
    const put = (id: string, packed: Uint8Array): void => {
      database
        .prepare('INSERT INTO packed_found (tenant, action_id, packed, told, found_at) VALUES (?, ?, ?, 0, ?)')
        .run('t', id, packed, 1000);
    };
    put('no zip', Buffer.from('no zip'));
    put('no JSON', pack('{'));
    put('no list', pack('{"a":1}'));
    put('no text', pack('[5,null]'));
    found.put('t', [row], 1000);
    put('no text either', pack('[]'));
    const page = found.after('t', 0, 0);
    assert.deepEqual(page.found, [row]);
    assert.deepEqual(found.after('t', page.upTo, 0).found, []);
    found.delete('t', ['good']);
    assert.deepEqual(found.after('t', 0, 0).found, []);
  });

  test('in the runs is left out, and can be deleted', () => {
    const runs = new SqliteRunTable(database);
    runs.put({ key: 'good', json: '{}' });
    database.prepare('INSERT INTO packed_runs (key, packed, changed) VALUES (?, ?, 9)').run('bad', Buffer.from('bad'));
    assert.deepEqual(runs.list(), [{ key: 'good', json: '{}' }]);
    runs.delete(['bad', 'good', 'never']);
    assert.equal(database.prepare('SELECT COUNT(*) AS count FROM packed_runs').get()?.['count'], 0);
  });

  test('that unpacks to more than any row of ours is not unpacked', () => {
    assert.equal(unpack(pack('a')), 'a');
    assert.equal(unpack('a'), undefined);
    assert.equal(unpack(pack('a'.repeat(64 * 1024 * 1024 + 1))), undefined);
  });
});

suite('results in memory', () => {
  test('are gone when they are damaged', () => {
    const table = new MemoryResultTable();
    const row = { key: 'a', tenant: 't', fetchedAt: 1, facts: '{}', bytes: new Uint8Array(1) };
    table.put({ ...row, action: undefined });
    table.put({ ...row, key: 'b', action: undefined });
    table.setAside('a');
    assert.deepEqual(
      table.sizes().map(({ key }) => key),
      ['b'],
    );
  });
});
