import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { ActionStore } from '../../../src/actions/actionStore.ts';
import type { ActionChange } from '../../../src/actions/actionStore.ts';
import type { ActionConditions } from '../../../src/defender/list/odata.ts';
import { isFinished } from '../../../src/model/machineAction.ts';
import { SharedFindings } from '../../../src/actions/sharedFindings.ts';
import { WatchedActions } from '../../../src/actions/watchedActions.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { WorkerCalls, WorkerMethod } from '../../../src/worker/protocol.ts';
import { patience } from '../defender/expected.ts';
import { TENANT } from '../results/fixtures.ts';
import { from, ids, numbered, Tenant } from '../results/manyActions.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'findings-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface ListKind {
  readonly liveResponseOnly?: boolean;
  readonly where?: ActionConditions;
}

/** A window as the view has it: its list, its client of the one tenant, and its own connection to the file. */
class Window {
  readonly tenant: Tenant;
  readonly list: ActionStore;
  readonly handlers = createHandlers();
  mayWrite = true;
  readonly watched = new WatchedActions();
  readonly changes: ActionChange[] = [];
  readonly notices: string[] = [];
  /** Places from which it read. */
  readonly places: number[] = [];
  readonly #findings: SharedFindings;
  #sharing: Promise<void> = Promise.resolve();

  constructor(tenant: Tenant, { liveResponseOnly = false, where = {} }: ListKind = {}) {
    this.tenant = tenant;
    this.handlers.open(folder);
    const call = <Method extends WorkerMethod>(
      method: Method,
      ...args: WorkerCalls[Method]['args']
    ): Promise<WorkerCalls[Method]['answer']> => {
      if (method === 'foundAfter') this.places.push(Number(args[1]));
      return Promise.resolve(this.handlers[method](...args));
    };
    this.#findings = new SharedFindings({ call }, () => this.mayWrite);
    this.list = new ActionStore(tenant.client, liveResponseOnly, { where });
    this.list.onDidFind((found) => {
      this.#sharing = this.#findings.share(TENANT, found, (one) => isFinished(one) && this.watched.has(one.id));
    });
    this.list.onDidChange((change) => this.changes.push(change));
    this.list.onDidEnd((ended) => {
      for (const { id } of this.watched.take(ended)) this.notices.push(id);
    });
  }

  async load(): Promise<this> {
    await this.list.ensureLoaded(patience());
    this.changes.length = 0;
    return this;
  }

  watch(id: string): void {
    const action = this.list.get(id);
    assert.ok(action !== undefined && this.watched.add(action));
  }

  /** Calls the API, as the window with the lease. */
  async poll(): Promise<void> {
    await this.list.poll(patience());
    await this.#sharing;
  }

  async hear(): Promise<void> {
    await this.#findings.hear(TENANT, this.list, (told) => {
      this.watched.forget(told);
    });
  }
}

const UPDATED = '2026-11-23T22:30:00.12Z';

function change(tenant: Tenant, number: number, fields: Parameters<typeof numbered>[1]): void {
  tenant.actions[number] = numbered(number, { lastUpdateDateTimeUtc: UPDATED, ...fields });
}

