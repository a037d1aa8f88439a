import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Urgency } from '../../../../src/base/urgency.ts';
import { QueuedBudget } from '../../../../src/defender/calls/budget.ts';
import type { Budget, CallSlot, Priority } from '../../../../src/defender/calls/budget.ts';
import { API_WINDOWS } from '../../../../src/defender/calls/ledger.ts';
import { createLocalLedger } from '../../../../src/defender/calls/localLedger.ts';
import { takePaid } from '../../../../src/defender/calls/paidSlot.ts';
import { mostWithin } from '../../../tenant/rateLimit.ts';
import { failure, patience } from '../expected.ts';
import { createDice, settle, SimulatedClock } from '../simulatedClock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function createBudget(clock: SimulatedClock, windows = API_WINDOWS): Budget {
  return new QueuedBudget(createLocalLedger(clock, windows), clock);
}

async function used(budget: Budget): Promise<{ minute: number; hour: number }> {
  const { minute, hour } = await budget.usage();
  return { minute, hour };
}

/** Takes this number of slots, which must all be free. */
async function takeNow(budget: Budget, count: number, priority: Priority = 'click'): Promise<CallSlot[]> {
  return Promise.all(Array.from({ length: count }, () => budget.take(priority, patience())));
}

/** Requests a slot and reports whether it was given. */
function ask(budget: Budget, priority: Priority, signal = patience()): { given: boolean; slot: Promise<CallSlot> } {
  const asked = { given: false, slot: budget.take(priority, signal) };
  asked.slot.then(
    () => {
      asked.given = true;
    },
    () => undefined,
  );
  return asked;
}

suite('the budget over hours', () => {
  for (const seed of [1, 2, 3]) {
    test(`whenever the server counts a call, no 60 s and no hour hold too many (seed ${seed})`, async () => {
      const clock = new SimulatedClock();
      const budget = createBudget(clock);
      const dice = createDice(seed);
      const counted: number[] = [];
      const waits: number[] = [];
      const call = async (priority: Priority): Promise<void> => {
        const asked = clock.now();
        const slot = await budget.take(priority, patience());
        if (priority === 'click') waits.push(clock.now() - asked);
        const latency = 20 + dice() * 1980;
        const atServer = dice() * latency;
        await clock.wait(atServer, patience());
        counted.push(clock.now());
        await clock.wait(latency - atServer, patience());
        await slot.end(true);
      };
      const background = Array.from({ length: 2600 }, () => call('background'));
      const clicks = Array.from({ length: 400 }, async (_, click) => {
        await clock.wait(click * 6000 + dice() * 6000, patience());
        await call('click');
      });
      await clock.until(Promise.all([...background, ...clicks]));

      assert.equal(counted.length, 3000);
      assert.ok(mostWithin(MINUTE, counted) <= 100, `${mostWithin(MINUTE, counted)} in a minute`);
      assert.ok(mostWithin(HOUR, counted) <= 1500, `${mostWithin(HOUR, counted)} in an hour`);
      // The limits are really used: nearly four fifths of a minute and of an hour.
      assert.ok(mostWithin(MINUTE, counted) >= 75, `${mostWithin(MINUTE, counted)} in a minute`);
      assert.ok(mostWithin(HOUR, counted) >= 1200, `${mostWithin(HOUR, counted)} in an hour`);
      assert.deepEqual(
        waits.filter((wait) => wait > 0),
        [],
        'with ten clicks a minute and 300 an hour in reserve, no click waits',
      );
    });
  }
});

