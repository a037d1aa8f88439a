import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openManyWindows } from './manyWindows.ts';

/** Simulated minutes. `npm run endurance` simulates thirty. */
const MINUTES = 4;

suite('eight windows that are killed, stopped and put to sleep, on a clock that is set', () => {
  test('never call more than is allowed, fetch each result once, and tell each event once', async () => {
    const seed = 1;
    console.log(`seed ${seed}`);
    const { problems, calls, results, kills, stops, clockSteps } = await openManyWindows(MINUTES, seed);
    assert.deepEqual(problems, []);
    assert.ok(calls > 50 && results > 20, `${calls} calls, ${results} results`);
    assert.ok(kills > 8 && stops > 0 && clockSteps > 0, `${kills} kills, ${stops} stops, ${clockSteps} steps`);
  });
});
