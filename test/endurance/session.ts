import type { SearchQuery } from '../../src/worker/searchCalls.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Leases, sinceStart } from '../../src/base/leases.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { withLocalFallback } from '../../src/defender/calls/localLedger.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { DefenderClient } from '../../src/defender/client.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import type { Transport } from '../../src/defender/transport.ts';
import { ResultService } from '../../src/results/resultService.ts';
import { ResultSaves } from '../../src/results/save/resultSaves.ts';
import { StoredSearch } from '../../src/results/search/storedSearch.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import type { ResultSource } from '../../src/results/resultSource.ts';
import { RunFetches } from '../../src/runs/runFetch.ts';
import { sampleApiUrl } from '../../src/sample/api/sampleTransport.ts';
import { sampleTenantId } from '../../src/sample/base/identifiers.ts';
import type { StorageFault } from '../../src/storage/storageFault.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { ledgerPort, leasePort } from '../../src/worker/ports.ts';
import type { WorkerAnswer } from '../../src/worker/protocol.ts';
import type { StoreThread } from '../../src/worker/workerClient.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { TestStore } from '../unit/results/testStore.ts';

/** A search that finds something in most results. */
export const SOME_TEXT: SearchQuery = {
  text: 'the',
  isRegExp: false,
  matchCase: false,
  connection: undefined,
  device: undefined,
  script: undefined,
};

export const TENANT = { cloud: 'commercial', tenantId: sampleTenantId } as const;
export const APPLICATION = { tenantId: sampleTenantId, clientId: 'endurance' } as const;

/** Longest pause, ms. What is longer is a deadline. */
const LONGEST_PAUSE_MS = 60_000;

/** Time that the longest pause takes, ms: a network that is away is asked again some times. */
const SHORT_MS = 50;

/** Pauses are over at once, so that retries cost no time. */
const hastyClock: Clock = {
  now: systemClock.now,
  wait: (ms, signal) => systemClock.wait(ms < LONGEST_PAUSE_MS ? 0 : ms === LONGEST_PAUSE_MS ? SHORT_MS : ms, signal),
};

/** One window of the product, from its client to its files, without the interface. */
export interface Session {
  readonly store: TestStore;
  readonly list: ActionStore;
  readonly client: DefenderClient;
  readonly results: ResultService;
  readonly runs: RunFetches;
  readonly saves: ResultSaves;
  readonly search: StoredSearch;
  /** Messages about the store that the user got. */
  readonly told: string[];
  /** Ends the window as closing it does. */
  readonly close: () => Promise<void>;
}

/** Tenant of a window, where it is not the sample, and what is told of its work. */
export interface SessionTenant {
  readonly apiUrl: string;
  readonly token: string;
  readonly downloadHosts: readonly string[];
  readonly application: typeof APPLICATION | { readonly tenantId: string; readonly clientId: string };
  /** Told before a run asks for a result that is not stored. */
  readonly onFetch?: (ref: ResultRef) => void;
  /** Told when work begins under a lease. */
  readonly onHold?: (name: string) => void;
}

const SAMPLE: SessionTenant = {
  apiUrl: sampleApiUrl,
  token: 'sample',
  downloadHosts: [],
  application: APPLICATION,
};

/** Opens a window over a folder. */
export function openSession(
  folder: string,
  transport: Transport,
  clock: Clock = hastyClock,
  tenant: SessionTenant = SAMPLE,
): Session {
  const told: string[] = [];
  const store = new TestStore({
    folder,
    onMemoryOnly: (reason) => told.push(`memory only: ${reason}`),
    onFault: ({ kind, reason }) => told.push(`${kind}: ${reason}`),
    analysis: analysisInPlace(),
    startThread: () => Promise.resolve(startThread()),
  });
  const ledger = (account: 'api' | 'package'): QueuedBudget =>
    new QueuedBudget(withLocalFallback(ledgerPort(store, tenant.application, account), clock), clock);
  const client = createDefenderClient({
    apiUrl: tenant.apiUrl,
    getAccessToken: () => Promise.resolve(tenant.token),
    downloadHosts: () => [...tenant.downloadHosts],
    transport,
    budget: ledger('api'),
    packageBudget: ledger('package'),
    clock,
  });
  const list = new ActionStore(() => Promise.resolve(client), true);
  const source: ResultSource = {
    ...createResultFetcher(client, clock),
    connectionName: 'Sample',
    account: () => store.call('account', 'sample'),
    receivedAction: client.receivedAction,
    toolVersion: '1.0.0',
    knownAction: (actionId) => list.get(actionId),
    fetchAction: (actionId, signal, priority) => list.fetch(actionId, signal, priority),
  };
  const findSource = (): Promise<ResultSource> => Promise.resolve(source);
  const results = new ResultService({ store, findSource, maxBytes: () => 64 * 1024 * 1024 });
  const leases = new Leases(leasePort(store), clock, sinceStart);
  const runs = new RunFetches({
    store,
    worker: store,
    open: async (ref, payment) => {
      if (tenant.onFetch !== undefined && (await store.facts(ref)) === undefined) tenant.onFetch(ref);
      return results.open(ref, { ...payment, priority: 'background' });
    },
    hold: (name, signal, work) =>
      leases.hold(name, signal, (lease) => {
        tenant.onHold?.(name);
        return work(lease);
      }),
    clock,
  });
  const saves = new ResultSaves(findSource);
  return {
    store,
    list,
    client,
    results,
    runs,
    saves,
    search: new StoredSearch(store),
    told,
    close: async () => {
      runs.dispose();
      saves.dispose();
      await store.dispose();
    },
  };
}

/** Does the worker's work as `worker/main.ts` does it, on this thread. */
function startThread(): StoreThread {
  const listeners: ((answer: WorkerAnswer) => void)[] = [];
  const tell = (answer: WorkerAnswer): void => {
    for (const listener of listeners) listener(structuredClone(answer));
  };
  const handlers = createHandlers((fault: StorageFault) => {
    tell({ id: 0, notice: { fault } });
  });
  return {
    send: (request) => {
      const { id, method, args } = structuredClone(request);
      setImmediate(() => {
        const handler = handlers[method] as (...values: readonly unknown[]) => unknown;
        try {
          tell({ id, answer: handler(...args) });
        } catch (error) {
          const { name, message } = error instanceof Error ? error : new Error('unknown');
          tell({ id, failure: `${name}: ${message}`, failureName: name });
        }
      });
    },
    onAnswer: (listener) => {
      listeners.push(listener);
    },
    onEnd: () => undefined,
    stop: () => Promise.resolve(),
  };
}
