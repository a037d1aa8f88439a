import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { ResultDamaged } from '../../../src/worker/storedTexts.ts';
import { failure } from '../defender/expected.ts';
import { analysisInPlace } from './analysisInPlace.ts';
import { arrived, received, ref, resultFile } from './fixtures.ts';
import { TestStore } from './testStore.ts';
import { threadOf } from './threadInPlace.ts';

suite('a store whose thread fails', () => {
  const asked: string[] = [];
  const fails = (name: string) => (): never => {
    asked.push(name);
    throw new Error('database is locked');
  };
  const open = (): TestStore =>
    new TestStore({
      ...{ folder: undefined, analysis: analysisInPlace(), onMemoryOnly: () => undefined },
      startThread: () =>
        Promise.resolve(
          threadOf({
            ...createHandlers(),
            ...{ forgetShared: fails('forgetShared'), purge: fails('purge') },
            ...{ quoteResult: fails('quoteResult'), endLarge: fails('endLarge') },
            text: () => {
              throw new ResultDamaged('another hash');
            },
          }),
        ),
      rules: () => ({ keep: false, maxBytes: 1, maxAge: undefined }),
    });

  test('takes nothing of what was fetched, and a quotation is made all the same', async () => {
    const store = open();
    const stored = await store.put(...arrived(resultFile('text')));
    store.noteQuoted(ref());
    await store.purge();
    assert.equal(store.known(ref()), stored);
    assert.deepEqual(new Set(asked), new Set(['forgetShared', 'purge', 'quoteResult']));
  });

  test('says which result was damaged, and does not know it any more', async () => {
    const store = open();
    const stored = await store.put(...arrived(resultFile('text')));
    const damaged: unknown[] = [];
    store.onDidFindDamage((facts) => damaged.push(facts));
    await assert.rejects(store.text(ref(), 'output'), failure('resultDamaged'));
    assert.deepEqual([damaged, store.known(ref())], [[stored], undefined]);
  });

  test('a large result is not completed where storing was turned off while it came', async () => {
    const store = open();
    await assert.rejects(store.keepLarge(1, received(), undefined), failure('largeNotKept', { reason: 'notAllowed' }));
    assert.ok(!asked.includes('endLarge'));
  });
});
