import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { ActionStore, PAGE_SIZE } from '../../../src/actions/actionStore.ts';
import { changedSince } from '../../../src/actions/changedActions.ts';
import type { RefreshWay } from '../../../src/actions/changedActions.ts';
import type { ActionQuery } from '../../../src/defender/list/odata.ts';
import { failure, patience } from '../defender/expected.ts';
import { from, ids, numbered, open, Tenant } from '../results/manyActions.ts';

suite('asking for what changed', () => {
  test('an unfinished action that is gone ends nothing; any other failure of a single question is told', async () => {
    const { tenant, store } = open(2);
    tenant.knowsUpdates = false;
    tenant.actions[0] = numbered(0, { status: 'Pending' });
    await store.ensureLoaded(patience());
    // Far enough from the newest action, so that a question by creation does not list it.
    tenant.actions.push(numbered(300));
    await store.refresh(patience());
    tenant.actions = tenant.actions.filter(({ id }) => id !== 'action 0');
    await store.refresh(patience());
    assert.ok(ids(store).includes('action 0'), 'what was read stays');
    tenant.failSingly = new LiveResponseError('serverError', { status: 500 });
    await assert.rejects(store.refresh(patience()), failure('serverError'));
  });

  test('it is one call for what changed since the newest update, less a quarter of an hour', async () => {
    const { tenant, store } = open(3 * PAGE_SIZE);
    await store.ensureLoaded(patience());
    await store.refresh(patience());
    assert.deepEqual(tenant.asked.slice(1), [
      {
        liveResponseOnly: false,
        where: {},
        since: { by: 'update', time: new Date(Date.UTC(2026, 10, 23, 21) + (149 - 15) * 60_000).toISOString() },
        top: 10_000,
        skip: 0,
      },
    ]);
  });

  test('more than a page holds comes at once, and no gap is left', async () => {
    const { tenant, store } = open(PAGE_SIZE + 5);
    await store.ensureLoaded(patience());
    for (let number = PAGE_SIZE + 5; number < 3 * PAGE_SIZE; number++) tenant.actions.push(numbered(number));
    await store.refresh(patience());
    assert.deepEqual(ids(store), from(3 * PAGE_SIZE - 1, 5));
    await store.loadMore(patience());
    assert.deepEqual(ids(store), from(3 * PAGE_SIZE - 1, 0));
    assert.equal(tenant.asked.length, 3);
  });

  test('a device that was loaded meanwhile does not move on what the list has seen', async () => {
    const { tenant, store } = open(10);
    await store.ensureLoaded(patience());
    tenant.actions.push(numbered(60));
    tenant.actions.push(numbered(300, { machineId: 'ef56'.repeat(10) }));
    await store.loadDevice('ef56'.repeat(10), patience());
    await store.refresh(patience());
    assert.ok(ids(store).includes('action 60'));
  });

  test('an old action of a page that is not loaded stays out of the list when it changes', async () => {
    const { tenant, store, changes } = open(2 * PAGE_SIZE);
    await store.ensureLoaded(patience());
    changes.length = 0;
    tenant.actions[3] = numbered(3, { lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z', status: 'Failed' });
    await store.refresh(patience());
    assert.deepEqual(ids(store), from(2 * PAGE_SIZE - 1, PAGE_SIZE));
    assert.deepEqual(changes, []);
    await store.loadMore(patience());
    assert.equal(store.get('action 3')?.status, 'Failed');
  });

  test('a server that refuses the last update is asked by creation, and single actions, from then on', async () => {
    const { tenant, store } = open(0);
    tenant.actions = Array.from({ length: 40 }, (_, at) => numbered(at, { status: at < 2 ? 'Pending' : 'Succeeded' }));
    tenant.knowsUpdates = false;
    await store.ensureLoaded(patience());
    tenant.actions[0] = numbered(0, { lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' });
    tenant.actions.push(numbered(40));
    const ended: string[][] = [];
    store.onDidEnd((actions) => ended.push(actions.map(({ id }) => id)));
    await store.refresh(patience());
    await store.refresh(patience());
    assert.deepEqual(
      tenant.asked.slice(1).map(({ since }) => since?.by),
      ['update', 'creation', 'creation'],
    );
    assert.equal(store.get('action 0')?.status, 'Succeeded');
    assert.deepEqual(ended, [['action 0']]);
    assert.deepEqual(ids(store), from(40, 0));
  });

  test('any other refusal is a failure, and what the server takes is not judged by it', async () => {
    const { tenant, store } = open(5);
    await store.ensureLoaded(patience());
    tenant.failWith = new LiveResponseError('serverError');
    await assert.rejects(store.refresh(patience()), failure('serverError'));
    tenant.failWith = undefined;
    await store.refresh(patience());
    assert.equal(tenant.asked.at(-1)?.since?.by, 'update');
  });

  test('a failure after a server took fewer rows is told, and the server is asked by the last update again', async () => {
    const answers = [
      () => Promise.reject(new LiveResponseError('badRequest', { status: 400 })),
      () => Promise.resolve({ actions: [], total: undefined, nextLink: undefined, size: 100 }),
      () => Promise.reject(new LiveResponseError('offline')),
    ];
    const asked: unknown[] = [];
    const client = {
      ...(await new Tenant(0).client()),
      listMachineActions: ({ since }: ActionQuery) => {
        asked.push(since?.by);
        const answer = answers.shift();
        assert.ok(answer !== undefined, 'one question too many');
        return answer();
      },
    };
    const way: RefreshWay = { by: 'update' };
    const query = { since: Date.UTC(2026, 10, 23), unfinished: [], priority: 'background' } as const;
    await assert.rejects(changedSince(client, way, query, patience()), failure('offline'));
    assert.deepEqual([asked, way.by], [['update', 'creation', 'update'], 'update']);
  });

  test('an answer that was overtaken changes nothing back', async () => {
    const { tenant, store } = open(1);
    tenant.actions = [numbered(0, { status: 'Succeeded', lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' })];
    await store.ensureLoaded(patience());
    tenant.actions = [numbered(0, { status: 'Pending' })];
    await store.fetch('action 0', patience());
    assert.equal(store.get('action 0')?.status, 'Succeeded');
  });

  test('a list of a state loses what has left it, and pages on without leaving one out', async () => {
    const tenant = new Tenant(0);
    tenant.actions = Array.from({ length: 2 * PAGE_SIZE }, (_, at) => numbered(at, { status: 'Pending' }));
    const store = new ActionStore(tenant.client, false, { where: { statuses: ['Pending'] } });
    await store.ensureLoaded(patience());
    const last = 2 * PAGE_SIZE - 1;
    tenant.actions[last] = numbered(last, { lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' });
    await store.refresh(patience());
    assert.equal(store.get(`action ${last}`)?.status, 'Succeeded');
    await store.loadMore(patience());
    assert.equal(tenant.asked.at(-1)?.skip, PAGE_SIZE - 1);
    assert.deepEqual(ids(store), from(last, 0));
  });

  test('background work asks only where there is a list, and leaves a load that is under way alone', async () => {
    const { tenant, store } = open(3);
    await store.poll(patience());
    assert.equal(tenant.asked.length, 0);
    const loading = store.ensureLoaded(patience());
    await store.poll(patience());
    await loading;
    await store.poll(patience());
    assert.equal(tenant.asked.length, 2);
  });
});
