import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openManyWindows } from './manyWindows.ts';

/** Simulated minutes. `npm run endurance` simulates thirty. */
const MINUTES = 4;
/** Numbers that have to be reached, however slow the machine is. */
const ENOUGH = { calls: 50, results: 20, kills: 8, stops: 1, clockSteps: 1 } as const;

suite('eight windows that are killed, stopped and put to sleep, on a clock that is set', () => {
  test('never call more than is allowed, fetch each result once, and tell each event once', async () => {
    const seed = 1;
    console.log(`seed ${seed}`);
    const { problems, ...found } = await openManyWindows(MINUTES, seed, ENOUGH);
    assert.deepEqual(problems, []);
    for (const name of Object.keys(ENOUGH) as (keyof typeof ENOUGH)[])
      assert.ok(found[name] >= ENOUGH[name], `${found[name]} ${name}`);
  });
});
