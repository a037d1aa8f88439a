import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { ActionStore, PAGE_SIZE } from '../../../src/actions/actionStore.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { failure, patience } from '../defender/expected.ts';
import { settle } from '../defender/simulatedClock.ts';
import { from, ids, numbered, open, Tenant } from '../results/manyActions.ts';

suite('the first page of a list', () => {
  test('it is asked for once, with its order left to the client, and told as one change', async () => {
    const { tenant, store, changes } = open(3);
    assert.deepEqual(store.state, { kind: 'unknown' });
    await store.ensureLoaded(patience());
    await store.ensureLoaded(patience());
    assert.deepEqual(tenant.asked, [{ liveResponseOnly: false, top: PAGE_SIZE, skip: 0 }]);
    assert.deepEqual(ids(store), from(2, 0));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
    assert.deepEqual(changes, ['list']);
  });

  test('who asks while it is on its way waits for the same answer', async () => {
    const { tenant, store } = open(3);
    await Promise.all([store.ensureLoaded(patience()), store.ensureLoaded(patience()), store.refresh(patience())]);
    assert.equal(tenant.asked.length, 1);
  });

  test('an empty list is loaded, and not unknown', async () => {
    const { store, changes } = open(0);
    await store.ensureLoaded(patience());
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
    assert.deepEqual(changes, ['list']);
  });

  test('a failure is a state of its own, and the next try may succeed', async () => {
    const { tenant, store, changes } = open(1);
    const error = new LiveResponseError('offline');
    tenant.failWith = error;
    await assert.rejects(store.ensureLoaded(patience()), failure('offline'));
    assert.deepEqual(store.state, { kind: 'failed', error });
    assert.deepEqual(changes, ['list']);
    tenant.failWith = undefined;
    await store.ensureLoaded(patience());
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });

  test('one who leaves does not take the answer away from another who waits for it', async () => {
    const { tenant, store } = open(1);
    let openGate = (): void => undefined;
    tenant.gate = new Promise((resolve) => (openGate = resolve));
    const leaving = new AbortController();
    store.ensureLoaded(leaving.signal).catch(() => undefined);
    const staying = store.ensureLoaded(patience());
    await settle();
    leaving.abort();
    openGate();
    await staying;
    assert.deepEqual(ids(store), ['action 0']);
    assert.equal(tenant.asked.length, 1);
  });

  test('other types are left out where only sessions are wanted', async () => {
    const tenant = new Tenant(1);
    tenant.actions.push(numbered(1, { type: 'Isolate' }));
    const store = new ActionStore(tenant.client, true);
    await store.ensureLoaded(patience());
    assert.equal(tenant.asked[0]?.liveResponseOnly, true);
    assert.deepEqual(ids(store), ['action 0']);
  });

  test('times are compared as times and not as texts, equal ones by id', async () => {
    const { tenant, store } = open(0);
    tenant.actions = [
      numbered(0, { id: 'b', creationDateTimeUtc: '2026-11-23T21:02:00.12Z' }),
      numbered(0, { id: 'c', creationDateTimeUtc: '2026-11-23T21:02:00.1234567Z' }),
      numbered(0, { id: 'a', creationDateTimeUtc: '2026-11-23T21:02:00.12Z' }),
    ];
    await store.ensureLoaded(patience());
    assert.deepEqual(ids(store), ['c', 'a', 'b']);
  });
});

