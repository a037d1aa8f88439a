import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { renewRun } from '../../../src/runs/runs.ts';
import { boundOrder, createOrder, nextLookIn } from '../../../src/runs/standingOrder.ts';
import { createDice, settle } from '../defender/simulatedClock.ts';
import { begin, HOUR, MINUTE, Shift, turns } from './shift.ts';

suite('an order to keep the rest of a run', () => {
  test('of an account that cannot be told, the order is the window’s alone', async () => {
    const shift = new Shift([0]);
    const runs = shift.window({ account: () => Promise.reject(new Error('no keychain')) });
    const owner = await runs.owner(shift.run());
    assert.equal(owner.by, undefined);
    assert.ok(owner.window !== '');
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([shift.stored.size, runs.get(key)?.order?.end], [1, 'allEnded']);
  });

  test('a result that is larger than any order may bring is left, and the others come', async () => {
    const shift = new Shift([0, 0]);
    let first = true;
    const runs = shift.window({
      open: async ({ actionId }, { meter, admits }) => {
        if (shift.stored.has(actionId)) return;
        await shift.call(meter);
        const size = first ? 1e15 : 10;
        first = false;
        if (admits?.(size) === false) throw new LiveResponseError('tooLarge', { size });
        shift.stored.add(actionId);
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([shift.stored.size, runs.get(key)?.order?.end], [1, 'allEnded']);
    assert.deepEqual(
      Object.values(runs.get(key)?.failures ?? {}).map(({ code }) => code),
      ['tooLarge'],
    );
  });

  test('a stored order cannot have spent less than nothing', () => {
    const shift = new Shift([0]);
    const now = shift.clock.now();
    const order = createOrder(shift.run(), now);
    const { calls, bytes } = boundOrder({ ...order, calls: -5, bytes: NaN }, shift.run(), now);
    assert.deepEqual([calls, bytes], [0, 0]);
  });

  test('each result is stored once as it comes, and the order ends by itself', async () => {
    const shift = new Shift([0, 0, 20 * MINUTE, 2 * HOUR, 5 * HOUR]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    assert.deepEqual([shift.stored.size, runs.get(key)?.state], [2, 'watching']);
    await shift.pass(24 * MINUTE);
    assert.equal(shift.stored.size, 3);
    await shift.until(done);
    assert.deepEqual([shift.stored.size, runs.get(key)?.state, runs.get(key)?.order?.end], [5, 'ended', 'allEnded']);
    assert.ok([...shift.downloads.values()].every((count) => count === 1));
    assert.equal(runs.get(key)?.order?.calls, shift.calls);
    // Every five minutes at most, so that five hours cost about seventy questions.
    assert.ok(shift.calls < 90, String(shift.calls));
    assert.equal(shift.clock.pending, 0);
  });

  test('without an order nothing waits', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window();
    const run = shift.run();
    await runs.start(run, { again: true });
    assert.deepEqual([shift.calls, runs.get(run.key)?.state], [1, 'ended']);
  });

  test('where an administrator allows no orders, neither a new one nor one of an earlier window goes on', async () => {
    const shift = new Shift([0, HOUR]);
    const first = shift.window();
    const { key } = await begin(shift, first);
    await shift.pass(MINUTE);
    first.dispose();
    const managed = shift.window({ keepsOrders: false });
    await managed.load();
    assert.ok(managed.get(key)?.order, 'the earlier order is stored');
    for (const options of [{ again: false }, { again: true, order: createOrder(shift.run(), shift.clock.now()) }]) {
      await managed.start(shift.run(), options);
      assert.deepEqual([managed.get(key)?.state, managed.get(key)?.order], ['ended', undefined]);
    }
    assert.equal(shift.stored.size, 1);
  });

  test('it ends with its time, though a host never ends', async () => {
    const shift = new Shift([0, Infinity]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    const start = shift.clock.now();
    await shift.until(done);
    assert.equal(runs.get(key)?.order?.end, 'time');
    assert.equal(shift.clock.now() - start, 24 * HOUR);
  });

  test('it never takes more calls or bytes than it may', async () => {
    const many = new Shift(Array.from({ length: 40 }, () => 0));
    const run = many.run();
    const runs = many.window();
    await runs.start(run, { again: true, order: { ...createOrder(run, many.clock.now()), mostCalls: 7 } });
    assert.deepEqual([many.calls, runs.get(run.key)?.order?.end], [7, 'calls']);

    const large = new Shift(Array.from({ length: 40 }, () => 0));
    const other = large.window();
    await other.start(run, { again: true, order: { ...createOrder(run, large.clock.now()), mostBytes: 10_000 } });
    assert.equal(other.get(run.key)?.order?.end, 'bytes');
    assert.equal(large.stored.size, 10, 'also three at once do not pass it');
  });

  test('a host whose fetch failed for a while is tried again; one without a result is not', async () => {
    const shift = new Shift([0, 0, 2 * HOUR]);
    const failing = new Map([
      ['a0', new LiveResponseError('serverError')],
      ['a1', new LiveResponseError('noResult')],
    ]);
    const asked: string[] = [];
    const runs = shift.window({
      open: ({ actionId }) => {
        asked.push(actionId);
        const error = failing.get(actionId);
        if (error !== undefined) return Promise.reject(error);
        shift.stored.add(actionId);
        return Promise.resolve({ size: 1 });
      },
    });
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    failing.delete('a0');
    await shift.until(done);
    assert.deepEqual([...shift.stored].sort(), ['a0', 'a2']);
    assert.equal(asked.filter((id) => id === 'a1').length, 1);
    const { order, failures } = runs.get(key) ?? {};
    assert.deepEqual([order?.end, Object.values(failures ?? {}).map(({ code }) => code)], ['allEnded', ['noResult']]);
  });

  test('a full store ends it, instead of dropping older results', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    await shift.pass(10 * MINUTE);
    shift.hasRoom = false;
    await shift.until(done);
    assert.deepEqual([runs.get(key)?.order?.end, shift.stored.size], ['full', 1]);
  });

  test('paused it asks nothing; resumed it goes on; canceled it is over', async () => {
    const shift = new Shift([0, HOUR, 3 * HOUR]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    runs.pause(key);
    const { calls } = shift;
    await shift.pass(2 * HOUR);
    assert.deepEqual([shift.calls, runs.get(key)?.state], [calls, 'paused']);
    runs.resume(key);
    await shift.pass(10 * MINUTE);
    assert.equal(shift.stored.size, 2);
    runs.cancel(key);
    await done;
    assert.deepEqual([runs.get(key)?.state, shift.clock.pending], ['cancelled', 0]);
  });

  for (const how of ['cancel', 'dispose'] as const) {
    for (const state of ['fetching', 'watching'] as const) {
      test(`${how} ends a run that is paused while ${state}`, async () => {
        const shift = new Shift(state === 'watching' ? [0, HOUR] : Array.from({ length: 9 }, () => 0));
        const runs = shift.window();
        const { key, done } = await begin(shift, runs);
        if (state === 'watching') await shift.pass(MINUTE);
        runs.pause(key);
        await turns();
        if (how === 'cancel') runs.cancel(key);
        else runs.dispose();
        await done;
        assert.deepEqual([runs.isActive(key), shift.clock.pending], [false, 0]);
      });
    }
  }

  test('sleep, a network that is away, and a 429 are waited for; the end of a token stops it, and it goes on', async () => {
    const shift = new Shift([0, 2 * HOUR, 6 * HOUR]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    for (const code of ['offline', 'rateLimited', 'unknownHost', 'serverError'] as const) {
      shift.failure = code;
      await shift.pass(40 * MINUTE);
      shift.failure = undefined;
      await shift.pass(10 * MINUTE);
      assert.equal(runs.isActive(key), true, code);
    }
    assert.equal(shift.stored.size, 2);
    shift.failure = 'notSignedIn';
    await shift.until(done);
    assert.deepEqual([runs.get(key)?.state, runs.get(key)?.stoppedBy?.code], ['stopped', 'notSignedIn']);
    shift.failure = undefined;
    const record = runs.get(key);
    assert.ok(record);
    await shift.until(runs.start(record.run, { again: false }));
    assert.deepEqual([runs.get(key)?.order?.end, shift.stored.size], ['allEnded', 3]);
  });

  test('after a restart it waits for a word, and then goes on with what is left of it', async () => {
    const shift = new Shift([0, HOUR, 4 * HOUR]);
    const first = shift.window();
    const { key } = await begin(shift, first);
    await shift.pass(90 * MINUTE);
    first.dispose();
    await settle();
    const { calls } = shift;
    await shift.pass(8 * HOUR);
    const next = shift.window();
    const [record] = await next.load();
    assert.ok(record !== undefined);
    assert.deepEqual([shift.calls, record.state], [calls, 'watching']);
    await shift.until(next.start(record.run, { again: false }));
    assert.deepEqual([next.get(key)?.order?.end, shift.stored.size], ['allEnded', 3]);
    assert.ok([...shift.downloads.values()].every((count) => count === 1));
  });

  test('an order whose questions all fail stops, and says why', async () => {
    const shift = new Shift([0, 9 * HOUR]);
    const runs = shift.window({ renew: () => Promise.reject(new LiveResponseError('badRequest')) });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([runs.get(key)?.state, runs.get(key)?.stoppedBy?.code], ['stopped', 'badRequest']);
  });

  test('a host that was created in the future does not hold the pace of the first minutes', () => {
    const shift = new Shift([0, 9 * HOUR]);
    const run = shift.run();
    const members = run.members.map((member) => ({ ...member, createdAt: '2099-01-01T00:00:00Z' }));
    const order = createOrder(run, shift.clock.now());
    assert.equal(nextLookIn({ ...run, members }, order, shift.clock.now()), 5 * MINUTE);
  });

  test('what is deleted while it lasts is not fetched again by itself', async () => {
    const shift = new Shift([0, 0, HOUR]);
    const runs = shift.window();
    const { done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    shift.stored.clear();
    await shift.until(done);
    assert.deepEqual([...shift.stored], ['a2']);
    assert.ok([...shift.downloads.values()].every((count) => count === 1));
  });

  test('when all data is removed, it ends, and leaves no record', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    runs.forgetAll();
    shift.records.clear();
    await done;
    runs.dispose();
    await shift.pass(2 * HOUR);
    assert.deepEqual([shift.records.size, shift.stored.size, runs.get(key), shift.clock.pending], [0, 1, undefined, 0]);
  });

  test('three days of shifts: each result once, no limit passed, and an end, whatever happens', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const dice = createDice(seed);
      const shift = new Shift(Array.from({ length: 30 }, () => dice() * 72 * HOUR));
      let runs = shift.window();
      const colleague = shift.window();
      const begun = await begin(shift, runs);
      const { key } = begun;
      let { done } = begun;
      for (let hour = 0; hour < 72; hour++) {
        const roll = dice();
        shift.failure = roll < 0.1 ? 'offline' : roll < 0.2 ? 'rateLimited' : roll < 0.25 ? 'notSignedIn' : undefined;
        shift.hasRoom = dice() > 0.02;
        if (dice() < 0.1) {
          runs.dispose();
          await settle();
          runs = shift.window();
          await runs.load();
        }
        if (dice() < 0.1) void colleague.start(shift.run(), { again: false });
        const record = runs.get(key);
        // A person who comes back renews an order that is over, or lets one go on.
        if (!runs.isActive(key) && record !== undefined && dice() < 0.5) {
          const run = renewRun(record.run, (id) => shift.now().find((one) => one.id === id));
          const order = record.order?.end === undefined ? undefined : createOrder(run, shift.clock.now());
          done = runs.start(run, { again: order !== undefined, order });
        }
        await shift.pass(HOUR);
        for (const window of [runs, colleague]) {
          const order = window.get(key)?.order;
          assert.ok(order === undefined || order.calls <= order.mostCalls);
        }
      }
      shift.failure = undefined;
      shift.hasRoom = true;
      runs.cancel(key);
      colleague.cancel(key);
      await done;
      const final = shift.window();
      const run = shift.run();
      await shift.until(final.start(run, { again: true, order: createOrder(run, shift.clock.now()) }));
      assert.equal(final.get(key)?.order?.end, 'allEnded');
      assert.equal(shift.stored.size, 30, `seed ${seed}`);
      assert.ok(
        [...shift.downloads.values()].every((count) => count === 1),
        `seed ${seed}`,
      );
    }
  });
});
