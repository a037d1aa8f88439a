import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LoadTurns } from '../../../src/actions/loadTurns.ts';
import { failure, patience } from '../defender/expected.ts';
import { settle } from '../defender/simulatedClock.ts';

suite('loads of a list', () => {
  test('of another kind wait for the one under way, whose failure is its own caller’s', async () => {
    const turns = new LoadTurns();
    const lost = new Error('lost');
    const started: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const refreshing = turns.run('first', patience(), () => {
      started.push('refresh');
      return first.promise;
    });
    refreshing.catch(() => undefined);
    const more = turns.run('more', patience(), () => {
      started.push('more');
      return Promise.resolve();
    });
    const leaving = new AbortController();
    const left = turns.run('more', leaving.signal, () => {
      started.push('left');
      return Promise.resolve();
    });
    await settle();
    assert.deepEqual(started, ['refresh']);
    leaving.abort();
    await assert.rejects(left, failure('cancelled'));
    first.reject(lost);
    await assert.rejects(refreshing, (error) => error === lost);
    await more;
    assert.deepEqual(started, ['refresh', 'more']);
  });

  test('one that its own caller has left is finished before a load of the other kind begins', async () => {
    const turns = new LoadTurns();
    const leaving = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const refreshing = turns.run('first', leaving.signal, () => first.promise);
    let isStarted = false;
    const more = turns.run('more', patience(), () => {
      isStarted = true;
      return Promise.resolve();
    });
    leaving.abort();
    await assert.rejects(refreshing, failure('cancelled'));
    await settle();
    assert.deepEqual([isStarted, turns.isUnderWay], [false, true]);
    first.resolve(undefined);
    await more;
    assert.deepEqual([isStarted, turns.isUnderWay], [true, false]);
  });
});
