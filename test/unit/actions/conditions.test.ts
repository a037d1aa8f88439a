import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readSpan, toConditionTest } from '../../../src/actions/actionFilter.ts';
import { ApartActions } from '../../../src/actions/apartActions.ts';
import { newestFirst } from '../../../src/actions/actionOrder.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { failure, patience } from '../defender/expected.ts';
import { action } from '../results/fixtures.ts';
import { ids, numbered, open, Tenant } from '../results/manyActions.ts';
import { ActionStore, PAGE_SIZE } from '../../../src/actions/actionStore.ts';

suite('conditions that the API checks, checked here for what another window found', () => {
  const fits = (where: Parameters<typeof toConditionTest>[0], one = action()): boolean => toConditionTest(where)(one);

  test('each of them, alone and together', () => {
    const yes = {
      machineIds: ['ab12'.repeat(10)],
      requestor: 'anna@contoso.com',
      type: 'LiveResponse',
      statuses: ['Succeeded'],
      createdFrom: '2026-11-23T21:00:00.000Z',
      createdBefore: '2026-11-23T22:00:00.000Z',
    };
    assert.ok(fits({}));
    assert.ok(fits(yes));
    for (const key of Object.keys(yes)) assert.ok(fits({ [key]: yes[key as keyof typeof yes] }), key);
    for (const no of [
      { machineIds: ['x'] },
      { requestor: 'anna' },
      { type: 'Isolate' },
      { statuses: ['Failed'] },
      { createdFrom: '2026-11-23T22:00:00.000Z' },
      { createdBefore: '2026-11-23T21:00:00.000Z' },
    ])
      assert.ok(!fits({ ...yes, ...no }), JSON.stringify(no));
    assert.ok(!fits({ createdFrom: '2026-11-23T21:00:00.000Z' }, action({ creationDateTimeUtc: 'never' })));
  });

  test('a time span of days and of times; a day that is none is refused', () => {
    assert.deepEqual(readSpan('2026-11-20..2026-11-23T21:04'), {
      from: '2026-11-20T00:00:00.000Z',
      before: '2026-11-23T21:04:00.000Z',
    });
    assert.deepEqual(readSpan('2026-11-20T20:00..2026-11-20'), {
      from: '2026-11-20T20:00:00.000Z',
      before: '2026-11-21T00:00:00.000Z',
    });
    for (const text of ['2026-13-01..2026-12-02', '2026-11-20..2026-14-01', '2026-11-20', 'a..b', '1..2..3'])
      assert.equal(readSpan(text), undefined, text);
  });
});

suite('a list after a failure', () => {
  test('shows the actions of stored results that it would list, until it can be loaded', async () => {
    const { tenant, store, changes } = open(2);
    tenant.failWith = new LiveResponseError('offline');
    await assert.rejects(store.ensureLoaded(patience()), failure('offline'));
    assert.equal(store.wholeSince, undefined);
    store.showOffline([numbered(7), numbered(7), numbered(5)]);
    assert.deepEqual(ids(store), ['action 7', 'action 5']);
    assert.equal(store.get('action 5')?.id, 'action 5');
    assert.deepEqual(changes, ['list', 'list']);
    tenant.failWith = undefined;
    await store.refresh(patience());
    assert.deepEqual(ids(store), ['action 1', 'action 0']);
  });

  test('with a filter it shows only those of the filter', async () => {
    const tenant = new Tenant(0);
    tenant.failWith = new LiveResponseError('offline');
    const store = new ActionStore(tenant.client, true, { where: { statuses: ['Failed'] } });
    await assert.rejects(store.ensureLoaded(patience()), failure('offline'));
    store.showOffline([numbered(1), numbered(2, { status: 'Failed' })]);
    assert.deepEqual(ids(store), ['action 2']);
  });

  test('a window that heard of actions before its list is loaded keeps none of them', async () => {
    const { store } = open(1);
    await store.hear([{ actionId: 'action 9', text: JSON.stringify(numbered(9)), received: undefined }]);
    assert.deepEqual(ids(store), []);
    assert.deepEqual(store.state, { kind: 'unknown' });
  });

  test('its first page without the known rows, and more behind it: the rows before are dropped, with their gap', async () => {
    const { tenant, store } = open(PAGE_SIZE);
    tenant.knowsUpdates = false;
    await store.ensureLoaded(patience());
    tenant.actions = Array.from({ length: 11_000 }, (_, at) => numbered(PAGE_SIZE + at));
    await store.refresh(patience());
    const shown = ids(store);
    assert.equal(shown[0], `action ${PAGE_SIZE + 10_999}`);
    // Nothing that is shown hides a gap: each row follows the one before.
    for (const [at, id] of shown.entries()) assert.equal(id, `action ${PAGE_SIZE + 10_999 - at}`);
  });
});

suite('actions that are in no page', () => {
  test('an action without a creation is placed by its update, and one without both is the oldest', () => {
    const sorted = newestFirst([
      action({ id: 'none', creationDateTimeUtc: 'never', lastUpdateDateTimeUtc: null }),
      action({ id: 'updated', creationDateTimeUtc: 'never', lastUpdateDateTimeUtc: '2026-11-23T20:00:00Z' }),
      numbered(1),
    ]);
    assert.deepEqual(
      sorted.map(({ id }) => id),
      ['action 1', 'updated', 'none'],
    );
  });

  test('are renewed only by what is newer, and those that ended are told', () => {
    const apart = new ApartActions();
    const pending = numbered(1, { status: 'Pending' });
    apart.set(pending);
    assert.deepEqual(apart.renew([numbered(2)]), []);
    assert.deepEqual(apart.renew([pending]), []);
    const ended = numbered(1, { lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' });
    assert.deepEqual(apart.renew([ended]), [ended]);
    assert.deepEqual([...apart.values()], [ended]);
  });

  test('an action without a readable time stands before all others, where it is seen', () => {
    const sorted = newestFirst([action({ id: 'a', creationDateTimeUtc: 'never' }), numbered(1)]);
    assert.deepEqual(
      sorted.map(({ id }) => id),
      ['a', 'action 1'],
    );
  });
});
