import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { openDatabase } from '../../../src/storage/database.ts';
import { MemorySignInTable, SIGN_IN_SCHEMA, SqliteSignInTable } from '../../../src/storage/signInTable.ts';
import type { SignInTable } from '../../../src/storage/signInTable.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sign-ins-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openFile = (): SignInTable => new SqliteSignInTable(openDatabase(folder, 'shared.db', SIGN_IN_SCHEMA));
const KINDS: readonly (readonly [string, () => SignInTable])[] = [
  ['in a file', openFile],
  ['in memory', () => new MemorySignInTable()],
];
for (const [where, create] of KINDS) {
  suite(`leases and accounts ${where}`, () => {
    test('a lease has one holder, who may keep it for longer', () => {
      const table = create();
      assert.equal(table.takeLease('prompt', 'a', 110, 100), true);
      assert.equal(table.takeLease('prompt', 'b', 115, 105), false);
      assert.equal(table.takeLease('other', 'b', 115, 105), true);
      assert.equal(table.takeLease('prompt', 'a', 120, 109), true);
      assert.equal(table.takeLease('prompt', 'b', 125, 119), false);
    });

    test('a lease whose time is over is free, and its old holder cannot give back what is not his', () => {
      const table = create();
      table.takeLease('prompt', 'a', 110, 100);
      assert.equal(table.takeLease('prompt', 'b', 120, 110), true);
      table.releaseLease('prompt', 'a');
      assert.equal(table.takeLease('prompt', 'c', 125, 115), false);
      table.releaseLease('prompt', 'b');
      assert.equal(table.takeLease('prompt', 'c', 125, 115), true);
    });

    test('a lease that was taken by a clock far ahead blocks nobody once that is right again', () => {
      const table = create();
      assert.equal(table.takeLease('prompt', 'a', 3_600_000 + 15_000, 3_600_000), true);
      assert.equal(table.takeLease('prompt', 'b', 15_000, 0), true);
    });

    test('an account is known until it is forgotten', () => {
      const table = create();
      assert.equal(table.account("o'hara"), undefined);
      table.setAccount("o'hara", 'anna@contoso.com');
      table.setAccount("o'hara", 'bert@contoso.com');
      assert.equal(table.account("o'hara"), 'bert@contoso.com');
      assert.equal(table.account('other'), undefined);
      table.setAccount("o'hara", undefined);
      assert.equal(table.account("o'hara"), undefined);
    });

    test('a consent is not written over one that was not seen', () => {
      const table = create();
      assert.equal(table.setConsent('contoso', 'on 1', { state: undefined }), true);
      assert.equal(table.setConsent('contoso', 'off 2', { state: undefined }), false);
      assert.equal(table.consent('contoso'), 'on 1');
      assert.equal(table.setConsent('contoso', undefined, { state: 'on 1' }), true);
      assert.equal(table.consent('contoso'), undefined);
    });
  });
}

test('two windows with one file see the same leases and accounts', () => {
  const [one, two] = [openFile(), openFile()];
  assert.equal(one.takeLease('prompt', 'one', 110, 100), true);
  assert.equal(two.takeLease('prompt', 'two', 110, 100), false);
  one.releaseLease('prompt', 'one');
  assert.equal(two.takeLease('prompt', 'two', 110, 100), true);
  one.setAccount('contoso', 'anna@contoso.com');
  assert.equal(two.account('contoso'), 'anna@contoso.com');
});
