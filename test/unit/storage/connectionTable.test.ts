import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { openDatabase } from '../../../src/storage/database.ts';
import {
  CONNECTION_SCHEMA,
  MemoryConnectionTable,
  SqliteConnectionTable,
} from '../../../src/storage/connectionTable.ts';
import type { ConnectionTable } from '../../../src/storage/connectionTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'connections-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const KINDS: readonly (readonly [string, () => ConnectionTable])[] = [
  ['in a file', () => new SqliteConnectionTable(openDatabase(folder, 'shared.db', CONNECTION_SCHEMA))],
  ['in memory', () => new MemoryConnectionTable()],
];
for (const [where, create] of KINDS) {
  suite(`the table of connections ${where}`, () => {
    test('they come back in the order they were first put', () => {
      const table = create();
      for (const name of ['b', 'a', "o'hara 日本", 'b']) table.put({ name, json: `{"of": "${name}"}` });
      assert.deepEqual(
        table.list().map(({ name }) => name),
        ['b', 'a', "o'hara 日本"],
      );
    });

    test('before any was made active it is the last one that came', () => {
      const table = create();
      assert.equal(table.active(), undefined);
      table.put({ name: 'a', json: '{}' });
      table.put({ name: 'b', json: '{}' });
      assert.equal(table.active(), 'b');
    });

    test('the one that was made active last is it, also within one tick of the clock', (context) => {
      context.mock.timers.enable({ apis: ['Date'], now: 1000 });
      const table = create();
      for (const name of ['a', 'b', 'c']) table.put({ name, json: '{}' });
      for (const name of ['c', 'b', 'a']) {
        table.activate(name);
        assert.equal(table.active(), name);
      }
    });

    test('changing a connection keeps it active', () => {
      const table = create();
      table.put({ name: 'a', json: '{}' });
      table.put({ name: 'b', json: '{}' });
      table.activate('a');
      table.put({ name: 'a', json: '{"new": 1}' });
      assert.equal(table.active(), 'a');
      assert.equal(table.list()[0]?.json, '{"new": 1}');
    });

    test('one that is deleted is neither listed nor active', () => {
      const table = create();
      table.put({ name: 'a', json: '{}' });
      table.put({ name: 'b', json: '{}' });
      table.activate('a');
      table.delete('a');
      table.delete('never there');
      assert.deepEqual(table.list(), [{ name: 'b', json: '{}' }]);
      assert.equal(table.active(), 'b');
    });
  });
}
