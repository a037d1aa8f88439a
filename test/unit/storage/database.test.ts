import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, mock, suite, test } from 'node:test';
import { closeAnyway, emptyDatabase, inodeOf, openDatabase } from '../../../src/storage/database.ts';
import { setFileAside } from '../../../src/storage/setAside.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'database-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

suite('a database', () => {
  test('that cannot be closed does not hide why it had to be', () => {
    const database = openDatabase(folder, 'x.db', 'CREATE TABLE t (a TEXT) STRICT;');
    database.close();
    assert.throws(() => {
      database.close();
    });
    closeAnyway(database);
  });

  test('of which one table cannot be emptied keeps the rows of all, and can be written again', () => {
    const database = new DatabaseSync(path.join(folder, 'x.db'));
    database.exec(`
      CREATE TABLE first (id INTEGER PRIMARY KEY);
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (id INTEGER REFERENCES parent (id));
      INSERT INTO first VALUES (1);
      INSERT INTO parent VALUES (1);
      INSERT INTO child VALUES (1);
    `);
    assert.throws(() => {
      emptyDatabase(database);
    }, /FOREIGN KEY/u);
    assert.equal(database.isTransaction, false);
    for (const name of ['first', 'parent', 'child'])
      assert.equal(database.prepare(`SELECT COUNT(*) AS rows FROM ${name}`).get()?.['rows'], 1, name);
    database.exec('DELETE FROM child');
    emptyDatabase(database);
    assert.equal(database.prepare('SELECT COUNT(*) AS rows FROM parent').get()?.['rows'], 0);
    database.close();
  });

  test('that is damaged keeps its name where its log cannot be renamed with it', async () => {
    await writeFile(path.join(folder, 'x.db'), 'damaged');
    await writeFile(path.join(folder, 'x.db-wal'), 'log');
    mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 23) });
    try {
      // The new name of the log belongs to a folder.
      mkdirSync(path.join(folder, 'x.db.damaged-2026-11-23T000000000Z-wal', 'taken'), { recursive: true });
      assert.throws(() => setFileAside(folder, 'x.db', inodeOf(path.join(folder, 'x.db'))));
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual((await readdir(folder)).sort(), ['x.db', 'x.db-wal', 'x.db.damaged-2026-11-23T000000000Z-wal']);
  });
});
