import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import { estimateRun } from '../../../src/runs/runEstimate.ts';
import { RunFetches } from '../../../src/runs/runFetch.ts';
import type { RunFetchesOptions } from '../../../src/runs/runOptions.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import type { Run } from '../../../src/model/run.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { settle, SimulatedClock } from '../defender/simulatedClock.ts';
import { action, TENANT } from '../results/fixtures.ts';
import { HELD } from './heldLease.ts';

function run(count: number): Run {
  const actions = Array.from({ length: count }, (_, at) => action({ id: `a${at}`, computerDnsName: `ws-${at}` }));
  const [found] = findRuns(actions, TENANT);
  assert.ok(found !== undefined);
  return found;
}

/** A store, and a service whose fetches the test ends. */
class Stage {
  readonly clock = new SimulatedClock();
  readonly stored = new Set<string>();
  readonly asked: string[] = [];
  readonly records = new Map<string, string>();
  readonly flights = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();

  /** Opens another window over the same store. */
  window(
    hold = (work: () => Promise<void>): Promise<void> => work(),
    prepare?: RunFetchesOptions['prepare'],
  ): RunFetches {
    const store = {
      facts: ({ actionId }: ResultRef) =>
        Promise.resolve(this.stored.has(actionId) ? ({ transcript: {} } as StoredFacts) : undefined),
      call: (method: string, ...args: readonly unknown[]) => {
        if (method === 'putRun') {
          this.records.delete(String(args[0]));
          this.records.set(String(args[0]), String(args[1]));
        }
        return Promise.resolve(method === 'runs' ? [...this.records.values()].reverse() : undefined);
      },
    } as unknown as RunFetchesOptions['store'] & RunFetchesOptions['worker'];
    return new RunFetches({
      store,
      worker: store,
      clock: this.clock,
      hold: (_name, _signal, work) => hold(() => work(HELD)),
      ...(prepare === undefined ? {} : { prepare }),
      // The same as in the service: a stored result is not requested.
      open: ({ actionId }, { signal }) => {
        if (this.stored.has(actionId)) return Promise.resolve({ size: 10 });
        this.asked.push(actionId);
        return new Promise((resolve, reject) => {
          const land = (): void => {
            resolve({ size: 10 });
          };
          this.flights.set(actionId, { resolve: land, reject });
          signal.addEventListener('abort', () => {
            reject(new LiveResponseError('cancelled'));
          });
        });
      },
    });
  }

  async land(actionId: string, failure?: FailureCode): Promise<void> {
    const flight = this.flights.get(actionId);
    assert.ok(flight !== undefined, `${actionId} is not under way`);
    this.flights.delete(actionId);
    if (failure === undefined) {
      this.stored.add(actionId);
      flight.resolve();
    } else
      flight.reject(
        new LiveResponseError(failure, failure === 'rateLimited' ? { retryAt: this.clock.now() + 9000 } : {}),
      );
    for (let turn = 0; turn < 5; turn++) await settle();
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await settle();
}

suite('fetching a run', () => {
  test('a run that was only noted can be forgotten, one under way only with its tenant, and that is told', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const told: string[] = [];
    runs.onDidChange((key) => told.push(key));
    const noted = { ...run(1), key: 'noted' };
    runs.note(noted);
    runs.forget('noted');
    assert.equal(runs.get('noted'), undefined);
    const all = run(5);
    const done = runs.start(all, { again: true });
    await turns();
    runs.forget(all.key);
    assert.equal(runs.get(all.key)?.state, 'running');
    const other = { ...run(1), key: 'other', tenant: { ...TENANT, tenantId: 'f'.repeat(36) } };
    runs.note(other);
    told.length = 0;
    runs.forgetOf(TENANT);
    await done;
    assert.deepEqual([runs.get(all.key), runs.isActive(all.key), told], [undefined, false, [all.key]]);
    assert.equal(runs.get('other')?.state, 'none');
    assert.deepEqual(stage.asked, ['a0', 'a1', 'a2'], 'nothing more is asked');
  });

  test('a lease that cannot be taken stops the run, and says why', async () => {
    const stage = new Stage();
    const runs = stage.window(() => Promise.reject(new LiveResponseError('databaseFailed', { reason: 'locked' })));
    const all = run(1);
    await runs.start(all, { again: true });
    const record = runs.get(all.key);
    assert.deepEqual([record?.state, record?.stoppedBy?.code], ['stopped', 'databaseFailed']);
    assert.equal(runs.isActive(all.key), false);
    runs.cancel('no such run');
    runs.pause('no such run');
    assert.equal(runs.get('no such run'), undefined);
  });

  test('paused twice, a run goes on where it was', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(2);
    const done = runs.start(all, { again: true });
    await turns();
    runs.pause(all.key);
    runs.pause(all.key);
    runs.resume(all.key);
    assert.equal(runs.get(all.key)?.state, 'running');
    for (const id of ['a0', 'a1']) await stage.land(id);
    await done;
    assert.equal(runs.get(all.key)?.state, 'ended');
  });

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
