import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { RunRecord } from '../../../src/model/runRecord.ts';
import { renewHosts } from '../../../src/runs/runHosts.ts';
import type { Asking } from '../../../src/runs/runHosts.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { settle } from '../defender/simulatedClock.ts';
import { action, command, TENANT } from '../results/fixtures.ts';
import { HOUR, MINUTE, Shift, turns } from './shift.ts';

const ASKING: Asking = { signal: new AbortController().signal, priority: 'background' };

suite('an order under attack', () => {
  test('a pause while a question is under way stays a pause, and resume goes on watching', async () => {
    const shift = new Shift([0, HOUR]);
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<undefined>();
    const run = shift.run();
    const runs = shift.window({
      renew: async (one) => {
        asked.resolve(undefined);
        await answer.promise;
        return one;
      },
    });
    const done = runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    await shift.pass(MINUTE);
    await asked.promise;
    runs.pause(run.key);
    answer.resolve(undefined);
    await turns();
    assert.equal(runs.get(run.key)?.state, 'paused');
    runs.resume(run.key);
    await turns();
    assert.equal(runs.get(run.key)?.state, 'watching');
    runs.cancel(run.key);
    await done;
    assert.equal(runs.get(run.key)?.order, undefined, 'resume must not bring a canceled order back');
  });

  test('a token that ends while the run is paused stops it', async () => {
    const shift = new Shift([0, 0]);
    const fail = Promise.withResolvers<undefined>();
    const runs = shift.window({
      open: async () => {
        await fail.promise;
        throw new LiveResponseError('notSignedIn');
      },
    });
    const run = shift.run();
    const done = runs.start(run, { again: true });
    await turns();
    runs.pause(run.key);
    fail.resolve(undefined);
    await done;
    assert.deepEqual([runs.get(run.key)?.state, runs.isActive(run.key)], ['stopped', false]);
  });

  test('an hour without a network costs nothing of the order', async () => {
    const shift = new Shift([0, 0, 0, 10 * HOUR]);
    shift.failure = 'offline';
    const runs = shift.window();
    const run = shift.run();
    const done = runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    await shift.pass(HOUR);
    assert.equal(runs.get(run.key)?.order?.calls, 0);
    shift.failure = undefined;
    await shift.until(done);
    assert.equal(shift.stored.size, 4);
  });

  test('no question is asked after the time, however long the pause was', async () => {
    const shift = new Shift([0, Infinity]);
    const runs = shift.window();
    const run = shift.run();
    const done = runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    await shift.pass(23 * HOUR);
    runs.pause(run.key);
    const { calls } = shift;
    await shift.pass(50 * HOUR);
    runs.resume(run.key);
    await shift.until(done);
    assert.deepEqual([shift.calls, runs.get(run.key)?.order?.end], [calls, 'time']);
  });

  test('a gesture after the time fetches what there is', async () => {
    const shift = new Shift([0, HOUR]);
    const first = shift.window();
    const run = shift.run();
    void first.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    await shift.pass(MINUTE);
    first.dispose();
    await shift.pass(30 * HOUR);
    const next = shift.window();
    await next.load();
    const whole = shift.run();
    await shift.until(next.start(whole, { again: false }));
    assert.equal(shift.stored.size, 2);
  });

  test('a store that fills up during a fetch ends the order', async () => {
    const shift = new Shift(Array.from({ length: 100 }, () => 0));
    const run = shift.run();
    const runs = shift.window({ room: () => Promise.resolve((20 - shift.stored.size) * 17_000) });
    await shift.until(runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) }));
    assert.equal(runs.get(run.key)?.order?.end, 'full');
    assert.ok(shift.stored.size < 30, String(shift.stored.size));
  });

  test('what was taken survives a window that dies', async () => {
    const shift = new Shift(Array.from({ length: 100 }, () => 0));
    const runs = shift.window();
    const run = shift.run();
    void runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    while (shift.stored.size < 63) await settle();
    const [record] = await shift.window().load();
    // Stored at every tenth call.
    assert.ok((record?.order?.calls ?? 0) >= 60, String(record?.order?.calls));
    runs.dispose();
    const [disposed] = await shift.window().load();
    assert.equal(disposed?.order?.calls, runs.get(run.key)?.order?.calls);
  });

  test('what another window did with a run replaces what this one remembers', async () => {
    const shift = new Shift([0, 5 * HOUR]);
    const [one, other] = [shift.window(), shift.window()];
    const run = shift.run();
    void one.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
    await shift.pass(MINUTE);
    await other.load();
    await shift.pass(HOUR);
    one.cancel(run.key);
    await other.load();
    assert.deepEqual([other.get(run.key)?.state, other.get(run.key)?.order], ['cancelled', undefined]);
  });

  test('a stored order cannot be wider than a new one', async () => {
    const shift = new Shift([0, Infinity]);
    const run = shift.run();
    const hostile = {
      run,
      state: 'watching',
      failures: {},
      order: {
        startedAt: 9e15,
        endsAt: 9e15,
        mostCalls: 9e15,
        mostBytes: 9e15,
        calls: -9e15,
        bytes: -9e15,
        lookedAt: 9e15,
      },
    };
    shift.records.set(run.key, JSON.stringify(hostile satisfies Omit<RunRecord, 'state'> & { state: string }));
    const runs = shift.window();
    const [record] = await runs.load();
    assert.deepEqual(record?.order, createOrder(run, shift.clock.now()));
    await shift.until(runs.start(run, { again: false }));
    assert.equal(runs.get(run.key)?.order?.end, 'time');
  });
});

