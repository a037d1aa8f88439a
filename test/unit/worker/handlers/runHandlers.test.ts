import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { findRuns } from '../../../../src/runs/runs.ts';
import { forgetRecords } from '../../../../src/worker/forgetRecords.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { createRunHandlers } from '../../../../src/worker/handlers/runHandlers.ts';
import { SharedRecords } from '../../../../src/storage/sharedRecords.ts';
import { action, ref, TENANT } from '../../results/fixtures.ts';

suite('what the worker does for runs', () => {
  test('with a result, the record of its run is forgotten, and one that cannot be read', () => {
    const records = new SharedRecords();
    const handlers = createRunHandlers(records);
    for (const [key, id] of [
      ['own', action().id],
      ['other', 'f'.repeat(36)],
    ] as const) {
      const [run] = findRuns([action({ id })], TENANT);
      handlers.putRun(key, JSON.stringify({ run, state: 'ended', failures: {} }), { keep: true });
    }
    handlers.putRun('odd', '{"run":5}', { keep: true });
    forgetRecords(records, [ref()]);
    assert.deepEqual(
      records.runs().map(({ key }) => key),
      ['other'],
    );
  });

  test('records are kept, the one that was changed last comes first', () => {
    const handlers = createRunHandlers(new SharedRecords());
    const [run] = findRuns([action()], TENANT);
    const [one, two] = ['running', 'ended'].map((state) => JSON.stringify({ run, state, failures: {} }));
    assert.ok(one !== undefined && two !== undefined);
    handlers.putRun('a', one, { keep: true });
    handlers.putRun('b', two, { keep: false });
    handlers.putRun('c', '{"run":5}', { keep: true });
    assert.deepEqual(handlers.runs(), [two, one], 'and what is no record of a run is left out');
  });

  test('a copy that must stay in memory is known here only, and deletes nothing of the others', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'records-'));
    try {
      const [here, elsewhere] = [createHandlers(), createHandlers()];
      for (const window of [here, elsewhere]) window.open(folder);
      const [run] = findRuns([action()], TENANT);
      here.putRun('a', JSON.stringify({ run, state: 'ended', failures: {} }), { keep: true });
      here.rememberCopy('pp', 'of a pack', { keep: 'inMemory' });
      assert.deepEqual([here.lastCopy('pp'), elsewhere.lastCopy('pp')], ['of a pack', undefined]);
      assert.equal(elsewhere.runs().length, 1);
      here.rememberCopy('pp', 'of a pack', { keep: false });
      assert.equal(elsewhere.runs().length, 0, 'what the person turned off deletes all');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
