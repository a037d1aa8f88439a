import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { estimateRun } from '../../../src/runs/runEstimate.ts';
import type { RunFetches } from '../../../src/runs/runFetch.ts';
import type { Run } from '../../../src/model/run.ts';
import { run, Stage, turns } from './runStage.ts';

suite('fetching a run', () => {
  test('three at once, each once, to the end', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(5);
    const done = runs.start(all, { again: true });
    await turns();
    assert.deepEqual(stage.asked, ['a0', 'a1', 'a2']);
    assert.equal(runs.get(all.key)?.state, 'running');
    for (const id of ['a1', 'a0', 'a2', 'a3', 'a4']) await stage.land(id);
    await done;
    assert.deepEqual(stage.asked, ['a0', 'a1', 'a2', 'a3', 'a4']);
    assert.equal(runs.get(all.key)?.state, 'ended');
    assert.equal(runs.isActive(all.key), false);
  });

  test('a pause begins nothing new, and what is under way comes', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(5);
    const done = runs.start(all, { again: true });
    await turns();
    runs.pause(all.key);
    for (const id of ['a0', 'a1', 'a2']) await stage.land(id);
    assert.deepEqual([stage.asked.length, stage.stored.size, runs.get(all.key)?.state], [3, 3, 'paused']);
    runs.resume(all.key);
    await turns();
    await stage.land('a3');
    await stage.land('a4');
    await done;
    assert.equal(stage.stored.size, 5);
  });

  test('cancelled, it begins nothing more and keeps what it has', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(5);
    const done = runs.start(all, { again: true });
    await turns();
    await stage.land('a0');
    runs.cancel(all.key);
    await done;
    assert.equal(runs.get(all.key)?.state, 'cancelled');
    assert.deepEqual([stage.asked.length, stage.stored.size], [4, 1]);
  });

  test('a window that dies leaves a record; the next one asks for what is not stored, and not for what there is not', async () => {
    const stage = new Stage();
    const first = stage.window();
    const all = run(6);
    void first.start(all, { again: true });
    await turns();
    await stage.land('a0');
    await stage.land('a1', 'noResult');
    first.dispose();
    await turns();
    const next = stage.window();
    const [record] = await next.load();
    assert.ok(record !== undefined);
    assert.equal(record.run.key, all.key);
    assert.deepEqual(
      (await next.missing(record)).map(({ actionId }) => actionId),
      ['a1', 'a2', 'a3', 'a4', 'a5'],
    );
    stage.asked.length = 0;
    const done = next.start(record.run, { again: false });
    await turns();
    for (const id of ['a2', 'a3', 'a4', 'a5']) await stage.land(id);
    await done;
    assert.deepEqual(stage.asked, ['a2', 'a3', 'a4', 'a5']);
    assert.deepEqual(await stage.window().load(), [], 'what has ended is not offered');
  });

  test('what fails for one host is kept with it; what would fail for all stops the run', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(6);
    const done = runs.start(all, { again: true });
    await turns();
    await stage.land('a0', 'tooLarge');
    await stage.land('a1', 'notSignedIn');
    await stage.land('a2');
    await stage.land('a3');
    await done;
    const record = runs.get(all.key);
    assert.deepEqual([record?.state, record?.stoppedBy?.code], ['stopped', 'notSignedIn']);
    assert.deepEqual(
      Object.values(record?.failures ?? {}).map(({ code }) => code),
      ['tooLarge'],
    );
    assert.equal(stage.asked.length, 4);
  });

  test('a refusal by the rate limit waits, and asks for the same result again', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(1);
    const done = runs.start(all, { again: true });
    await turns();
    await stage.land('a0', 'rateLimited');
    assert.equal(stage.asked.length, 1);
    await stage.clock.pass(9000);
    await turns();
    assert.equal(stage.asked.length, 2);
    await stage.land('a0');
    await done;
    assert.deepEqual(runs.get(all.key)?.failures, {});
  });

  test('while another window is at it, this one waits', async () => {
    const stage = new Stage();
    let free: () => void = () => undefined;
    const runs = stage.window((work) => new Promise<void>((resolve) => (free = resolve)).then(work));
    const all = run(1);
    const done = runs.start(all, { again: true });
    await turns();
    assert.deepEqual([runs.get(all.key)?.state, stage.asked.length], ['waiting', 0]);
    stage.stored.add('a0');
    free();
    await done;
    assert.equal(stage.asked.length, 0, 'the other window had fetched it');
  });

  test('before the first result, once, what is missing can be prepared for', async () => {
    const stage = new Stage();
    stage.stored.add('a1');
    const ready = Promise.withResolvers<undefined>();
    const prepared: string[][] = [];
    const runs = stage.window(undefined, async (_run, missing) => {
      prepared.push(missing.map(({ actionId }) => actionId));
      await ready.promise;
    });
    const all = run(3);
    const done = runs.start(all, { again: true });
    await turns();
    assert.deepEqual([prepared, stage.asked], [[['a0', 'a2']], []]);
    ready.resolve(undefined);
    await turns();
    for (const id of ['a0', 'a2']) await stage.land(id);
    await done;
    assert.deepEqual([prepared.length, runs.get(all.key)?.state], [1, 'ended']);
  });

  test('a preparation that fails ends nothing; one that is under way ends with the run', async () => {
    const stage = new Stage();
    const failing = stage.window(undefined, () => Promise.reject(new LiveResponseError('offline')));
    const all = run(1);
    const done = failing.start(all, { again: true });
    await turns();
    await stage.land('a0');
    await done;
    assert.deepEqual([failing.get(all.key)?.state, failing.get(all.key)?.stoppedBy], ['ended', undefined]);

    stage.stored.clear();
    stage.asked.length = 0;
    const slow = stage.window(
      undefined,
      (_run, _missing, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new LiveResponseError('cancelled'));
          });
        }),
    );
    const cancelled = slow.start(all, { again: true });
    await turns();
    slow.cancel(all.key);
    await cancelled;
    assert.deepEqual([slow.get(all.key)?.state, stage.asked], ['cancelled', []]);
  });

  test('the run that was changed last comes first, also among those that another window left', async () => {
    const stage = new Stage();
    const names = (runs: RunFetches): string[] => runs.all.map(({ run: { words } }) => words.script);
    const named = (script: string): Run => ({ ...run(1), key: script, words: { script, args: '', comment: '' } });
    const first = stage.window();
    for (const script of ['older', 'newer']) void first.start(named(script), { again: true });
    await turns();
    first.dispose();
    await turns();
    assert.deepEqual(names(first), ['newer', 'older']);
    const next = stage.window();
    const left = await next.load();
    assert.deepEqual([left.length, names(next)], [2, ['newer', 'older']]);
    next.note(named('only here'));
    next.cancel('older');
    await next.load();
    assert.deepEqual(names(next), ['only here', 'older', 'newer']);
    assert.equal(next.get('older')?.state, 'cancelled');
  });
});

suite('how long a run takes', () => {
  const usage = { minute: 0, hour: 0, minuteLimit: 100, hourLimit: 1500, pausedUntil: 0 };

  test('what fits into the background share of a minute waits for nothing', () => {
    assert.equal(estimateRun(0, usage, 0), 0);
    assert.equal(estimateRun(80, usage, 0), 24_000);
  });

  test('the rest comes with the minutes, and with the hours', () => {
    assert.equal(estimateRun(196, usage, 0), 2 * 60_000);
    assert.equal(estimateRun(196, { ...usage, minute: 80 }, 0), 3 * 60_000);
    assert.equal(estimateRun(1200, usage, 0), 14 * 60_000);
    assert.ok(estimateRun(1300, usage, 0) > 60 * 60_000);
    assert.equal(estimateRun(1, { ...usage, pausedUntil: 5000 }, 1000), 4300);
  });
});
