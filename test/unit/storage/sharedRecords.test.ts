import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { takeClearRows } from '../../../src/storage/clearTables.ts';
import { SqliteCopyTable } from '../../../src/storage/copyTable.ts';
import { openDatabase } from '../../../src/storage/database.ts';
import { SqliteFoundTable } from '../../../src/storage/foundTable.ts';
import { SqliteRunTable } from '../../../src/storage/runTable.ts';
import { RECORD_SCHEMA, SharedRecords } from '../../../src/storage/sharedRecords.ts';

const NOW = 1_700_000_000_000;
const copy = (sha256: string, copiedAt: number) => ({ sha256, json: '{}', copiedAt });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'records-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function openFile(): { readonly records: SharedRecords; readonly database: DatabaseSync } {
  const database = openDatabase(folder, 'shared.db', RECORD_SCHEMA);
  const records = new SharedRecords();
  records.openIn(database, NOW);
  return { records, database };
}

suite('records that windows share', () => {
  test('of a copy in this window and a later one in another window, the later one was the last', () => {
    const [here, elsewhere] = [openFile(), openFile()];
    here.records.putCopy(copy('aa', NOW), { keep: 'inMemory' });
    elsewhere.records.putCopy(copy('bb', NOW + 1), { keep: true });
    assert.equal(here.records.lastCopy(NOW + 1)?.sha256, 'bb');
    here.records.putCopy(copy('cc', NOW + 2), { keep: 'inMemory' });
    assert.equal(here.records.lastCopy(NOW + 2)?.sha256, 'cc');
    for (const { database } of [here, elsewhere]) database.close();
  });

  test('are deleted when another window lets the file go, and meanwhile nothing is lost here', () => {
    const [here, elsewhere] = [openFile(), openFile()];
    here.records.putCopy(copy('aa', NOW), { keep: true });
    elsewhere.database.exec('BEGIN IMMEDIATE');
    here.database.exec('PRAGMA busy_timeout = 0');
    here.records.putCopy(copy('bb', NOW + 1), { keep: false });
    assert.equal(here.records.lastCopy(NOW + 1)?.sha256, 'bb');
    assert.equal(elsewhere.records.lastCopy(NOW + 1)?.sha256, 'aa');
    elsewhere.database.exec('ROLLBACK');
    here.records.putCopy(copy('cc', NOW + 2), { keep: false });
    assert.equal(elsewhere.records.lastCopy(NOW + 2), undefined);
    for (const { database } of [here, elsewhere]) database.close();
  });

  test('leave the log beside the file as soon as no other window reads it', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const [here, elsewhere] = [openFile(), openFile()];
    const logSize = (): number => statSync(path.join(folder, 'shared.db-wal')).size;
    here.records.putCopy(copy('aa', NOW), { keep: true });
    elsewhere.database.exec('BEGIN');
    elsewhere.records.lastCopy(NOW);
    here.records.putCopy(copy('bb', NOW), { keep: true });
    here.records.tidy();
    assert.ok(logSize() > 0);
    elsewhere.database.exec('COMMIT');
    context.mock.timers.tick(5000);
    assert.equal(logSize(), 0);
    for (const { database } of [here, elsewhere]) database.close();
  });
});

suite('rows that version 0.1 left in clear text', () => {
  const tables = (database: DatabaseSync) => ({
    runs: new SqliteRunTable(database),
    found: new SqliteFoundTable(database),
    copies: new SqliteCopyTable(database),
  });
  const CLEAR = `
    CREATE TABLE last_copy (only_row INTEGER PRIMARY KEY, sha256 TEXT, json TEXT, copied_at INTEGER);
    INSERT INTO last_copy VALUES (1, 'old', '{}', ${NOW});
  `;

  test('do not replace what was copied since', () => {
    const { records, database } = openFile();
    records.putCopy(copy('new', NOW + 1), { keep: true });
    database.exec(CLEAR);
    assert.equal(takeClearRows(database, tables(database)), true);
    assert.equal(records.lastCopy(NOW + 1)?.sha256, 'new');
    assert.equal(takeClearRows(database, tables(database)), false, 'they are deleted all the same');
    database.close();
  });

  test('stay where the file cannot be written, and are not taken for rows of another program', () => {
    const { database } = openFile();
    database.exec(CLEAR);
    database.close();
    const readOnly = new DatabaseSync(path.join(folder, 'shared.db'), { readOnly: true });
    assert.throws(() => takeClearRows(readOnly, tables(readOnly)), /readonly/u);
    assert.equal(readOnly.prepare('SELECT sha256 FROM last_copy').get()?.['sha256'], 'old');
    readOnly.close();
  });
});
