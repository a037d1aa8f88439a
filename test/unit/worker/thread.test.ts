import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { failure } from '../defender/expected.ts';
import type { WorkerAnswer } from '../../../src/worker/protocol.ts';
import { WorkerClient } from '../../../src/worker/workerClient.ts';
import type { StoreThread, WorkerClientOptions } from '../../../src/worker/workerClient.ts';
import { arrived, ref, resultFile } from '../results/fixtures.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', '..', 'src', 'worker', 'main.ts');

/** Starts the store's thread as it ships, without a bundle. */
function startThread(): Promise<StoreThread> {
  const worker = new Worker(MAIN, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  return Promise.resolve({
    send: (request) => {
      worker.postMessage(request);
    },
    onAnswer: (listener) => {
      worker.on('message', (answer: WorkerAnswer) => {
        listener(answer);
      });
    },
    onEnd: (listener) => {
      worker.once('exit', (code) => {
        listener(`exit ${code}`);
      });
    },
    stop: async () => {
      const ended = once(worker, 'exit');
      await worker.terminate();
      await ended;
    },
  });
}

async function open(
  context: TestContext,
  change: Partial<WorkerClientOptions> = {},
): Promise<{ readonly client: WorkerClient; readonly folder: string; readonly told: string[] }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'thread-'));
  const told: string[] = [];
  const client = new WorkerClient({
    folder,
    keeps: () => true,
    onMemoryOnly: (reason) => told.push(`memory only: ${reason}`),
    onFault: ({ kind }) => told.push(kind),
    startThread,
    ...change,
  });
  context.after(async () => {
    await client.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  return { client, folder, told };
}

suite('the thread of the store', () => {
  test('stores, reads and moves bytes; a fault of a request is an error of this request only', async (context) => {
    const { client, told } = await open(context);
    const [facts, bytes] = arrived(resultFile('one\r\ntwo\n'));
    await client.call('put', facts, bytes, { keep: true });
    assert.equal(await client.call('text', ref(), 'output'), 'one\r\ntwo\n');
    const raw = await client.call('raw', ref());
    assert.deepEqual(raw === undefined ? undefined : Buffer.from(raw), Buffer.from(bytes));
    await assert.rejects(client.call('nothing' as 'runs'), failure('databaseFailed'));
    assert.equal(await client.call('text', ref(), 'errors'), '');
    assert.deepEqual(told, []);
  });

  test('at the end of a window, a result that has arrived is stored, and the files are closed without a log', async (context) => {
    const { client, folder } = await open(context);
    await client.call('runs');
    const [facts, bytes] = arrived(resultFile('the last one'));
    const stored = client.call('put', facts, bytes, { keep: true });
    await client.dispose();
    assert.equal((await stored).sha256, facts.sha256);
    assert.deepEqual((await readdir(folder)).sort(), ['results.db', 'shared.db']);
    const { client: next } = await open(context, { folder });
    assert.equal(await next.call('text', ref(), 'output'), 'the last one');
  });

  test('a file that is damaged is set aside aloud, and a link in its place is refused', async (context) => {
    const { client, folder, told } = await open(context);
    await writeFile(path.join(folder, 'results.db'), 'this is no database, and never was one'.repeat(500));
    const [facts, bytes] = arrived(resultFile('one'));
    await client.call('put', facts, bytes, { keep: true });
    assert.equal(await client.call('text', ref(), 'output'), 'one');
    assert.deepEqual(told, ['corrupt']);

    const linked = await open(context);
    await writeFile(path.join(linked.folder, 'target'), '');
    await symlink(path.join(linked.folder, 'target'), path.join(linked.folder, 'results.db'));
    await linked.client.call('put', facts, bytes, { keep: true });
    assert.equal(await linked.client.call('text', ref(), 'output'), 'one');
    assert.deepEqual(linked.told, ['noAccess']);
  });

  test('one that cannot be started, and one that ends, fail what waits for them, and the next request starts another', async (context) => {
    let fails = true;
    const threads: StoreThread[] = [];
    const { client } = await open(context, {
      startThread: async () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a foreign module can throw anything
        if (fails) throw 'no thread';
        const thread = await startThread();
        threads.push(thread);
        return thread;
      },
    });
    await assert.rejects(client.call('runs'), (error: unknown) => {
      assert.ok(failure('databaseFailed')(error));
      assert.equal((error as { values: { reason?: string } }).values.reason, 'unknown');
      return true;
    });
    fails = false;
    assert.deepEqual(await client.call('runs'), []);
    const lost = client.call('runs');
    await threads[0]?.stop();
    await assert.rejects(lost, failure('databaseFailed'));
    assert.deepEqual(await client.call('runs'), []);
    assert.equal(threads.length, 2);
  });
});
