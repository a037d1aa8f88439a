import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { outlineLines } from '../../src/evidence/outline/outline.ts';
import { Analysis } from '../../src/analysis/analysis.ts';
import { pack } from '../../src/analysis/packed.ts';
import { TestStore } from '../unit/results/testStore.ts';
import { arrived, ref, resultFile } from '../unit/results/fixtures.ts';
import { Threads } from './support/threads.ts';

/** A text on which the pattern of support/hostileAnalysis.ts never ends. */
const HOSTILE = `hostile ${'a'.repeat(60)}!`;
const HOSTILE_MAIN = 'test/security/support/hostileAnalysis.ts';
const MAIN = 'src/analysis/main.ts';
const PATIENCE = { timeout: 120_000 };

const other = { actionId: 'other' };
const stopped = (reason: string) => (error: unknown) =>
  isLiveResponseError(error) && error.code === 'analysisStopped' && error.values.reason === reason;
const cancelled = { code: 'cancelled' };

let threads: Threads;
let analysis: Analysis;
beforeEach(() => {
  threads = new Threads();
  analysis = new Analysis({ startThread: () => threads.startAnalysis(HOSTILE_MAIN) });
});
afterEach(async () => {
  await analysis.dispose();
  await threads.stop();
});

const defang = (text: string, limits: Parameters<Analysis['run']>[1] = {}): Promise<string> =>
  analysis.run(async (ask) => (await ask('defang', text)).text, limits);

/** Waits for an answer of the thread, so that it runs and works on the next request at once. */
async function warmUp(): Promise<void> {
  assert.equal(await defang('evil.com'), 'evil[.]com');
}

