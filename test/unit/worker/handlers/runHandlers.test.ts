import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRuns } from '../../../../src/runs/runs.ts';
import { createRunHandlers } from '../../../../src/worker/handlers/runHandlers.ts';
import { SharedRecords } from '../../../../src/storage/sharedRecords.ts';
import { action, TENANT } from '../../results/fixtures.ts';

suite('what the worker does for runs', () => {
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
});
