import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRuns } from '../../../src/runs/runs.ts';
import { parseRun } from '../../../src/worker/storedShapes.ts';
import { action, TENANT } from '../results/fixtures.ts';

suite('a stored record that somebody may have written', () => {
  test('is not read where it is longer than any of ours can be', () => {
    const [run] = findRuns([action()], TENANT);
    const json = JSON.stringify({ run, state: 'ended', failures: {} });
    assert.equal(parseRun(`${json} `)?.state, 'ended');
    assert.equal(parseRun(json + ' '.repeat(64 * 1024 * 1024)), undefined);
  });
});
