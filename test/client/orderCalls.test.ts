import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { resultKey } from '../../src/base/resultUri.ts';
import { Urgency } from '../../src/base/urgency.ts';
import { sampleConnection } from '../../src/connections/connection.ts';
import { Session } from '../../src/connections/sessions.ts';
import type { StandingOrder } from '../../src/model/runRecord.ts';
import type { ReceivedFacts, StoredFacts } from '../../src/model/storedResult.ts';
import { ResultService } from '../../src/results/resultService.ts';
import type { ResultStore } from '../../src/results/resultStore.ts';
import { createFilterRun, renewFilterRun } from '../../src/runs/filterRun.ts';
import { RunFetches } from '../../src/runs/runFetch.ts';
import type { RunFetchesOptions } from '../../src/runs/runOptions.ts';
import { createOrder } from '../../src/runs/standingOrder.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { HELD } from '../unit/runs/heldLease.ts';
import { openStage } from './localClient.ts';
import type { Stage } from './localClient.ts';
import { localSource } from './localSource.ts';

let stage: Stage;
before(async () => {
  const limits = [60_000, 3_600_000].map((milliseconds) => ({ limit: 10_000, milliseconds, label: '00:01:00' }));
  stage = await openStage({ limits });
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** A day passes in a moment: an order waits for nothing but its calls. */
const hasty: Clock = {
  now: systemClock.now,
  wait: (_ms, signal) => systemClock.wait(1, signal),
};

/** Runs an order for a filter to its end, with the product's client, session and service. */
async function keep(
  limits: Partial<StandingOrder>,
  room = Infinity,
): Promise<{ order: StandingOrder; calls: number; bytes: number }> {
  const client = { ...stage.client(), ...stage.resultFetcher() };
  const session = new Session(sampleConnection('Local tenant'), () => Promise.resolve(client));
  const tenant = { cloud: 'custom', tenantId: stage.tenant.tenantId } as const;
  const stored = new Map<string, StoredFacts>();
  const store = {
    keeps: true,
    facts: (ref: ResultRef) => Promise.resolve(stored.get(resultKey(ref))),
    put: (facts: ReceivedFacts) => {
      stored.set(resultKey(facts.ref), facts as unknown as StoredFacts);
      return Promise.resolve(facts);
    },
    call: (method: string) => Promise.resolve(method === 'runs' ? [] : undefined),
  } as unknown as ResultStore & RunFetchesOptions['worker'];
  // No action is loaded, like after a restart: each result takes a call for its action, too.
  const source = { ...localSource(stage), knownAction: () => undefined };
  source.fetchAction = (actionId, signal, priority) => client.getMachineAction(actionId, signal, priority);
  const results = new ResultService({
    store,
    findSource: () => Promise.resolve(source),
    maxBytes: () => 64 * 1024 * 1024,
  });
  const runs = new RunFetches({
    store,
    worker: store,
    clock: hasty,
    hold: (_name, _signal, work) => work(HELD),
    open: (ref, payment) => results.open(ref, { ...payment, priority: 'background' }),
    renew: (run, lookedAt, { signal, meter }) => {
      assert.ok(run.filter);
      const asking = { signal, priority: new Urgency('background', meter) };
      return renewFilterRun(session, { ...run, filter: run.filter }, lookedAt, asking);
    },
    room: () => Promise.resolve(room - sum(stored)),
  });
  const now = Date.now();
  const run = createFilterRun({
    filter: { script: huntingRun.scriptName, since: now - 48 * 3_600_000, grows: true },
    title: 'the hunt',
    tenant,
    actions: [],
  });
  await runs.start(run, { again: true, order: { ...createOrder(run, now), ...limits } });
  const order = runs.get(run.key)?.order;
  assert.ok(order);
  return {
    order,
    calls: stage.tenant.recording.at('api').length,
    bytes: sum(stored),
  };
}

function sum(stored: ReadonlyMap<string, StoredFacts>): number {
  return [...stored.values()].reduce((bytes, { size }) => bytes + size, 0);
}

suite('what an order takes, by the count of the tenant', () => {
  test('every call counts, and the most calls are never passed: pages, actions, links and repetitions', async () => {
    const unavailable = { kind: 'answer', status: 503, body: '' } as const;
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ error: { code: 'ODataError', message: 'The property cannot be used.' } });
    for (const mostCalls of [1, 2, 3, 7, 40]) {
      stage.clear();
      // The server does not list by last change, so that a question is several calls, and is busy now and then.
      const refusal = { kind: 'answer', status: 400, headers: json, body } as const;
      stage.tenant.faults.add({ door: 'api', call: 'list', action: refusal });
      stage.tenant.faults.add({ door: 'api', call: 'list', action: unavailable });
      stage.tenant.faults.add({ door: 'api', call: 'link', action: unavailable, times: 3 });
      const { order, calls } = await keep({ mostCalls });
      assert.deepEqual([order.end, order.calls, calls], ['calls', mostCalls, mostCalls], String(mostCalls));
    }
  });

  test('the most bytes and the room of the store are never passed, whatever the size of a result', async () => {
    const { order, bytes } = await keep({ mostBytes: 40_000 });
    assert.equal(order.end, 'bytes');
    assert.ok(bytes > 20_000 && bytes <= 40_000 && order.bytes === bytes, `${bytes} ${order.bytes}`);
    stage.clear();
    const full = await keep({}, 60_000);
    assert.equal(full.order.end, 'full');
    assert.ok(full.bytes > 0 && full.bytes <= 60_000, String(full.bytes));
  });
});