suite('further pages', () => {
  test('each is appended until a short one, counted by what was listed', async () => {
    const { tenant, store } = open(2 * PAGE_SIZE + 10);
    await store.ensureLoaded(patience());
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: true });
    await store.loadMore(patience());
    await store.loadMore(patience());
    assert.deepEqual(
      tenant.asked.map(({ skip }) => skip),
      [0, PAGE_SIZE, 2 * PAGE_SIZE],
    );
    assert.deepEqual(ids(store), from(2 * PAGE_SIZE + 9, 0));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });

  test('a next link is followed, also behind a page that is short', async () => {
    const { tenant, store } = open(7);
    tenant.pageMaximum = 3;
    await store.ensureLoaded(patience());
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: true });
    await store.loadMore(patience());
    await store.loadMore(patience());
    assert.deepEqual(
      tenant.asked.map(({ nextLink }) => nextLink),
      [undefined, '3', '6'],
    );
    assert.deepEqual(ids(store), from(6, 0));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });

  test('rows that moved on because newer ones came are kept once', async () => {
    const { tenant, store } = open(PAGE_SIZE + 5);
    await store.ensureLoaded(patience());
    tenant.actions.push(numbered(PAGE_SIZE + 5), numbered(PAGE_SIZE + 6));
    await store.loadMore(patience());
    assert.deepEqual(ids(store), from(PAGE_SIZE + 4, 0));
  });

  test('a failure leaves what was loaded, and can be tried again', async () => {
    const { tenant, store } = open(PAGE_SIZE + 1);
    await store.ensureLoaded(patience());
    tenant.failWith = new LiveResponseError('offline');
    await assert.rejects(store.loadMore(patience()), failure('offline'));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: true });
    assert.equal(store.actions.length, PAGE_SIZE);
    tenant.failWith = undefined;
    await store.loadMore(patience());
    assert.equal(store.actions.length, PAGE_SIZE + 1);
  });
});

suite('refreshing a list', () => {
  test('what is new joins, what changed is told by its id, and pages that were loaded stay', async () => {
    const { tenant, store, changes } = open(PAGE_SIZE + 5);
    await store.ensureLoaded(patience());
    await store.loadMore(patience());
    changes.length = 0;
    const last = PAGE_SIZE + 4;
    tenant.actions = tenant.actions.map((one) => (one.id === `action ${last}` ? { ...one, status: 'Failed' } : one));
    tenant.actions.push(numbered(last + 1));
    await store.refresh(patience());
    assert.deepEqual(ids(store), from(last + 1, 0));
    assert.equal(store.get(`action ${last}`)?.status, 'Failed');
    assert.deepEqual(changes, ['list', { ids: [`action ${last}`] }]);
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });

  test('where nothing changed, nothing is told', async () => {
    const { store, changes } = open(3);
    await store.ensureLoaded(patience());
    changes.length = 0;
    await store.refresh(patience());
    assert.deepEqual(changes, []);
  });

  test('after it the next page still follows what is listed', async () => {
    const { tenant, store } = open(3 * PAGE_SIZE);
    await store.ensureLoaded(patience());
    tenant.actions.push(numbered(3 * PAGE_SIZE));
    await store.refresh(patience());
    await store.loadMore(patience());
    assert.deepEqual(ids(store), from(3 * PAGE_SIZE, PAGE_SIZE));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: true });
  });

  test('a next link from before is not followed: it would leave rows out', async () => {
    const { tenant, store } = open(8);
    tenant.pageMaximum = 3;
    await store.ensureLoaded(patience());
    tenant.actions.push(numbered(8));
    await store.refresh(patience());
    await store.loadMore(patience());
    assert.deepEqual(ids(store), from(8, 2));
  });

  test('without times of update, the first page is read again, and what was loaded of the list stays', async () => {
    const { tenant, store } = open(0);
    const timeless = (number: number): MachineAction => numbered(number, { lastUpdateDateTimeUtc: null });
    tenant.actions = Array.from({ length: PAGE_SIZE + 5 }, (_, at) => timeless(at));
    await store.ensureLoaded(patience());
    await store.loadMore(patience());
    tenant.actions.push(timeless(PAGE_SIZE + 5));
    await store.refresh(patience());
    assert.deepEqual(
      tenant.asked.map(({ since, skip }) => [since, skip]),
      [
        [undefined, 0],
        [undefined, PAGE_SIZE],
        [undefined, 0],
      ],
    );
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
    assert.deepEqual(ids(store), from(PAGE_SIZE + 5, 0));
  });

  test('an answer of another window that cannot be read changes nothing', async () => {
    const tenant = new Tenant(2);
    const store = new ActionStore(async () => ({ ...(await tenant.client()), readFound: () => undefined }), false);
    await store.ensureLoaded(patience());
    const before = store.actions;
    await store.hear([{ actionId: 'action 1', text: 'no action', received: undefined }]);
    assert.deepEqual(store.actions, before);
  });

  test('a failure leaves the list as it was', async () => {
    const { tenant, store } = open(2);
    await store.ensureLoaded(patience());
    tenant.failWith = new LiveResponseError('offline');
    await assert.rejects(store.refresh(patience()), failure('offline'));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
    assert.deepEqual(ids(store), from(1, 0));
  });
});

