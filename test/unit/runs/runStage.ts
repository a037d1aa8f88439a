import assert from 'node:assert/strict';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import { RunFetches } from '../../../src/runs/runFetch.ts';
import type { RunFetchesOptions } from '../../../src/runs/runOptions.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import type { Run } from '../../../src/model/run.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { settle, SimulatedClock } from '../defender/simulatedClock.ts';
import { action, TENANT } from '../results/fixtures.ts';
import { HELD } from './heldLease.ts';

/** Returns a run of this number of hosts. */
export function run(count: number): Run {
  const actions = Array.from({ length: count }, (_, at) => action({ id: `a${at}`, computerDnsName: `ws-${at}` }));
  const [found] = findRuns(actions, TENANT);
  assert.ok(found !== undefined);
  return found;
}

/** A store, and a service whose fetches the test ends. */
export class Stage {
  readonly clock = new SimulatedClock();
  readonly stored = new Set<string>();
  readonly asked: string[] = [];
  readonly records = new Map<string, string>();
  readonly flights = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();

  /** Opens another window over the same store. */
  window(
    hold = (work: () => Promise<void>): Promise<void> => work(),
    prepare?: RunFetchesOptions['prepare'],
  ): RunFetches {
    const store = {
      facts: ({ actionId }: ResultRef) =>
        Promise.resolve(this.stored.has(actionId) ? ({ transcript: {} } as StoredFacts) : undefined),
      call: (method: string, ...args: readonly unknown[]) => {
        if (method === 'putRun') {
          this.records.delete(String(args[0]));
          this.records.set(String(args[0]), String(args[1]));
        }
        return Promise.resolve(method === 'runs' ? [...this.records.values()].reverse() : undefined);
      },
    } as unknown as RunFetchesOptions['store'] & RunFetchesOptions['worker'];
    return new RunFetches({
      store,
      worker: store,
      clock: this.clock,
      hold: (_name, _signal, work) => hold(() => work(HELD)),
      ...(prepare === undefined ? {} : { prepare }),
      // The same as in the service: a stored result is not requested.
      open: ({ actionId }, { signal }) => {
        if (this.stored.has(actionId)) return Promise.resolve({ size: 10 });
        this.asked.push(actionId);
        return new Promise((resolve, reject) => {
          const land = (): void => {
            resolve({ size: 10 });
          };
          this.flights.set(actionId, { resolve: land, reject });
          signal.addEventListener('abort', () => {
            reject(new LiveResponseError('cancelled'));
          });
        });
      },
    });
  }

  async land(actionId: string, failure?: FailureCode): Promise<void> {
    const flight = this.flights.get(actionId);
    assert.ok(flight !== undefined, `${actionId} is not under way`);
    this.flights.delete(actionId);
    if (failure === undefined) {
      this.stored.add(actionId);
      flight.resolve();
    } else
      flight.reject(
        new LiveResponseError(failure, failure === 'rateLimited' ? { retryAt: this.clock.now() + 9000 } : {}),
      );
    for (let turn = 0; turn < 5; turn++) await settle();
  }
}

/** Waits until everything that needs no time has happened. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await settle();
}
