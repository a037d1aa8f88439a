import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { WorkerAnswer } from '../../../src/worker/protocol.ts';
import { WorkerClient } from '../../../src/worker/workerClient.ts';

/** A thread whose databases can be opened or not. */
class Scene {
  time = 0;
  isLocked = true;
  tries = 0;
  /** Number of tries after which the database is free. */
  freeAfter = Infinity;
  readonly told: string[] = [];
  readonly client: WorkerClient;

  constructor(context: TestContext) {
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
            answer(isRefused ? { id, failure: 'Error: database is locked' } : { id, answer: 'files' });
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
