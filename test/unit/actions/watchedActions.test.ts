import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WatchedActions } from '../../../src/actions/watchedActions.ts';
import { numbered } from '../results/manyActions.ts';

const RUNS = numbered(1, { status: 'InProgress' });

suite('actions whose end somebody waits for', () => {
  test('are told once each, and never after their end', () => {
    const watched = new WatchedActions();
    const told: string[][] = [];
    watched.onDidChange((ids) => told.push([...ids]));
    assert.equal(watched.add(numbered(0, { status: 'Succeeded' })), false);
    assert.equal(watched.add(RUNS), true);
    watched.add(RUNS);
    assert.deepEqual(told, [['action 1']]);
    assert.deepEqual(watched.take([RUNS]), [RUNS]);
    assert.deepEqual(watched.take([RUNS]), []);
  });

  test('one that was stopped stays so when it is opened or selected, until it is chosen again', () => {
    const watched = new WatchedActions();
    watched.add(RUNS);
    watched.stop('action 1');
    assert.equal(watched.add(RUNS), false);
    assert.equal(watched.has('action 1'), false);
    watched.choose(RUNS);
    assert.equal(watched.has('action 1'), true);
  });
});
