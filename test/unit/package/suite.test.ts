import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { filesOf, LONG, SELECTIONS } from '../../../scripts/selections.ts';

test('the files that begin first exist', () => {
  assert.deepEqual(
    LONG.filter((file) => !existsSync(file)),
    [],
  );
});

test('each selection has files, and each of them in one way to run only', async () => {
  for (const name of Object.keys(SELECTIONS)) {
    const { beside, inHost, windows } = await filesOf([name]);
    const files = [...beside, ...inHost, ...windows];
    assert.ok(files.length > 0, name);
    assert.equal(new Set(files).size, files.length, name);
  }
});
