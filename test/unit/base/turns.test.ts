import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Turns } from '../../../src/base/turns.ts';

suite('turns', () => {
  test('work is done in its order, one after the other, also after one that failed', async () => {
    const turns = new Turns();
    const steps: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const one = turns.take(async () => {
      steps.push('one');
      await first.promise;
      throw new Error('one failed');
    });
    const two = turns.take(() => {
      steps.push('two');
      return Promise.resolve('done');
    });
    const settled = turns.settle().then(() => steps.push('settled'));
    await new Promise(setImmediate);
    assert.deepEqual(steps, ['one']);
    first.resolve(undefined);
    await assert.rejects(one, /one failed/u);
    assert.equal(await two, 'done');
    await settled;
    assert.deepEqual(steps, ['one', 'two', 'settled']);
  });
});
