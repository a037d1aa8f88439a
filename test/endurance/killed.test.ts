import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { killWindows } from './kills.ts';

/** Kills of each seed. `npm run endurance` makes 500. */
const KILLS = 8;

suite('a process that is killed while it fetches a run, saves files or migrates', () => {
  for (const seed of [1, 2]) {
    test(`seed ${seed}: nothing stored is lost, nothing is fetched twice, and every call is counted`, async () => {
      const { kills, results, problems } = await killWindows(KILLS, seed);
      assert.deepEqual(problems, []);
      assert.ok(kills === KILLS && results > 20, `${results} results`);
    });
  }
});
