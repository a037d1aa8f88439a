import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TestStore } from '../unit/results/testStore.ts';
import { StoredSearch } from '../../src/results/search/storedSearch.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { arrived, ref, resultFile } from '../unit/results/fixtures.ts';
import { Threads } from './support/threads.ts';

/** Results on which the pattern never ends: at half a second each, more than a user waits for. */
const RESULTS = 30;
const query = { isRegExp: true, matchCase: true, connection: undefined, device: undefined, script: undefined };

async function withStore(work: (store: TestStore) => Promise<void>): Promise<void> {
  const threads = new Threads();
  const store = new TestStore({
    folder: undefined,
    analysis: analysisInPlace(),
    startThread: () => threads.startStore(),
    onMemoryOnly: () => undefined,
  });
  try {
    for (let at = 0; at < RESULTS; at++) {
      const file = resultFile('a'.repeat(100_000));
      await store.put(...arrived(file, { ref: ref({ actionId: `a${at}` }) }));
    }
    await work(store);
  } finally {
    await store.dispose();
    await threads.stop();
  }
}

suite('a search whose pattern never ends', () => {
  test('is given up on each result in turn; clicks go on, and so does Cancel', { timeout: 120_000 }, () =>
    withStore(async (store) => {
      const search = new StoredSearch(store);
      const begun = new Promise<void>((resolve) => {
        search.onDidChange((run) => {
          if ((run?.givenUp ?? 0) > 0) resolve();
        });
      });
      const searching = search.start({ ...query, text: '^(?:a+)+!' });
      await begun;
      const document = await store.document(ref({ actionId: 'a0' }), 'output');
      assert.equal(document?.length, 100_003);
      assert.equal(search.run?.state, 'running', 'the document did not wait for the search');
      search.cancel();
      await searching;
      assert.equal(search.run.state, 'cancelled');
      assert.ok(search.run.givenUp < RESULTS);
    }),
  );
});