suite('actions of one device, and single ones', () => {
  const DEVICE = 'cd34'.repeat(10);
  /** Assigns every tenth action to the device. */
  const giveToDevice = (tenant: Tenant): void => {
    tenant.actions = tenant.actions.map((one, at) => (at % 10 === 0 ? { ...one, machineId: DEVICE } : one));
  };

  test('all of a device are loaded, page by page, without touching the pages of the list', async () => {
    const { tenant, store } = open(12 * PAGE_SIZE);
    giveToDevice(tenant);
    await store.ensureLoaded(patience());
    await store.loadDevice(DEVICE, patience());
    assert.deepEqual(
      tenant.asked.slice(1).map(({ machineId, skip }) => [machineId, skip]),
      [
        [DEVICE, 0],
        [DEVICE, PAGE_SIZE],
      ],
    );
    assert.equal(store.actions.filter(({ machineId }) => machineId === DEVICE).length, 60);
    await store.loadMore(patience());
    assert.equal(tenant.asked.at(-1)?.skip, PAGE_SIZE);
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: true });
    assert.deepEqual([...store.wholeDevices], [DEVICE]);
  });

  test('next links are followed for a device as well', async () => {
    const { tenant, store } = open(100);
    giveToDevice(tenant);
    await store.ensureLoaded(patience());
    tenant.pageMaximum = 4;
    await store.loadDevice(DEVICE, patience());
    assert.equal(store.actions.filter(({ machineId }) => machineId === DEVICE).length, 10);
  });

  test('a device that is loaded first does not pass for the whole list', async () => {
    const { tenant, store } = open(100);
    giveToDevice(tenant);
    await store.loadDevice(DEVICE, patience());
    await store.ensureLoaded(patience());
    assert.ok(store.actions.length >= PAGE_SIZE, `${store.actions.length} actions`);
  });

  test('an action that was asked for alone is known, and joins the list only with its page', async () => {
    const { store } = open(PAGE_SIZE + 1);
    await store.ensureLoaded(patience());
    await store.fetch('action 0', patience());
    assert.equal(store.get('action 0')?.id, 'action 0');
    assert.equal(store.actions.length, PAGE_SIZE);
    await store.loadMore(patience());
    assert.equal(store.actions.length, PAGE_SIZE + 1);
  });

  test('an action of the list that is asked for again is renewed, and told by its id', async () => {
    const { tenant, store, changes } = open(2);
    await store.ensureLoaded(patience());
    changes.length = 0;
    tenant.actions[1] = numbered(1, { status: 'Cancelled' });
    await store.fetch('action 1', patience());
    assert.equal(store.get('action 1')?.status, 'Cancelled');
    assert.deepEqual(changes, [{ ids: ['action 1'] }]);
  });

  test('one that is in no page is told when it ends', async () => {
    const { tenant, store } = open(PAGE_SIZE + 5);
    tenant.actions[0] = numbered(0, { status: 'Pending' });
    await store.ensureLoaded(patience());
    await store.fetch('action 0', patience());
    const ended: string[][] = [];
    store.onDidEnd((actions) => ended.push(actions.map(({ id }) => id)));
    tenant.actions[0] = numbered(0, { lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' });
    await store.refresh(patience());
    assert.deepEqual(ended, [['action 0']]);
    assert.ok(!ids(store).includes('action 0'));
  });

  test('one that does not exist is a failure and leaves the list alone', async () => {
    const { store } = open(1);
    await store.ensureLoaded(patience());
    await assert.rejects(store.fetch('action 9', patience()), failure('notFound'));
    assert.deepEqual(store.state, { kind: 'loaded', hasMore: false });
  });
});
