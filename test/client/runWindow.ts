import { systemClock } from '../../src/base/clock.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import { Leases } from '../../src/base/leases.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { ResultService } from '../../src/results/resultService.ts';
import { TestStore } from '../unit/results/testStore.ts';
import { RunFetches } from '../../src/runs/runFetch.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerAnswer } from '../../src/worker/protocol.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';

/** The message that a window receives from the test that opens it. */
export interface WindowOrder {
  readonly apiUrl: string;
  readonly token: string;
  readonly blobHost: string;
  readonly tenantId: string;
  readonly folder: string;
  readonly script: string;
  /** Whether the window resumes another window's run instead of starting one from the list. */
  readonly goesOn: boolean;
}

/** One window of the product, for runs only: a process of its own with a folder that all windows share. */
process.once('message', (order) => {
  void work(order as WindowOrder);
});

async function work(order: WindowOrder): Promise<void> {
  const store = openStore(order.folder);
  const tenant = { cloud: 'custom', tenantId: order.tenantId } as const;
  const windows = [
    { calls: 10_000, ms: 60_000 },
    { calls: 10_000, ms: 3_600_000 },
  ] as const;
  const client = createDefenderClient({
    apiUrl: order.apiUrl,
    getAccessToken: () => Promise.resolve(order.token),
    downloadHosts: () => [order.blobHost],
    expectAzureHeaders: false,
    budget: new QueuedBudget(createLocalLedger(systemClock, windows), systemClock),
  });
  const list = new ActionStore(() => Promise.resolve(client), true);
  const { signal } = new AbortController();
  const fetcher = createResultFetcher(client, systemClock);
  const results = new ResultService({
    store,
    maxBytes: () => 64 * 1024 * 1024,
    findSource: () =>
      Promise.resolve({
        ...fetcher,
        connectionName: 'Local',
        account: () => Promise.resolve(undefined),
        receivedAction: client.receivedAction,
        toolVersion: '1.0.0',
        knownAction: (actionId) => list.get(actionId),
        fetchAction: (actionId, fetchSignal, priority) => list.fetch(actionId, fetchSignal, priority),
      }),
  });
  const leases = new Leases(
    {
      take: (name, holder, forMs) => store.call('takeLease', name, holder, forMs),
      release: (name, holder) => store.call('releaseLease', name, holder),
    },
    systemClock,
  );
  const runs = new RunFetches({
    store,
    worker: store,
    open: (ref, payment) => results.open(ref, { ...payment, priority: 'background' }),
    hold: (name, holdSignal, held) => leases.hold(name, holdSignal, held),
    clock: systemClock,
  });
  await list.loadSpan({ from: '2000-01-01T00:00:00.000Z', before: '2100-01-01T00:00:00.000Z' }, signal);
  const [left] = await runs.load();
  const found = findRuns(list.actions, tenant).find(({ words }) => words.script === order.script);
  const run = order.goesOn ? left?.run : found;
  if (run === undefined) throw new Error('no run');
  await runs.start(run, { again: !order.goesOn });
  const record = runs.get(run.key);
  process.send?.({ state: record?.state, failures: Object.values(record?.failures ?? {}).map(({ code }) => code) });
  process.disconnect();
}

/** Opens the store with the worker's work on this thread, over the folder. */
function openStore(folder: string): TestStore {
  const handlers = createHandlers();
  const listeners: ((answer: WorkerAnswer) => void)[] = [];
  return new TestStore({
    folder,
    onMemoryOnly: (reason) => {
      throw new Error(reason);
    },
    analysis: analysisInPlace(),
    startThread: () =>
      Promise.resolve({
        send: ({ id, method, args }) => {
          const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
          const answer = handler(...args);
          setImmediate(() => {
            for (const listener of listeners) listener({ id, answer });
          });
        },
        onAnswer: (listener) => {
          listeners.push(listener);
        },
        onEnd: () => undefined,
        stop: () => Promise.resolve(),
      }),
  });
}
