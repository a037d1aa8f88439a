import { HELD } from '../unit/runs/heldLease.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createSampleTransport, sampleApiUrl } from '../../src/sample/api/sampleTransport.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { ActionStore } from '../../src/actions/actionStore.ts';
import { ResultService } from '../../src/results/resultService.ts';
import { RunFetches } from '../../src/runs/runFetch.ts';
import { isAvailable } from '../../src/runs/runFailures.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import { settle, SimulatedClock } from '../unit/defender/simulatedClock.ts';
import { Scene } from '../unit/results/scene.ts';
import { TENANT } from '../unit/results/fixtures.ts';
import type { Bench } from './measurement.ts';

/** The longest that the run may take in simulated time, ms: far above what its calls need. */
const GIVE_UP_MS = 3_600_000;

/**
 * Measures the sample's run of 200 hosts under the API's own limits, in simulated time. The run makes exactly one call
 * for each result that the list offers, and never more in a minute than the background's share.
 */
export const benchRun: Bench = async () => {
  const clock = new SimulatedClock();
  const counted: number[] = [];
  const client = createDefenderClient({
    apiUrl: sampleApiUrl,
    getAccessToken: () => Promise.resolve('sample'),
    transport: createSampleTransport({ now: clock.now, startedAt: clock.now() }),
    budget: new QueuedBudget(createLocalLedger(clock), clock),
    clock,
    onCall: ({ door, target }) => {
      if (door === 'api' && target.includes('DownloadLink')) counted.push(clock.now());
    },
  });
  const list = new ActionStore(() => Promise.resolve(client), true);
  await list.loadSpan(
    { from: '2000-01-01T00:00:00.000Z', before: '2100-01-01T00:00:00.000Z' },
    new AbortController().signal,
  );
  const run = findRuns(list.actions, TENANT).find(({ words }) => words.script === huntingRun.scriptName);
  if (run === undefined) throw new Error('the sample has no run');
  const { store } = new Scene();
  const results = new ResultService({
    store,
    maxBytes: () => 64 * 1024 * 1024,
    findSource: () =>
      Promise.resolve({
        ...createResultFetcher(client, clock),
        connectionName: 'Sample',
        account: () => Promise.resolve(undefined),
        receivedAction: client.receivedAction,
        toolVersion: '1.0.0',
        knownAction: (actionId) => list.get(actionId),
        fetchAction: (actionId, signal) => list.fetch(actionId, signal),
      }),
  });
  const runs = new RunFetches({
    store,
    worker: store,
    open: (ref, payment) => results.open(ref, { ...payment, priority: 'background' }),
    hold: (_name, _signal, work) => work(HELD),
    clock,
  });
  const start = clock.now();
  const state = { done: false };
  void runs.start(run, { again: true }).then(() => {
    state.done = true;
  });
  const isUnderWay = (): boolean => !state.done && clock.now() - start < GIVE_UP_MS;
  while (isUnderWay()) {
    // The store's thread and the sample answer in no simulated time, but not at once.
    for (let turn = 0; turn < 20; turn++) await settle();
    if (isUnderWay()) await clock.pass(100);
  }
  const available = run.members.filter(isAvailable).length;
  const inMinute = mostWithin(60_000, counted);
  return [
    { name: 'run.200.calls', value: counted.length, unit: 'calls', floor: available, goal: `= ${available}` },
    { name: 'run.200.maxIn60s', value: inMinute, unit: 'calls', floor: null, goal: '<= 80' },
  ];
};
