import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { emptyDatabase, openDatabase } from '../../../src/storage/database.ts';
import {
  FOUND_LIVES_MS,
  FOUND_SCHEMA,
  MemoryFoundTable,
  MOST_FOUND,
  SqliteFoundTable,
} from '../../../src/storage/foundTable.ts';
import type { FoundRow, FoundTable } from '../../../src/storage/foundTable.ts';

const NOW = 1_700_000_000_000;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'found-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openFile = (): FoundTable => new SqliteFoundTable(openDatabase(folder, 'shared.db', FOUND_SCHEMA));

function row(number: number, change: Partial<FoundRow> = {}): FoundRow {
  return { actionId: `action ${number}`, text: `{"a":"o'hara"}`, received: undefined, told: false, ...change };
}

/** Returns the rows that a window without a place in the tenant receives. */
function all(table: FoundTable, tenant = 'a'): readonly FoundRow[] {
  return table.after(tenant, 0, 0).found;
}

suite('what two windows with one file find', () => {
  test('comes to the other one as it was, once, and for its tenant only', () => {
    const [one, other] = [openFile(), openFile()];
    const found = [row(1, { received: '{"from":"list"}' }), row(2, { told: true })];
    one.put('a', found, NOW);
    const page = other.after('a', 0, 0);
    assert.deepEqual(page.found, found);
    assert.deepEqual(other.after('a', page.upTo, 0), { found: [], upTo: page.upTo });
    assert.deepEqual(all(other, 'b'), []);
    one.put('a', [row(3)], NOW);
    assert.deepEqual(other.after('a', page.upTo, 0).found, [row(3)]);
  });

  test('the same again is no news; another text takes the place of the one before, and a notice stays given', () => {
    const [one, other] = [openFile(), openFile()];
    one.put('a', [row(1, { told: true }), row(2)], NOW);
    const { upTo } = other.after('a', 0, 0);
    other.put('a', [row(1), row(2)], NOW + 1);
    assert.deepEqual(one.after('a', upTo, 0).found, []);
    other.put('a', [row(1, { text: '{}' })], NOW + 2);
    assert.deepEqual(one.after('a', upTo, 0).found, [row(1, { text: '{}', told: true })]);
    assert.equal(all(one).length, 2);
  });

  test('what was found before a list was made is not news to it', () => {
    const table = openFile();
    table.put('a', [row(1)], NOW);
    table.put('a', [row(2)], NOW + 5);
    assert.deepEqual(table.after('a', 0, NOW + 5).found, [row(2)]);
  });

  test('what is too old goes, and what a clock that was wrong found', () => {
    const table = openFile();
    table.put('a', [row(1)], NOW);
    table.put('a', [row(2)], NOW + 1);
    table.put('a', [row(3)], NOW + 3 * FOUND_LIVES_MS);
    assert.deepEqual(all(table), [row(3)]);
    table.put('b', [], NOW + FOUND_LIVES_MS);
    assert.deepEqual(all(table), []);
    table.put('a', [row(1)], NOW);
    table.put('a', [row(2)], NOW + FOUND_LIVES_MS);
    assert.deepEqual(all(table), [row(2)]);
  });

  test('so many are kept, of all tenants, and the newest of an answer that is larger', () => {
    const table = openFile();
    table.put('b', [row(0)], NOW);
    const many = Array.from({ length: MOST_FOUND + 1 }, (_, number) => row(number));
    table.put('a', many, NOW);
    assert.deepEqual(all(table, 'b'), []);
    assert.deepEqual(all(table), many.slice(1));
  });

  test('after all data was removed the other window hears what comes next', () => {
    const database = openDatabase(folder, 'shared.db', FOUND_SCHEMA);
    const [one, other] = [new SqliteFoundTable(database), openFile()];
    one.put('a', [row(1), row(2), row(3)], NOW);
    const { upTo } = other.after('a', 0, 0);
    emptyDatabase(database);
    assert.deepEqual(all(other), []);
    one.put('a', [row(4)], NOW);
    assert.deepEqual(other.after('a', upTo, 0).found, [row(4)]);
  });
});

test('without a database nothing is kept for others', () => {
  const table: FoundTable = new MemoryFoundTable();
  table.put('a', [row(1)], NOW);
  assert.deepEqual(table.after('a', 7, 0), { found: [], upTo: 7 });
  table.delete('a', ['action 1']);
  assert.equal(table.clear(), false, 'there was nothing');
});
