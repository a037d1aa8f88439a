import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { RunRecord } from '../../../src/model/runRecord.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
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
