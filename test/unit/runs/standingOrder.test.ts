import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import type { Run } from '../../../src/model/run.ts';
import { RunFetches } from '../../../src/runs/runFetch.ts';
import type { RunFetchesOptions } from '../../../src/runs/runFetch.ts';
import { findRuns, renewRun } from '../../../src/runs/runs.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { createDice, settle, SimulatedClock } from '../defender/simulatedClock.ts';
import { action, command, TENANT } from '../results/fixtures.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A tenant whose hosts end one after the other, and a store that all windows of a machine share. */
class Shift {
  readonly clock = new SimulatedClock();
  readonly stored = new Set<string>();
  /** Number of downloads of each action. */
  readonly downloads = new Map<string, number>();
  readonly records = new Map<string, string>();
  readonly actions: MachineAction[];
  /** Time at which each action ends, ms since 1970. */
  readonly ends: readonly number[];
  calls = 0;
  /** Failure of every call until it is taken away. */
  failure: FailureCode | undefined;
  hasRoom = true;
  size = 1000;
  #held: Promise<void> = Promise.resolve();

  constructor(endsAfter: readonly number[]) {
    const createdAt = new Date(this.clock.now()).toISOString();
    this.ends = endsAfter.map((ms) => this.clock.now() + ms);
    this.actions = this.ends.map((_, at) =>
      action({ id: `a${at}`, computerDnsName: `ws-${at}`, creationDateTimeUtc: createdAt, ...this.#state(at) }),
    );
  }

  /** Returns the run as the list shows it now. */
  run(): Run {
    const [found] = findRuns(this.now(), TENANT);
    assert.ok(found !== undefined);
    return found;
  }

  now(): MachineAction[] {
    return this.actions.map((one, at) => ({ ...one, ...this.#state(at) }));
  }

  window(change: Partial<RunFetchesOptions> = {}): RunFetches {
    const store = {
      keeps: true,
      facts: ({ actionId }: ResultRef) =>
        Promise.resolve(this.stored.has(actionId) ? ({ transcript: {} } as StoredFacts) : undefined),
      call: (method: string, ...args: readonly unknown[]) => {
        if (method === 'putRun') this.records.set(String(args[0]), String(args[1]));
        return Promise.resolve(method === 'runs' ? [...this.records.values()] : undefined);
      },
    } as unknown as RunFetchesOptions['store'] & RunFetchesOptions['worker'];
    return new RunFetches({
      store,
      worker: store,
      clock: this.clock,
      // One window at a time, as with the lease.
      hold: async (_name, signal, work) => {
        const before = this.#held;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.#held = promise;
        await before;
        try {
          if (!signal.aborted) await work();
        } finally {
          resolve(undefined);
        }
      },
      open: async ({ actionId }) => {
        if (this.stored.has(actionId)) return { size: this.size };
        this.#call();
        await settle();
        this.stored.add(actionId);
        this.downloads.set(actionId, (this.downloads.get(actionId) ?? 0) + 1);
        return { size: this.size };
      },
      renew: (run) => {
        this.#call();
        const now = new Map(this.now().map((one) => [one.id, one]));
        return Promise.resolve(renewRun(run, (id) => now.get(id)));
      },
      hasRoom: () => Promise.resolve(this.hasRoom),
      ...change,
    });
  }

  /** Lets time pass by minutes, with all that follows from each. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE) {
      await turns();
      await this.clock.pass(Math.min(left, MINUTE));
    }
    await turns();
  }

  /** Lets time pass until the work has ended, ten days at most. */
  async until(work: Promise<void>): Promise<void> {
    const state = { isDone: false };
    void work.then(() => (state.isDone = true));
    await turns();
    for (let minutes = 0; !state.isDone && minutes < 14_400; minutes++) await this.pass(MINUTE);
    assert.ok(state.isDone, 'the work goes on for ten days');
  }

  #call(): void {
    if (this.failure !== undefined)
      throw new LiveResponseError(this.failure, { retryAt: this.clock.now() + 10 * MINUTE });
    this.calls++;
  }

  #state(at: number): Partial<MachineAction> {
    const hasEnded = this.clock.now() >= (this.ends[at] ?? Infinity);
    return {
      status: hasEnded ? 'Succeeded' : 'InProgress',
      commands: [command({ commandStatus: hasEnded ? 'Completed' : 'Executing' })],
    };
  }
}

/** Waits until everything that needs no time has happened, however many steps it takes. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await settle();
}

async function begin(shift: Shift, runs: RunFetches): Promise<{ key: string; done: Promise<void> }> {
  const run = shift.run();
  const done = runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
  await settle();
  return { key: run.key, done };
}

suite('an order to keep the rest of a run', () => {
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

  test('it ends with its time, though a host never ends', async () => {
    const shift = new Shift([0, Infinity]);
    const runs = shift.window();
    const { key, done } = await begin(shift, runs);
    const start = shift.clock.now();
    await shift.until(done);
    assert.equal(runs.get(key)?.order?.end, 'time');
    assert.equal(shift.clock.now() - start, 24 * HOUR);
  });

  test('it never takes more calls or begins after more bytes than it may', async () => {
    const many = new Shift(Array.from({ length: 40 }, () => 0));
    const run = many.run();
    const runs = many.window();
    await runs.start(run, { again: true, order: { ...createOrder(run, many.clock.now()), mostCalls: 7 } });
    assert.deepEqual([many.calls, runs.get(run.key)?.order?.end], [7, 'calls']);

    const large = new Shift(Array.from({ length: 40 }, () => 0));
    const other = large.window();
    await other.start(run, { again: true, order: { ...createOrder(run, large.clock.now()), mostBytes: 10_000 } });
    assert.equal(other.get(run.key)?.order?.end, 'bytes');
    // The fetches that were under way when the limit was reached are completed.
    assert.ok(large.stored.size >= 10 && large.stored.size <= 12, String(large.stored.size));
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
