import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { begin, HOUR, MINUTE, Shift } from './shift.ts';

suite('an order that two windows know', () => {
  test('a second window that waits for it takes over its account, and ends when the first one cancels it', async () => {
    for (const how of ['cancel', 'dispose'] as const) {
      const shift = new Shift([0, HOUR, 9 * HOUR]);
      const first = shift.window();
      const second = shift.window();
      const { key } = await begin(shift, first);
      await shift.pass(MINUTE);
      // Its knowledge grows old: the first window goes on for two hours.
      const [stale] = await second.load();
      assert.ok(stale?.order !== undefined);
      const waits = second.start(stale.run, { again: false });
      await shift.pass(2 * HOUR);
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
    const first = shift.window();
    const second = shift.window();
    const { key } = await begin(shift, first);
    await shift.pass(MINUTE);
    const [stale] = await second.load();
    assert.ok(stale !== undefined);
    const waits = second.start(stale.run, { again: false });
    await shift.pass(2 * HOUR);
    first.pause(key);
    const stored = shift.records.get(key);
    second.dispose();
    assert.equal(shift.records.get(key), stored);
    first.dispose();
    await waits;
    assert.equal(shift.clock.pending, 0);
  });
});
