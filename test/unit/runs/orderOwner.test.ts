import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { ownWindow } from '../../../src/runs/orderOwner.ts';
import { begin, HOUR, MINUTE, Shift } from './shift.ts';

suite('whose order it is', () => {
  test('an order stops before a call when another account is signed in, and goes on when a person says so', async () => {
    for (const during of ['watching', 'fetching'] as const) {
      const shift = new Shift(during === 'watching' ? [0, HOUR, 2 * HOUR] : Array.from({ length: 12 }, () => 0));
      let account: string | undefined = 'anna@contoso.com';
      const runs = shift.window({
        account: () => Promise.resolve(account),
        // The account changes after the fourth call.
        ...(during === 'fetching' && {
          open: async ({ actionId }, { meter }) => {
            await shift.call(meter);
            if (shift.calls >= 4) account = 'ben@contoso.com';
            shift.stored.add(actionId);
          },
        }),
      });
      const { key, done } = await begin(shift, runs);
      await shift.pass(MINUTE);
      if (during === 'watching') account = 'ben@contoso.com';
      await shift.until(done);
      const { state, stoppedBy, order, run } = runs.get(key) ?? {};
      assert.deepEqual([state, stoppedBy?.code, stoppedBy?.values.reason], ['stopped', 'notSignedIn', 'orderOfOther']);
      assert.ok(order?.calls === shift.calls && order.end === undefined && run !== undefined);
      // Resume, or Try Again: from now on it is the order of this account.
      await shift.until(runs.start(run, { again: false }));
      const resumed = runs.get(key)?.order;
      assert.deepEqual([resumed?.end, shift.stored.size], ['allEnded', shift.actions.length]);
      assert.notEqual(resumed?.by, order.by);
      assert.equal(resumed?.window, ownWindow);
    }
  });

  test('an account that signs out and in again, or whose name has other capitals, is the same', async () => {
    const shift = new Shift([0, HOUR, 2 * HOUR]);
    let account = 'anna@contoso.com';
    const runs = shift.window({ account: () => Promise.resolve(account) });
    const { key, done } = await begin(shift, runs);
    await shift.pass(MINUTE);
    account = 'Anna@Contoso.com';
    await shift.until(done);
    assert.equal(runs.get(key)?.order?.end, 'allEnded');
  });

  test('the record names nobody, and two orders of one person do not look alike', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window({ account: () => Promise.resolve('anna@contoso.com') });
    const { key } = await begin(shift, runs);
    await shift.pass(MINUTE);
    const first = runs.get(key)?.order?.by;
    runs.dispose();
    const other = { ...shift.run(), key: 'another' };
    void runs.start(other, { again: true, order: createOrder(other, shift.clock.now()) });
    await shift.pass(MINUTE);
    const signs = [first, runs.get('another')?.order?.by];
    assert.ok(signs.every((sign) => /^[0-9a-f]{16}$/u.test(sign ?? '')) && signs[0] !== signs[1]);
    for (const record of shift.records.values()) assert.ok(!/anna/iu.test(record.replaceAll('"device"', '')));
    runs.dispose();
  });

  test('an account that is known only with its first token is compared from then on', async () => {
    const shift = new Shift([0, HOUR, 2 * HOUR]);
    let account: string | undefined;
    const runs = shift.window({ account: () => Promise.resolve(account) });
    const { key, done } = await begin(shift, runs);
    assert.equal(runs.get(key)?.order?.by, undefined);
    account = 'anna@contoso.com';
    await shift.pass(MINUTE);
    assert.ok(runs.get(key)?.order?.by !== undefined);
    // The database that knows the account fails for a while: nothing is known, and nothing is said.
    account = undefined;
    await shift.pass(10 * MINUTE);
    assert.equal(runs.isActive(key), true);
    account = 'ben@contoso.com';
    await shift.until(done);
    assert.equal(runs.get(key)?.stoppedBy?.values.reason, 'orderOfOther');
  });

  test('where no account is known, nothing is compared', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window({ account: () => Promise.resolve(undefined) });
    const { key, done } = await begin(shift, runs);
    await shift.until(done);
    assert.deepEqual([runs.get(key)?.order?.end, runs.get(key)?.order?.by], ['allEnded', undefined]);
  });
});