suite('the budget', () => {
  test('a slot that is granted to one that turned away meanwhile is given back', async () => {
    const clock = new SimulatedClock();
    const ledger = createLocalLedger(clock);
    const leaving = new AbortController();
    const budget = new QueuedBudget(
      {
        ...ledger,
        take: async (share) => {
          const answer = await ledger.take(share);
          leaving.abort();
          return answer;
        },
      },
      clock,
    );
    await assert.rejects(budget.take('click', leaving.signal), failure('cancelled'));
    await settle();
    assert.equal((await used(budget)).minute, 0);
  });

  test('what an account paid for a call comes back to it when the call gets no slot', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    await takeNow(budget, 80, 'background');
    const leaving = new AbortController();
    const paid: number[] = [];
    const meter = { take: () => Promise.resolve(paid.push(1) > 0), giveBack: () => paid.push(-1) };
    const taking = takePaid(budget, new Urgency('background', meter), leaving.signal);
    await settle();
    assert.deepEqual(paid, [1]);
    leaving.abort();
    await assert.rejects(taking, failure('cancelled'));
    assert.deepEqual(paid, [1, -1]);
  });

  test('it lets through the documented 100 a minute and 1,500 an hour', () => {
    assert.deepEqual(API_WINDOWS, [
      { calls: 100, ms: MINUTE },
      { calls: 1500, ms: HOUR },
    ]);
  });

  test('a call counts from its sending on, and its window begins when its answer ends', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock, [
      { calls: 1, ms: 1000 },
      { calls: 10, ms: 9000 },
    ]);
    const [slot] = await takeNow(budget, 1);
    const next = ask(budget, 'click');
    await clock.pass(50_000);
    assert.equal(next.given, false, 'the first call is still under way');
    await slot?.end(true);
    await clock.pass(999);
    assert.equal(next.given, false);
    await clock.pass(1);
    assert.equal(next.given, true);
  });

  test('background calls leave a fifth to clicks', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    await takeNow(budget, 80, 'background');
    const more = ask(budget, 'background');
    const clicks = Array.from({ length: 20 }, () => ask(budget, 'click'));
    const oneTooMany = ask(budget, 'click');
    await settle();
    assert.equal(more.given, false);
    assert.deepEqual(new Set(clicks.map(({ given }) => given)), new Set([true]));
    assert.equal(oneTooMany.given, false);
    assert.deepEqual(await used(budget), { minute: 100, hour: 100 });
  });

  test('a click goes before background work that waited longer, and after clicks that did', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock, [
      { calls: 5, ms: 1000 },
      { calls: 100, ms: 9000 },
    ]);
    const slots = await takeNow(budget, 5);
    const order: string[] = [];
    const names = ['background 1', 'background 2', 'click 1', 'click 2'] as const;
    const done = names.map(async (name) => {
      const slot = await budget.take(name.startsWith('click') ? 'click' : 'background', patience());
      order.push(name);
      await slot.end(true);
    });
    for (const slot of slots) await slot.end(true);
    await clock.until(Promise.all(done));
    assert.deepEqual(order, ['click 1', 'click 2', 'background 1', 'background 2']);
  });

  test('a slot ends once: a second end changes nothing', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    const [slot] = await takeNow(budget, 2);
    await slot?.end(true);
    await clock.pass(MINUTE - 1);
    await slot?.end(true);
    await clock.pass(1);
    assert.deepEqual(await used(budget), { minute: 1, hour: 2 });
  });

  test('a click that would wait for minutes is told until when', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    const retryAt = clock.now() + 10 * MINUTE;
    await budget.refused(retryAt);
    await assert.rejects(budget.take('click', patience()), failure('rateLimited', { retryAt }));
  });

  test('whoever cancels while waiting is refused, takes no slot and leaves the queue to the others', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock, [
      { calls: 1, ms: 1000 },
      { calls: 10, ms: 9000 },
    ]);
    const [slot] = await takeNow(budget, 1);
    const leaving = new AbortController();
    const first = ask(budget, 'click', leaving.signal);
    const second = ask(budget, 'click');
    leaving.abort();
    await assert.rejects(first.slot, failure('cancelled'));
    await slot?.end(true);
    await clock.pass(1000);
    assert.equal(second.given, true);
    assert.equal((await used(budget)).minute, 1);
  });

  test('when all who waited have cancelled, no timer is left behind', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    await budget.refused(clock.now() + HOUR);
    const leaving = new AbortController();
    const waiting = ask(budget, 'background', leaving.signal);
    await settle();
    assert.equal(clock.pending, 1);
    leaving.abort();
    await assert.rejects(waiting.slot, failure('cancelled'));
    await settle();
    assert.equal(clock.pending, 0);
  });

  test('a signal that was aborted before rejects, and does not throw into the caller', async () => {
    const budget = createBudget(new SimulatedClock());
    let taken: Promise<CallSlot> | undefined;
    assert.doesNotThrow(() => {
      taken = budget.take('click', AbortSignal.abort());
      taken.catch(() => undefined);
    });
    await assert.rejects(async () => taken, failure('cancelled'));
    assert.equal((await used(budget)).minute, 0);
  });

  test('a pause holds everyone back, clicks included, and a shorter one does not cut it short', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    const background = ask(budget, 'background');
    await settle();
    assert.equal(background.given, true);
    await budget.refused(clock.now() + 40_000);
    await budget.refused(clock.now() + 10_000);
    const click = ask(budget, 'click');
    await clock.pass(39_999);
    assert.equal(click.given, false);
    await clock.pass(1);
    assert.equal(click.given, true);
  });

  test('a pause that begins while someone waits for a slot is kept as well', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock, [
      { calls: 1, ms: 1000 },
      { calls: 10, ms: 9000 },
    ]);
    const [slot] = await takeNow(budget, 1);
    await slot?.end(true);
    const next = ask(budget, 'click');
    await budget.refused(clock.now() + 5000);
    await clock.pass(4999);
    assert.equal(next.given, false);
    await clock.pass(1);
    assert.equal(next.given, true);
  });

  test('what is used is forgotten when its window has passed', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    for (const slot of await takeNow(budget, 3)) await slot.end(true);
    assert.deepEqual(await used(budget), { minute: 3, hour: 3 });
    await clock.pass(MINUTE);
    assert.deepEqual(await used(budget), { minute: 0, hour: 3 });
    await clock.pass(HOUR - MINUTE);
    assert.deepEqual(await used(budget), { minute: 0, hour: 0 });
  });

  test('background work that a person begins to wait for is served at once, out of the reserve', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    await takeNow(budget, 80, 'background');
    const urgency = new Urgency('background');
    const before = ask(budget, 'background');
    const raised: { given: boolean; slot: Promise<CallSlot> } = {
      given: false,
      slot: budget.take(urgency, patience()),
    };
    void raised.slot.then(() => {
      raised.given = true;
    });
    await clock.pass(1000);
    assert.deepEqual([before.given, raised.given], [false, false]);
    urgency.raise();
    await clock.pass(0);
    await settle();
    assert.deepEqual([before.given, raised.given], [false, true]);
    // Raised before it was queued, so it never was background work.
    const late = new Urgency('background');
    late.raise();
    await budget.take(late, patience());
  });

  test('one that turned away can be raised without harm', async () => {
    const clock = new SimulatedClock();
    const budget = createBudget(clock);
    await takeNow(budget, 80, 'background');
    const controller = new AbortController();
    const urgency = new Urgency('background');
    const left = budget.take(urgency, controller.signal);
    controller.abort();
    await assert.rejects(left, failure('cancelled'));
    urgency.raise();
    await settle();
    assert.deepEqual(await used(budget), { minute: 80, hour: 80 });
  });
});