suite('a thread for what devices wrote', () => {
  test('work that never ends is stopped at its limit, and the next request is answered', PATIENCE, async () => {
    await assert.rejects(defang(HOSTILE, { limitMs: 1000 }), stopped('time'));
    assert.equal(await defang('evil.com'), 'evil[.]com');
    assert.equal(threads.started, 2, 'another thread');
  });

  test('work that never ends is cancelled while it runs; what waited behind it is answered', PATIENCE, async () => {
    await warmUp();
    const controller = new AbortController();
    const hostile = defang(HOSTILE, { signal: controller.signal });
    const waiting = ['one', 'two', 'three'].map((text) => defang(text));
    setTimeout(() => {
      controller.abort();
    }, 200);
    await assert.rejects(hostile, cancelled);
    assert.deepEqual(await Promise.all(waiting), ['one', 'two', 'three']);
  });

  test('the store answers while an output keeps the thread busy: another result opens', PATIENCE, async () => {
    const store = new TestStore({
      folder: undefined,
      analysis,
      startThread: () => threads.startStore(),
      onMemoryOnly: () => undefined,
    });
    try {
      await store.put(...arrived(resultFile(HOSTILE)));
      await store.put(...arrived(resultFile('another one'), { ref: ref(other) }));
      const controller = new AbortController();
      let isOver = false;
      const asked = { ref: ref(), stream: 'output', ranges: undefined } as const;
      const copying = store.analysis.indicators(asked, controller.signal).finally(() => {
        isOver = true;
      });
      // Time for the thread to start and to read the request.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const document = await store.document(ref(other), 'output');
      assert.equal(Buffer.from(document ?? []).toString(), '\ufeffanother one');
      assert.equal(isOver, false, 'the hostile one is still being read');
      controller.abort();
      await assert.rejects(copying, cancelled);
      const found = await store.analysis.indicators({ ...asked, ref: ref(other) });
      assert.deepEqual(found, []);
    } finally {
      await store.dispose();
    }
  });

  test('of a hundred requests at once, only the hostile ones fail', PATIENCE, async () => {
    const texts = Array.from({ length: 100 }, (_, at) => (at % 50 === 13 ? HOSTILE : `text ${at}`));
    const ended = await Promise.allSettled(texts.map((text) => defang(text, { limitMs: 2000 })));
    for (const [at, end] of ended.entries()) {
      if (texts[at] === HOSTILE) assert.equal(end.status, 'rejected');
      else assert.equal(end.status === 'fulfilled' ? end.value : undefined, texts[at]);
    }
    assert.equal(threads.started, 3, 'one more for each that was stopped');
  });

  test('one that was cancelled while it waited costs nothing; the one before it goes on', PATIENCE, async () => {
    await warmUp();
    const controller = new AbortController();
    const first = analysis.run(async (ask) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return (await ask('defang', 'first')).text;
    });
    const second = defang('second', { signal: controller.signal });
    const third = defang('third');
    controller.abort();
    await assert.rejects(second, cancelled);
    assert.deepEqual([await first, await third], ['first', 'third']);
    assert.equal(threads.started, 1);
  });

  test('a thread that crashes, or needs too much memory, takes only the request with it', PATIENCE, async () => {
    await assert.rejects(defang('exit'), stopped('ended'));
    await assert.rejects(defang('greedy'), stopped('memory'));
    assert.equal(await defang('evil.com'), 'evil[.]com');
  });

  test('a thread that does not start fails the request, and the next one tries again', PATIENCE, async () => {
    let isBroken = true;
    const late = new Analysis({
      startThread: () => (isBroken ? Promise.reject(new Error('no')) : threads.startAnalysis(MAIN)),
    });
    const ask = (): Promise<unknown> => late.run((of) => of('defang', 'text'));
    await assert.rejects(ask(), stopped('ended'));
    isBroken = false;
    assert.deepEqual(await ask(), { text: 'text', count: 0 });
    await late.dispose();
    await assert.rejects(ask(), cancelled);
  });

  test('texts are moved and not copied, and a thread that nobody asks gives its memory back', PATIENCE, async () => {
    const idle = new Analysis({ startThread: () => threads.startAnalysis(MAIN), idleMs: 1 });
    const packed = pack('evil.com '.repeat(100_000));
    const found = await idle.run((ask) => ask('indicators', packed, undefined));
    assert.deepEqual(found, [{ kind: 'domain', value: 'evil.com', count: 100_000, firstLine: 1 }]);
    assert.equal(packed.byteLength, 0, 'it is not here any more');
    while (threads.running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await idle.run((ask) => ask('defang', 'again')), { text: 'again', count: 0 });
    assert.equal(threads.started, 2);
    await idle.dispose();
    while (threads.running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  test('what cannot be sent fails alone', PATIENCE, async () => {
    const real = new Analysis({ startThread: () => threads.startAnalysis(MAIN) });
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 }, more: () => undefined };
    await assert.rejects(
      real.run((ask) => ask('indicators', pack('text'), [range])),
      stopped('failed'),
    );
    assert.deepEqual(await real.run((ask) => ask('defang', 'text')), { text: 'text', count: 0 });
    assert.equal(threads.started, 1);
    await real.dispose();
  });

  test('an error of the work is an answer, and no reason for another thread', PATIENCE, async () => {
    const real = new Analysis({ startThread: () => threads.startAnalysis(MAIN) });
    const missing = { key: 'not held', source: undefined };
    await assert.rejects(
      real.run((ask) => ask('viewText', missing)),
      stopped('failed'),
    );
    assert.equal(await real.run((ask) => ask('holdsView', 'not held')), false);
    assert.equal(threads.started, 1);
    await real.dispose();
  });

  test('an outline is made of the bytes of a document', PATIENCE, async () => {
    const real = new Analysis({ startThread: () => threads.startAnalysis(MAIN) });
    const outline = (text: string): Promise<unknown> =>
      real.run((ask) => ask('outline', new TextEncoder().encode(text)));
    assert.equal(await outline('\ufeffno shape'), undefined);
    const lines = ['{', '"a": {', '"b": 1', '}', '}'];
    assert.deepEqual(await outline(`\ufeff${lines.join('\r\n')}`), outlineLines(lines));
    await real.dispose();
  });
});
