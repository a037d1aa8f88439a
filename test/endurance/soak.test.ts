import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { soak } from './soak.ts';

/** Rounds of each simulated hour. `npm run endurance` works more. */
const ROUNDS = 6;
/** Growth of the memory in use per hour that is noise: caches of the engine grow and shrink by this share. */
const MOST_GROWTH = 0.01;

suite('twelve simulated hours of work', () => {
  test('memory and handles stay as they are after the first hours', async () => {
    const { growth, moreHandles, heap, problems } = await soak(12, ROUNDS);
    assert.deepEqual(problems, []);
    assert.ok(growth < MOST_GROWTH, `grows by ${growth} an hour: ${heap.join(', ')}`);
    assert.ok(moreHandles <= 0, `${moreHandles} more handles`);
  });
});