suite('one window asks, the other one hears', () => {
  test('only what changed is told, with what is new, and nobody asks for it', async () => {
    const tenant = new Tenant(5);
    change(tenant, 3, { status: 'InProgress', lastUpdateDateTimeUtc: '2026-11-23T21:03:00Z' });
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    change(tenant, 3, {});
    tenant.actions.push(numbered(5, { status: 'Pending' }));
    await asking.poll();
    const calls = tenant.asked.length;
    await hearing.hear();
    assert.deepEqual(hearing.changes, ['list', { ids: ['action 3'] }]);
    assert.deepEqual(ids(hearing.list), from(5, 0));
    assert.equal(hearing.list.get('action 3')?.status, 'Succeeded');
    assert.equal(hearing.list.get('action 5')?.status, 'Pending');
    await hearing.hear();
    assert.deepEqual(hearing.places, [0, 2]);
    await asking.hear();
    assert.equal(hearing.changes.length, 2);
    assert.equal(asking.changes.length, 2);
    assert.equal(tenant.asked.length, calls);
  });

  test('what a click brings is heard as well: a refresh, a single action, a device', async () => {
    const tenant = new Tenant(4);
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    change(tenant, 1, { status: 'Failed' });
    await asking.list.refresh(patience());
    await hearing.hear();
    change(tenant, 2, { status: 'Failed' });
    await asking.list.fetch('action 2', patience());
    await hearing.hear();
    change(tenant, 3, { status: 'Failed' });
    await asking.list.loadDevice('ab12'.repeat(10), patience());
    await hearing.hear();
    assert.deepEqual(hearing.changes, [{ ids: ['action 1'] }, { ids: ['action 2'] }, { ids: ['action 3'] }]);
  });

  test('a notice is given in one window: where the action is watched, the one that asks first', async () => {
    const tenant = new Tenant(3);
    for (const number of [0, 1, 2]) change(tenant, number, { status: 'InProgress' });
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    asking.watch('action 0');
    hearing.watch('action 0');
    hearing.watch('action 1');
    for (const number of [0, 1, 2]) change(tenant, number, {});
    await asking.poll();
    await hearing.hear();
    assert.deepEqual(asking.notices, ['action 0']);
    assert.deepEqual(hearing.notices, ['action 1']);
    assert.ok(!hearing.watched.has('action 0'));
  });

  test('the text comes as it was received, and what is known from a later answer stays', async () => {
    const tenant = new Tenant(2);
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    change(tenant, 0, { status: 'Failed' });
    change(tenant, 1, { status: 'Failed' });
    const how = { from: 'list', receivedAt: 1000, serverDate: 'Mon, 23 Nov 2026 22:30:00 GMT' } as const;
    const texts = tenant.actions.map((one) => `${JSON.stringify(one, undefined, 1)} `);
    for (const [at, one] of tenant.actions.entries()) tenant.received.set(one, { text: texts[at] ?? '', ...how });
    const own = hearing.list.get('action 1');
    assert.ok(own !== undefined);
    tenant.received.set(own, { text: 'own', ...how, receivedAt: 1001 });
    await asking.poll();
    await hearing.hear();
    const heard = hearing.list.get('action 0');
    assert.ok(heard !== undefined);
    assert.deepEqual(tenant.received.get(heard), { text: texts[0], ...how });
    assert.equal(hearing.list.get('action 1'), own);
    // A second reading of the same actions would push out texts that are still needed.
    const { size } = tenant.received;
    await asking.hear();
    assert.equal(tenant.received.size, size);
  });

  test('a list under conditions takes in what the API would answer, and renews what it holds', async () => {
    const tenant = new Tenant(3);
    change(tenant, 1, { status: 'Pending', lastUpdateDateTimeUtc: '2026-11-23T21:01:00Z' });
    const asking = await new Window(tenant).load();
    const where = { machineIds: ['ab12'.repeat(10)], createdFrom: '2026-11-23T21:01:00.000Z' };
    const hearing = await new Window(tenant, { liveResponseOnly: true, where }).load();
    tenant.actions.push(numbered(3), numbered(4, { machineId: 'other' }), numbered(5, { type: 'Isolate' }));
    change(tenant, 1, { status: 'Failed' });
    await asking.poll();
    assert.deepEqual(ids(asking.list), from(5, 0));
    await hearing.hear();
    // The stand-in for the service ignores times, so the first page brings action 0 as well.
    assert.deepEqual(ids(hearing.list), from(3, 0));
    assert.equal(hearing.list.get('action 1')?.status, 'Failed');
    assert.equal(hearing.list.get('action 5'), undefined);
  });

  test('an old page that one window has not loaded changes in the other one that has', async () => {
    const tenant = new Tenant(60);
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    await hearing.list.loadMore(patience());
    hearing.changes.length = 0;
    change(tenant, 2, { status: 'Failed' });
    await asking.poll();
    assert.equal(asking.list.get('action 2'), undefined);
    await hearing.hear();
    assert.deepEqual(hearing.changes, [{ ids: ['action 2'] }]);
  });

  test('where nothing may be written nothing is told', async () => {
    const tenant = new Tenant(2);
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    asking.mayWrite = false;
    change(tenant, 0, { status: 'Failed' });
    await asking.poll();
    await hearing.hear();
    assert.deepEqual(hearing.changes, []);
  });

  test('after Remove All Data nothing is left to be heard', async () => {
    const tenant = new Tenant(2);
    const asking = await new Window(tenant).load();
    const hearing = await new Window(tenant).load();
    change(tenant, 0, { status: 'Failed' });
    await asking.poll();
    asking.handlers.removeAll();
    await hearing.hear();
    assert.deepEqual(hearing.changes, []);
    change(tenant, 1, { status: 'Failed' });
    await asking.poll();
    await hearing.hear();
    assert.deepEqual(hearing.changes, [{ ids: ['action 1'] }]);
  });

  test('a list that is not loaded hears nothing, and one made later nothing of before', async () => {
    const tenant = new Tenant(2);
    const asking = await new Window(tenant).load();
    const late = new Window(tenant);
    change(tenant, 0, { status: 'Failed' });
    await asking.poll();
    await late.hear();
    assert.deepEqual(late.changes, []);
    await late.load();
    await late.hear();
    assert.deepEqual(late.changes, []);
  });
});

test('of a row whose origin somebody else wrote, the action is heard, and nothing of how it was received', async () => {
  const tenant = new Tenant(1);
  const [one, other] = [new Window(tenant), new Window(tenant)];
  await other.list.ensureLoaded(patience());
  for (const [at, received] of ['{', '5', 'null', '{"receivedAt":"now"}'].entries()) {
    const found = numbered(at + 1);
    one.handlers.putFound(TENANT, [{ actionId: found.id, text: JSON.stringify(found), received, told: false }], {
      keep: true,
    });
    await other.hear();
    const heard = other.list.get(found.id);
    assert.ok(heard !== undefined, received);
    assert.equal(tenant.received.get(heard), undefined);
  }
});
