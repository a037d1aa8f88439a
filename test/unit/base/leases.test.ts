import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Leases } from '../../../src/base/leases.ts';
import type { LeasePort } from '../../../src/base/leases.ts';
import { MemorySignInTable } from '../../../src/storage/signInTable.ts';
import { failure } from '../defender/expected.ts';
import { settle, SimulatedClock } from '../defender/simulatedClock.ts';

const { signal } = new AbortController();

/** Opens two windows with the same leases. */
function openWindows(): { clock: SimulatedClock; one: Leases; two: Leases; table: MemorySignInTable } {
  const clock = new SimulatedClock();
  const table = new MemorySignInTable();
  const port: LeasePort = {
    take: (name, holder, forMs) => Promise.resolve(table.takeLease(name, holder, clock.now() + forMs, clock.now())),
    release: (name, holder) => {
      table.releaseLease(name, holder);
      return Promise.resolve();
    },
  };
  return { clock, table, one: new Leases(port, clock), two: new Leases(port, clock) };
}

suite('leases', () => {
  test('work of two windows under one name never overlaps, and both of it is done', async () => {
    const { clock, one, two } = openWindows();
    const steps: string[] = [];
    const work = (who: string) => async (): Promise<void> => {
      steps.push(`${who} begins`);
      await clock.wait(250, signal);
      steps.push(`${who} ends`);
    };
    await clock.until(Promise.all([one.hold('tokens', signal, work('one')), two.hold('tokens', signal, work('two'))]));
    assert.deepEqual(steps, ['one begins', 'one ends', 'two begins', 'two ends']);
  });

  test('another name is another lease', async () => {
    const { clock, one, two } = openWindows();
    const entered = await clock.until(one.hold('a', signal, () => two.hold('b', signal, () => Promise.resolve('in'))));
    assert.equal(entered, 'in');
  });

  test('where only one may be, the second is told so at once', async () => {
    const { clock, one, two } = openWindows();
    await clock.until(
      one.holdOnly('prompt', async () => {
        await assert.rejects(
          two.holdOnly('prompt', () => Promise.resolve()),
          failure('signInFailed', { reason: 'elsewhere' }),
        );
      }),
    );
    assert.equal(await two.holdOnly('prompt', () => Promise.resolve('asked')), 'asked');
  });

  test('work that fails gives the lease back', async () => {
    const { one, two } = openWindows();
    await assert.rejects(
      one.hold('a', signal, () => Promise.reject(new Error('broken'))),
      /broken/u,
    );
    assert.equal(await two.holdOnly('a', () => Promise.resolve('in')), 'in');
  });

  test('a window that was killed blocks the others for seconds only', async () => {
    const { clock, table, two } = openWindows();
    table.takeLease('a', 'killed', clock.now() + 15_000, clock.now());
    const before = clock.now();
    await clock.until(two.hold('a', signal, () => Promise.resolve()));
    assert.ok(clock.now() - before >= 15_000 && clock.now() - before < 16_000);
  });

  test('whoever waits can turn away', async () => {
    const { clock, table, two } = openWindows();
    table.takeLease('a', 'other', clock.now() + 15_000, clock.now());
    const impatient = new AbortController();
    const waiting = two.hold('a', impatient.signal, () => Promise.resolve('in'));
    impatient.abort();
    await assert.rejects(clock.until(waiting), failure('cancelled', {}));
  });

  test('a lease for a time is seen by every window until that is over', async () => {
    const { clock, one, two } = openWindows();
    assert.equal(await two.isTaken('refused'), false);
    await one.takeFor('refused', 60_000);
    assert.equal(await two.isTaken('refused'), true);
    await clock.until(clock.wait(60_001, signal));
    assert.equal(await two.isTaken('refused'), false);
    await one.takeFor('refused', 60_000);
    await two.giveBack('refused');
    assert.equal(await one.isTaken('refused'), false);
  });

  test('without a database each window is on its own, and works', async () => {
    const broken: LeasePort = {
      take: () => Promise.reject(new Error('no database')),
      release: () => Promise.reject(new Error('no database')),
    };
    const leases = new Leases(broken, new SimulatedClock());
    assert.equal(await leases.hold('a', signal, () => Promise.resolve('done')), 'done');
    await leases.takeFor('refused', 60_000);
    assert.equal(await leases.isTaken('refused'), false);
  });

  test('after a sleep a lease is lost, whether another window took it or not', async () => {
    for (const taken of [true, false]) {
      const { clock, table, one } = openWindows();
      await one.hold('a', signal, ({ isHeld, lost }) => {
        clock.sleep(14_999);
        assert.deepEqual([isHeld(), lost.aborted], [true, false]);
        clock.sleep(60_000);
        if (taken) assert.ok(table.takeLease('a', 'other', clock.now() + 15_000, clock.now()));
        assert.deepEqual([isHeld(), lost.aborted], [false, true]);
        return Promise.resolve();
      });
      assert.equal(await one.isTaken('a'), taken, 'it gives back its own lease only');
    }
  });

  test('an extension that is refused ends the lease', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let isRefused = false;
    const port: LeasePort = { take: () => Promise.resolve(!isRefused), release: () => Promise.resolve() };
    await new Leases(port, new SimulatedClock()).hold('a', signal, async ({ isHeld, lost }) => {
      t.mock.timers.tick(5000);
      await settle();
      assert.deepEqual([isHeld(), lost.aborted], [true, false]);
      isRefused = true;
      t.mock.timers.tick(5000);
      await settle();
      assert.deepEqual([isHeld(), lost.aborted], [false, true]);
    });
  });

  test('a late extension still keeps others away, unless one of them has it', async (t) => {
    for (const taken of [false, true]) {
      t.mock.timers.enable({ apis: ['setInterval'] });
      const { clock, table, one, two } = openWindows();
      await one.hold('a', signal, async ({ isHeld }) => {
        clock.sleep(20_000);
        if (taken) assert.ok(table.takeLease('a', 'other', clock.now() + 60_000, clock.now()));
        t.mock.timers.tick(5000);
        await settle();
        assert.deepEqual([isHeld(), await two.isTaken('a')], [false, true]);
        await assert.rejects(
          two.holdOnly('a', () => Promise.resolve()),
          failure('signInFailed'),
        );
      });
      assert.equal(await two.isTaken('a'), taken);
      t.mock.timers.reset();
    }
  });
});
