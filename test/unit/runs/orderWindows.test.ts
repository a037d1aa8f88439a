import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RunRecord } from '../../../src/model/runRecord.ts';
import type { RunFetches } from '../../../src/runs/runFetch.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { settle } from '../defender/simulatedClock.ts';
import { begin, beginAndWait, HOUR, leasesOf, Shift, turns } from './shift.ts';

suite('an order that two windows know', () => {
  test('a second window that waits for it takes over its account, and ends when the first one cancels it', async () => {
    for (const how of ['cancel', 'dispose'] as const) {
      const shift = new Shift([0, HOUR, 9 * HOUR]);
      const { first, second, key, waits } = await beginAndWait(shift);
      const { calls } = shift;
      assert.equal(first.get(key)?.order?.calls, calls);
      if (how === 'cancel') {
        first.cancel(key);
        await shift.until(waits);
        await shift.pass(12 * HOUR);
        assert.deepEqual([shift.calls, second.get(key)?.state, shift.stored.size], [calls, 'cancelled', 2]);
      } else {
        first.dispose();
        await shift.until(waits);
        assert.deepEqual([second.get(key)?.order?.end, shift.stored.size], ['allEnded', 3]);
        assert.equal(second.get(key)?.order?.calls, shift.calls);
      }
      assert.equal(shift.clock.pending, 0);
    }
  });

  test('a window that only waits for it leaves the record of the other one alone when it is closed', async () => {
    const shift = new Shift([0, HOUR, 9 * HOUR]);
    const { first, second, key, waits } = await beginAndWait(shift);
    first.pause(key);
    const stored = shift.records.get(key);
    second.dispose();
    assert.equal(shift.records.get(key), stored);
    first.dispose();
    await waits;
    assert.equal(shift.clock.pending, 0);
  });

  for (const how of ['pause', 'pause and resume', 'cancel'] as const) {
    test(`${how} in a window that only waits changes nothing that is stored`, async () => {
      const shift = new Shift([0, HOUR, 9 * HOUR]);
      const { first, second, key, waits } = await beginAndWait(shift);
      const stored = shift.records.get(key);
      const { calls } = first.get(key)?.order ?? {};
      if (how === 'cancel') second.cancel(key);
      else second.pause(key);
      if (how === 'pause and resume') second.resume(key);
      assert.equal(shift.records.get(key), stored);
      assert.equal(first.get(key)?.order?.calls, calls);
      first.dispose();
      const after = shift.records.get(key);
      second.dispose();
      await waits;
      assert.equal(shift.records.get(key), after, 'nor when it is closed');
    });
  }

  test('a new order of a window that waits does not replace the account of the one under way', async () => {
    const shift = new Shift([0, HOUR, 9 * HOUR]);
    const first = shift.window();
    const second = shift.window();
    const { key } = await begin(shift, first);
    await shift.pass(2 * HOUR);
    const stored = shift.records.get(key);
    const waits = second.start(shift.run(), { again: true, order: createOrder(shift.run(), shift.clock.now()) });
    await turns();
    assert.equal(shift.records.get(key), stored);
    first.dispose();
    await shift.until(waits);
    assert.deepEqual([second.get(key)?.order?.end, shift.stored.size], ['allEnded', 3]);
  });

  test('a window that is killed forgets no call and no byte', async () => {
    for (const size of [1000, 30_000_000]) {
      const shift = new Shift(Array.from({ length: 30 }, () => 0));
      shift.size = size;
      const runs = shift.window();
      const run = shift.run();
      void runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
      for (let step = 0; shift.stored.size < 23; step++) {
        await settle();
        // Killed now, what would the next window read?
        const [record] = await shift.window().load();
        if (shift.calls === 0) continue;
        assert.ok((record?.order?.calls ?? 0) >= shift.calls, `step ${step}`);
        assert.ok((record?.order?.bytes ?? 0) >= shift.stored.size * size, `step ${step}`);
      }
      runs.dispose();
    }
  });
});

suite('two windows and a machine that sleeps', () => {
  /** Opens two windows that share leases, and holds back the results of the first one. */
  async function sleep(order: boolean): Promise<{
    shift: Shift;
    first: RunFetches;
    second: RunFetches;
    key: string;
    wake: () => void;
    calls: () => number;
    done: Promise<void>;
  }> {
    const shift = new Shift(Array.from({ length: 9 }, () => 0));
    const hold = leasesOf(shift);
    let calls = 0;
    const asleep = Promise.withResolvers<undefined>();
    const first = shift.window({
      hold: hold(),
      open: async ({ actionId }, { meter }) => {
        if (shift.stored.has(actionId)) return;
        await shift.call(meter);
        calls++;
        await asleep.promise;
        shift.stored.add(actionId);
      },
    });
    const second = shift.window({ hold: hold() });
    const run = shift.run();
    const wanted = order ? createOrder(run, shift.clock.now()) : undefined;
    const one = first.start(run, { again: true, order: wanted });
    await turns();
    await second.load();
    const two = second.start(run, { again: false });
    await turns();
    assert.deepEqual([shift.calls, second.get(run.key)?.state], [3, 'waiting']);
    shift.clock.sleep(HOUR);
    return {
      shift,
      first,
      second,
      key: run.key,
      wake: () => {
        asleep.resolve(undefined);
      },
      calls: () => calls,
      done: Promise.all([one, two]).then(() => undefined),
    };
  }

  for (const order of [true, false]) {
    test(`${order ? 'with an order' : 'without one'}, cancelled in the window that took it over: the first one ends, too`, async () => {
      const { shift, first, second, key, wake, calls, done } = await sleep(order);
      second.pause(key);
      await shift.clock.pass(1000);
      await turns();
      second.cancel(key);
      await turns();
      const before = calls();
      wake();
      await shift.until(done);
      assert.deepEqual([calls(), first.get(key)?.state], [before, 'cancelled']);
      assert.equal((JSON.parse(shift.records.get(key) ?? '{}') as RunRecord).state, 'cancelled');
      assert.deepEqual([first.isActive(key), shift.clock.pending], [false, 0]);
    });

    for (const wakesFirst of ['the holder', 'the other one'] as const) {
      test(`${order ? 'with an order' : 'without one'}, ${wakesFirst} wakes up first: one works, and one waits`, async () => {
        const { shift, first, second, key, wake, calls, done } = await sleep(order);
        if (wakesFirst === 'the holder') {
          // It has lost its lease, and takes it again before it makes the next call.
          wake();
          await turns();
          assert.equal(second.get(key)?.state, 'waiting');
        } else {
          await shift.clock.pass(1000);
          await turns();
          const stored = shift.records.get(key);
          wake();
          await turns();
          assert.deepEqual([calls(), shift.records.get(key)], [3, stored], 'it makes no call, and leaves the record');
        }
        await shift.until(done);
        assert.equal(shift.stored.size, 9);
        const stored = JSON.parse(shift.records.get(key) ?? '{}') as RunRecord;
        assert.deepEqual([stored.state, stored.order?.end], ['ended', order ? 'allEnded' : undefined]);
        if (order) assert.ok((stored.order?.calls ?? 0) >= shift.calls);
        assert.deepEqual([first.isActive(key), second.isActive(key), shift.clock.pending], [false, false, 0]);
      });
    }
  }
});
