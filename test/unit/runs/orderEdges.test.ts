import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { RunRecord } from '../../../src/model/runRecord.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { TENANT } from '../results/fixtures.ts';
import { begin, HOUR, leasesOf, MINUTE, Shift, turns } from './shift.ts';

suite('edges of orders', () => {
  test('of a pack nothing is stored, so that the runs of others stay', async () => {
    const shift = new Shift([0, 0]);
    const run = { ...shift.run(), tenant: { cloud: 'pack', tenantId: 'p' } } as const;
    const runs = shift.window();
    await shift.until(runs.start(run, { again: true }));
    assert.deepEqual([runs.get(run.key)?.state, shift.records.size], ['ended', 0]);
  });

  for (const isKnown of [true, false]) {
    test(`a run that is cancelled during a pause after a sleep is cancelled on the disk, ${isKnown ? 'also' : 'not'} before the sleep was noticed`, async (t) => {
      t.mock.timers.enable({ apis: ['setInterval'] });
      const shift = new Shift([0, HOUR]);
      const runs = shift.window({ hold: leasesOf(shift)() });
      const { key } = await begin(shift, runs);
      await shift.pass(MINUTE);
      runs.pause(key);
      await turns();
      shift.clock.sleep(HOUR);
      if (isKnown) {
        t.mock.timers.tick(5000);
        await turns();
        assert.equal(runs.get(key)?.state, 'paused');
      }
      runs.cancel(key);
      await turns();
      const { state, order } = JSON.parse(shift.records.get(key) ?? '{}') as RunRecord;
      assert.deepEqual([state, order], ['cancelled', undefined]);
    });
  }

  test('a cancel after a sleep leaves alone what another window has done since', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const shift = new Shift([0, HOUR, 3 * HOUR]);
    const holds = leasesOf(shift);
    const [first, second] = [shift.window({ hold: holds() }), shift.window({ hold: holds() })];
    const { key } = await begin(shift, first);
    await shift.pass(MINUTE);
    first.pause(key);
    await turns();
    shift.clock.sleep(MINUTE);
    await second.load();
    void second.start(shift.run(), { again: false });
    await shift.pass(MINUTE);
    first.cancel(key);
    await shift.pass(MINUTE);
    assert.equal((JSON.parse(shift.records.get(key) ?? '{}') as RunRecord).state, 'watching');
    second.dispose();
    await turns();
    assert.notEqual((JSON.parse(shift.records.get(key) ?? '{}') as RunRecord).state, 'cancelled');
  });

  for (const limit of ['bytes', 'full'] as const) {
    test(`bytes under way that never arrive end no order (${limit})`, async () => {
      const shift = new Shift([0, 0, 2 * HOUR]);
      shift.size = limit === 'bytes' ? 600_000_000 : 400_000_000;
      const asked: string[] = [];
      const runs = shift.window({
        ...(limit === 'full' && { room: () => Promise.resolve(500_000_000) }),
        open: async ({ actionId }, { meter, admits }) => {
          if (shift.stored.has(actionId)) return;
          await shift.call(meter);
          asked.push(actionId);
          if (admits?.(shift.size) === false) throw new LiveResponseError('tooLarge', { size: shift.size });
          await turns();
          // The first ones break off.
          if (actionId !== 'a2') throw new LiveResponseError('notFound');
          shift.stored.add(actionId);
        },
      });
      const run = shift.run();
      await shift.until(runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) }));
      assert.deepEqual([runs.get(run.key)?.order?.end, [...shift.stored]], ['allEnded', ['a2']]);
      assert.ok(asked.includes('a0') && asked.includes('a1'));
    });
  }

  for (const how of ['canceled', 'forgotten'] as const) {
    for (const [when, look, calls] of [
      ['a result is looked up in the store', 1, 0],
      ['its results are counted', 2, 1],
    ] as const) {
      test(`an order that is ${how} while ${when} makes no more calls`, async () => {
        const shift = new Shift([0, HOUR]);
        const isAsked = Promise.withResolvers<undefined>();
        const isAnswered = Promise.withResolvers<undefined>();
        let looks = 0;
        const facts = async ({ actionId }: { readonly actionId: string }): Promise<StoredFacts | undefined> => {
          if (++looks === look) {
            isAsked.resolve(undefined);
            await isAnswered.promise;
          }
          return shift.stored.has(actionId) ? ({ transcript: {} } as StoredFacts) : undefined;
        };
        const runs = shift.window({ store: { keeps: true, facts } });
        const { key, done } = await begin(shift, runs);
        await isAsked.promise;
        if (how === 'canceled') runs.cancel(key);
        else runs.forgetOf(TENANT);
        isAnswered.resolve(undefined);
        await done;
        await shift.pass(HOUR);
        assert.deepEqual([shift.calls, shift.clock.pending, runs.get(key)?.order], [calls, 0, undefined]);
        assert.equal(runs.get(key)?.state, how === 'canceled' ? 'cancelled' : undefined);
      });
    }
  }

  test('the answer to a question does not bring back an order that was canceled meanwhile', async () => {
    const shift = new Shift([0, MINUTE]);
    const isAsked = Promise.withResolvers<undefined>();
    const isAnswered = Promise.withResolvers<undefined>();
    const runs = shift.window({
      renew: async () => {
        isAsked.resolve(undefined);
        await isAnswered.promise;
        return shift.run();
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    await isAsked.promise;
    runs.cancel(key);
    isAnswered.resolve(undefined);
    await done;
    await turns();
    const { state, order, run } = runs.get(key) ?? {};
    assert.deepEqual([state, order, run?.members[1]?.result], ['cancelled', undefined, 'notYet']);
  });

  test('a result that has begun to arrive is not refused because its order was canceled', async () => {
    const shift = new Shift([0]);
    const isPaid = Promise.withResolvers<undefined>();
    const arrives = Promise.withResolvers<undefined>();
    let isAdmitted: boolean | undefined;
    const runs = shift.window({
      open: async ({ actionId }, { meter, admits }) => {
        await shift.call(meter);
        isPaid.resolve(undefined);
        await arrives.promise;
        isAdmitted = admits?.(shift.size);
        shift.stored.add(actionId);
      },
    });
    const { key, done } = await begin(shift, runs);
    await isPaid.promise;
    runs.cancel(key);
    arrives.resolve(undefined);
    await done;
    await turns();
    assert.deepEqual([isAdmitted, shift.stored.size, runs.get(key)?.state], [true, 1, 'cancelled']);
  });

  test('a 429 that names no time is waited for, in a fetch and in a question', async () => {
    const shift = new Shift([0, HOUR]);
    const asked: string[] = [];
    const refuseOnce = (what: string): void => {
      asked.push(what);
      if (asked.filter((one) => one === what).length === 1) throw new LiveResponseError('rateLimited');
    };
    const times: number[] = [];
    const runs = shift.window({
      open: async ({ actionId }, { meter }) => {
        if (shift.stored.has(actionId)) return;
        await shift.call(meter);
        times.push(shift.clock.now());
        refuseOnce('fetch');
        shift.stored.add(actionId);
      },
      renew: async (_run, _lookedAt, { meter }) => {
        await shift.call(meter);
        refuseOnce('question');
        return shift.run();
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([runs.get(key)?.order?.end, shift.stored.size], ['allEnded', 2]);
    const [first = 0, second = 0] = times;
    assert.ok(second - first >= 1000, String(times));
    assert.ok(asked.filter((one) => one === 'question').length > 1);
  });

  test('a cancel while a 429 is waited for ends the order at once', async () => {
    const shift = new Shift([0, 5 * HOUR]);
    const runs = shift.window({
      renew: () => Promise.reject(new LiveResponseError('rateLimited', { retryAt: shift.clock.now() + 4 * HOUR })),
    });
    const { key, done } = await begin(shift, runs);
    await shift.pass(HOUR);
    assert.equal(shift.clock.pending, 1);
    runs.cancel(key);
    await done;
    await turns();
    assert.deepEqual([runs.get(key)?.state, shift.clock.pending], ['cancelled', 0]);
  });

  test('a result whose download breaks off and goes on takes its room once', async () => {
    const shift = new Shift([0]);
    const runs = shift.window({
      // Room for this result, with its facts, and for no other one.
      room: () => Promise.resolve(shift.size + 20_000),
      open: async ({ actionId }, { meter, admits }) => {
        await shift.call(meter);
        for (let attempt = 0; attempt < 3; attempt++)
          if (admits?.(shift.size) === false) throw new LiveResponseError('tooLarge', { size: shift.size });
        shift.stored.add(actionId);
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([shift.stored.size, runs.get(key)?.order?.end], [1, 'allEnded']);
  });

  test('an order goes on as this window knows it where its stored record cannot be read', async () => {
    const shift = new Shift([0, HOUR]);
    const first = shift.window();
    await begin(shift, first);
    await shift.pass(MINUTE);
    first.dispose();
    let isBroken = false;
    const second = shift.window({
      worker: {
        call: () =>
          isBroken ? Promise.reject(new Error('the database is locked')) : Promise.resolve([...shift.records.values()]),
      } as never,
    });
    await second.load();
    isBroken = true;
    const run = shift.run();
    await shift.until(second.start(run, { again: false }));
    assert.deepEqual([second.get(run.key)?.order?.end, shift.stored.size], ['allEnded', 2]);
  });

  test('a window that knows more hosts of a run than its stored record fetches them all', async () => {
    const shift = new Shift([0, HOUR, 2 * HOUR]);
    const whole = shift.run();
    const fewer = { ...whole, members: whole.members.slice(0, 2) };
    const first = shift.window();
    void first.start(fewer, { again: true, order: createOrder(whole, shift.clock.now()) });
    await turns();
    first.dispose();
    const second = shift.window();
    await second.load();
    await shift.until(second.start(whole, { again: false }));
    assert.deepEqual([second.get(whole.key)?.order?.end, shift.stored.size], ['allEnded', 3]);
  });

  test('a result that the order does not take keeps the reason why it failed before', async () => {
    const shift = new Shift([0, 2 * HOUR]);
    let hasRoom = true;
    const runs = shift.window({
      room: () => Promise.resolve(hasRoom ? Infinity : 0),
      // Fills up between the question about the hosts and the fetch that follows.
      renew: (one) => {
        hasRoom = false;
        return Promise.resolve(one);
      },
      open: async (_ref, { meter }) => {
        await shift.call(meter);
        throw new LiveResponseError('serverError', { status: 500 });
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    const { order, failures } = runs.get(key) ?? {};
    assert.equal(order?.end, 'full');
    assert.deepEqual(
      Object.values(failures ?? {}).map(({ code }) => code),
      ['serverError'],
    );
  });
});
