import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import { isLiveResponseError } from '../../../src/base/errors.ts';
import { describeOpened } from '../../../src/results/openedResult.ts';
import { TestStore } from './testStore.ts';
import { storeLargeFile } from '../../../src/results/storeLargeFile.ts';
import type { LargeFile } from '../../../src/results/storeLargeFile.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { analysisInPlace } from './analysisInPlace.ts';
import { arrived, resultFile } from './fixtures.ts';
import { threadOf } from './threadInPlace.ts';

const OUTPUT = Array.from({ length: 50_000 }, (_, at) => `line ${at + 1}`).join('\r\n');
const FILE = resultFile(OUTPUT);
const [{ sha256 }] = arrived(FILE);

async function* inChunks(size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < FILE.length; from += size) {
    await Promise.resolve();
    yield FILE.subarray(from, from + size);
  }
}

suite('a large result file that is opened from the disk', () => {
  let folder: string;
  let store: TestStore;
  let keep: boolean;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'large-file-'));
  });
  after(() => rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 }));
  beforeEach(async () => {
    keep = true;
    store = new TestStore({
      folder,
      analysis: analysisInPlace(),
      startThread: () => Promise.resolve(threadOf(createHandlers())),
      onMemoryOnly: () => undefined,
      rules: () => ({ keep, maxBytes: undefined, maxAge: undefined }),
    });
    await store.removeAll();
  });

  const opened = { kind: 'file', name: 'output.json', openedAt: 1000 } as const;
  const fileOf = (chunks: LargeFile['chunks']): LargeFile => ({
    chunks,
    describe: (read) => describeOpened({ ...opened, ...read }).facts,
  });

  test('is stored under its hash, whatever it comes in', async () => {
    for (const size of [FILE.length, 65_536, 1000]) {
      const facts = await storeLargeFile(store, fileOf(inChunks(size)), AbortSignal.timeout(60_000));
      assert.deepEqual([facts.sha256, facts.size, facts.opened?.name], [sha256, FILE.length, 'output.json']);
      assert.equal(facts.ref.cloud, 'file');
      assert.equal(await store.text(facts.ref, 'output'), OUTPUT);
    }
    assert.equal((await store.call('stored')).length, 1);
  });

  test('leaves nothing when it is cancelled, when it cannot be read, and where nothing may be kept', async () => {
    const controller = new AbortController();
    const cancelled = storeLargeFile(
      store,
      {
        ...fileOf(inChunks(65_536)),
        onProgress: (received) => {
          if (received > 200_000) controller.abort();
        },
      },
      controller.signal,
    );
    await assert.rejects(cancelled, (error) => isLiveResponseError(error) && error.code === 'cancelled');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inChunks(FILE.length);
      throw new Error('the disk is gone');
    }
    await assert.rejects(storeLargeFile(store, fileOf(broken()), AbortSignal.timeout(60_000)), /the disk is gone/u);
    keep = false;
    await assert.rejects(
      storeLargeFile(store, fileOf(inChunks(1000)), AbortSignal.timeout(60_000)),
      (error) => isLiveResponseError(error) && error.code === 'largeNotKept' && error.values.reason === 'notAllowed',
    );
    assert.deepEqual(await store.call('stored'), []);
  });
});
