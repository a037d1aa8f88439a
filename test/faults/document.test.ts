import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readDocument, writeDocument } from './document.ts';
import { FAULTS } from './table.ts';

suite('the table of faults', () => {
  test('docs/faults.md says what the tests check: npm run faults', async () => {
    assert.equal(await readDocument(), await writeDocument());
  });

  test('it has at least forty rows, and no id twice', () => {
    const ids = Object.values(FAULTS).flatMap((rows) => rows.map(({ id }) => id));
    assert.ok(ids.length >= 40, `${ids.length}`);
    assert.equal(new Set(ids).size, ids.length);
  });
});