suite('the question about open hosts', () => {
  /** Creates an action that changed at an hour of the day. */
  function at(id: string, hour: number, isOpen: boolean): MachineAction {
    const time = `2026-11-30T${String(hour).padStart(2, '0')}:00:00Z`;
    return action({
      id,
      computerDnsName: id,
      creationDateTimeUtc: '2026-11-30T08:00:00Z',
      lastUpdateDateTimeUtc: time,
      status: isOpen ? 'InProgress' : 'Succeeded',
      commands: [command({ commandStatus: isOpen ? 'Executing' : 'Completed' })],
    });
  }

  test('begins at the oldest open host, also if another one was asked for later', async () => {
    const known = [at('a', 10, true), at('b', 8, true)];
    const [run] = findRuns(known, TENANT);
    assert.ok(run !== undefined);
    const asked: number[] = [];
    const session = {
      known: (id: string) => known.find((one) => one.id === id),
      fetchChanges: (since: number) => {
        asked.push(since);
        known[1] = at('b', 9, false);
        return Promise.resolve({ actions: [at('b', 9, false)], extent: 'whole' as const });
      },
      fetchCreated: () => Promise.reject(new Error('the changes say it all')),
    };
    const renewed = await renewHosts(session, run, undefined, ASKING);
    assert.deepEqual(asked, [Date.parse('2026-11-30T08:00:00Z')]);
    assert.deepEqual(
      renewed.members.map(({ result }) => result),
      ['notYet', 'transcript'],
    );
    // Later questions begin shortly before the last answered one.
    await renewHosts(session, run, Date.parse('2026-11-30T20:00:00Z'), ASKING);
    assert.equal(asked[1], Date.parse('2026-11-30T19:00:00Z'));
  });

  for (const extent of ['created', 'tooMany'] as const) {
    test(`asks for the span of the run where the changes are not whole (${extent})`, async () => {
      const known = [at('a', 8, true), at('b', 8, true)];
      const [run] = findRuns(known, TENANT);
      assert.ok(run !== undefined);
      const session = {
        known: (id: string) => known.find((one) => one.id === id),
        fetchChanges: () => Promise.resolve({ actions: [], extent }),
        fetchCreated: ({ from, to }: { readonly from: string; readonly to: string }) => {
          assert.ok(from < '2026-11-30T08' && to > '2026-11-30T08');
          known[1] = at('b', 9, false);
          return Promise.resolve([at('b', 9, false), at('c', 9, false)]);
        },
      };
      const { members } = await renewHosts(session, run, undefined, ASKING);
      assert.deepEqual(
        members.map(({ actionId, result }) => `${actionId} ${result}`),
        ['a notYet', 'b transcript', 'c transcript'],
      );
    });
  }
});
