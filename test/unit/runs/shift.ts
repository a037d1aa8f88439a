import assert from 'node:assert/strict';
import { Leases } from '../../../src/base/leases.ts';
import type { LeasePort } from '../../../src/base/leases.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { CallMeter } from '../../../src/base/urgency.ts';
import type { Run } from '../../../src/model/run.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { RunFetches } from '../../../src/runs/runFetch.ts';
import type { RunFetchesOptions } from '../../../src/runs/runOptions.ts';
import { findRuns, renewRun } from '../../../src/runs/runs.ts';
import { createOrder } from '../../../src/runs/standingOrder.ts';
import { MemorySignInTable } from '../../../src/storage/signInTable.ts';
import { settle, SimulatedClock } from '../defender/simulatedClock.ts';
import { action, command, TENANT } from '../results/fixtures.ts';
import { HELD } from './heldLease.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A tenant whose hosts end one after the other, and a store that all windows of a machine share. */
export class Shift {
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
          if (!signal.aborted) await work(HELD);
        } finally {
          resolve(undefined);
        }
      },
      // Does what the service does: what is stored is not requested, and a size is known before the bytes arrive.
      open: async ({ actionId }, { meter, admits }) => {
        if (this.stored.has(actionId)) return;
        await this.call(meter);
        await settle();
        if (admits?.(this.size) === false) throw new LiveResponseError('tooLarge', { size: this.size });
        await settle();
        this.stored.add(actionId);
        this.downloads.set(actionId, (this.downloads.get(actionId) ?? 0) + 1);
      },
      renew: async (run, _lookedAt, { meter }) => {
        await this.call(meter);
        const now = new Map(this.now().map((one) => [one.id, one]));
        return renewRun(run, (id) => now.get(id));
      },
      room: () => Promise.resolve(this.hasRoom ? Infinity : 0),
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

  /** Makes one call, as the client does: counted before it is sent, and taken back where nothing could be sent. */
  async call(meter: CallMeter): Promise<void> {
    if (!(await meter.take())) throw new LiveResponseError('cancelled');
    if (this.failure === 'offline' || this.failure === 'unknownHost') meter.giveBack();
    else this.calls++;
    if (this.failure !== undefined)
      throw new LiveResponseError(this.failure, { retryAt: this.clock.now() + 10 * MINUTE });
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
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await settle();
}

/** Starts the run of a shift with an order to keep its rest. */
export async function begin(shift: Shift, runs: RunFetches): Promise<{ key: string; done: Promise<void> }> {
  const run = shift.run();
  const done = runs.start(run, { again: true, order: createOrder(run, shift.clock.now()) });
  await settle();
  return { key: run.key, done };
}

/** Returns what gives each window of a shift real leases, which all of them share. */
export function leasesOf(shift: Shift): () => RunFetchesOptions['hold'] {
  const table = new MemorySignInTable();
  const { clock } = shift;
  const port: LeasePort = {
    take: (name, holder, ms) => Promise.resolve(table.takeLease(name, holder, clock.now() + ms, clock.now())),
    release: (name, holder) => {
      table.releaseLease(name, holder);
      return Promise.resolve();
    },
  };
  return () => {
    const leases = new Leases(port, clock);
    return (name, signal, work) => leases.hold(name, signal, work);
  };
}

/** Opens two windows of which the second one waits for the first one's order, as it was a minute after its beginning. */
export async function beginAndWait(
  shift: Shift,
): Promise<{ first: RunFetches; second: RunFetches; key: string; waits: Promise<void> }> {
  const [first, second] = [shift.window(), shift.window()];
  const { key } = await begin(shift, first);
  await shift.pass(MINUTE);
  const [stale] = await second.load();
  assert.ok(stale?.order !== undefined);
  const waits = second.start(stale.run, { again: false });
  await shift.pass(2 * HOUR);
  return { first, second, key, waits };
}
