import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { KeptResults } from '../../../src/storage/keptResults.ts';

test('of a result in the file and a later one in memory, only the later one is listed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kept-'));
  const results = new KeptResults((fault) => {
    assert.fail(fault.reason);
  });
  try {
    results.openIn(folder);
    const row = { key: 'a', tenant: 't', fetchedAt: 1, facts: 'earlier', bytes: Buffer.from('earlier') };
    results.put(row);
    results.put({ ...row, key: 'b', facts: 'other' });
    results.put({ ...row, fetchedAt: 2, facts: 'later', bytes: Buffer.from('later') }, false);
    assert.equal(results.facts('a'), 'later');
    assert.deepEqual(results.list('t'), ['later', 'other']);
    assert.deepEqual(
      results.sizes().map(({ key, fetchedAt }) => [key, fetchedAt]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
  } finally {
    results.close();
    await rm(folder, { recursive: true });
  }
});
