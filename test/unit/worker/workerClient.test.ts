import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import type { WorkerAnswer } from '../../../src/worker/protocol.ts';
import { WorkerClient } from '../../../src/worker/workerClient.ts';
import { failure } from '../defender/expected.ts';

/** A thread whose databases can be opened or not. */
class Scene {
  time = 0;
  isLocked = true;
  tries = 0;
  /** Number of tries after which the database is free. */
  freeAfter = Infinity;
  readonly told: string[] = [];
  readonly client: WorkerClient;

  /** @param refusal - how a database refuses. An error: the thread itself cannot be asked */
  constructor(
    context: TestContext,
    refusal: Pick<WorkerAnswer, 'failure' | 'failureName'> | Error = { failure: 'Error: database is locked' },
  ) {
    context.mock.method(performance, 'now', () => this.time);
    let answer: (answer: WorkerAnswer) => void = () => undefined;
    this.client = new WorkerClient({
      folder: '/folder',
      keeps: () => true,
      onMemoryOnly: (reason) => this.told.push(reason),
      startThread: () =>
        Promise.resolve({
          send: ({ id, method }) => {
            const isRefused = method === 'open' && this.isLocked && ++this.tries <= this.freeAfter;
            if (!isRefused) answer({ id, answer: 'files' });
            else if (refusal instanceof Error) throw refusal;
            else answer({ id, ...refusal });
          },
          onAnswer: (listener) => {
            answer = listener;
          },
          onEnd: () => undefined,
          stop: () => Promise.resolve(),
        }),
    });
  }
}

suite('databases that cannot be opened', () => {
  test('because another window holds them for a moment: the second try opens them, and nothing is said', async (context) => {
    const scene = new Scene(context);
    scene.freeAfter = 1;
    await scene.client.call('runs');
    assert.deepEqual([scene.tries, scene.told], [2, []]);
  });

  test('are tried again now and then, and opened as soon as that works', async (context) => {
    const scene = new Scene(context);
    await scene.client.call('runs');
    await scene.client.call('runs');
    assert.equal(scene.tries, 2, 'not at each question');
    scene.time = 11_000;
    await scene.client.call('runs');
    assert.equal(scene.tries, 3);
    scene.freeAfter = 3;
    scene.time = 22_000;
    await scene.client.call('runs');
    scene.time = 60_000;
    await scene.client.call('runs');
    assert.deepEqual([scene.tries, scene.told.length], [4, 1]);
  });
});

suite('what a thread answers', () => {
  test('a text that is too large keeps its kind, and a thread that ends loses its own requests only', async () => {
    const threads: { answer: (answer: WorkerAnswer) => void; end: (reason: string) => void; ids: number[] }[] = [];
    const client = new WorkerClient({
      ...{ folder: '/folder', keeps: () => false, onMemoryOnly: () => undefined },
      startThread: () => {
        const thread: (typeof threads)[number] = { answer: () => undefined, end: () => undefined, ids: [] };
        threads.push(thread);
        return Promise.resolve({
          send: ({ id, method }) => {
            if (method === 'open') thread.answer({ id, answer: 'files' });
            // The records that other windows shared cannot be deleted now. That must not stop what was asked.
            else if (method === 'forgetShared') thread.answer({ id, failure: 'Error: database is locked' });
            else thread.ids.push(id);
          },
          onAnswer: (listener) => (thread.answer = listener),
          onEnd: (listener) => (thread.end = listener),
          stop: () => Promise.resolve(),
        });
      },
    });
    const lost = client.call('runs');
    await setImmediate();
    const [first] = threads;
    first?.end('out of memory');
    await assert.rejects(lost, failure('databaseFailed', { reason: 'out of memory' }));
    const asked = client.call('runs');
    await setImmediate();
    const [, second] = threads;
    assert.ok(first !== undefined && second !== undefined);
    first.end('exit code 1');
    second.answer({
      id: second.ids.at(-1) ?? 0,
      failure: 'TextTooLarge: 60000000 bytes',
      failureName: 'TextTooLarge',
    });
    await assert.rejects(asked, failure('textTooLarge'));
  });

  test('one that answers no more is ended all the same, and asked nothing afterwards', async () => {
    let stops = 0;
    const client = new WorkerClient({
      ...{ folder: '/folder', keeps: () => true, onMemoryOnly: () => undefined, lastAnswersMs: 1 },
      startThread: () =>
        Promise.resolve({
          ...{ send: () => undefined, onAnswer: () => undefined, onEnd: () => undefined },
          stop: () => {
            stops++;
            return Promise.resolve();
          },
        }),
    });
    void client.call('runs');
    await setImmediate();
    await client.dispose();
    assert.equal(stops, 1);
    await assert.rejects(client.call('runs'), failure('databaseFailed', { reason: 'closed' }));
  });

  test('one that does not start has nothing to end', async () => {
    const client = new WorkerClient({
      ...{ folder: '/folder', keeps: () => true, onMemoryOnly: () => undefined },
      startThread: () => Promise.reject(new Error('no thread')),
    });
    const lost = client.call('runs');
    const ended = client.dispose();
    await assert.rejects(lost, failure('databaseFailed', { reason: 'no thread' }));
    await ended;
  });

  test('a database that fails without words is one that could not be opened', async (context) => {
    for (const refusal of [{ failure: 'FileFailed: ENOENT', failureName: 'FileFailed' }, new Error('no thread')]) {
      const scene = new Scene(context, refusal);
      await scene.client.call('runs');
      assert.deepEqual(scene.told, ['']);
    }
  });
});
