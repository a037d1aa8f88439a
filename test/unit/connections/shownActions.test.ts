import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleConnection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import { Sessions } from '../../../src/connections/sessions.ts';
import { ShownActions } from '../../../src/connections/shownActions.ts';
import type { ShownList } from '../../../src/connections/shownActions.ts';
import type { TenantClient } from '../../../src/defender/tenantClient.ts';
import { failure, patience } from '../defender/expected.ts';
import { numbered, Tenant } from '../results/manyActions.ts';
import { Shelf } from './shelf.ts';

const CONNECTION = sampleConnection('Sample');
const OTHER = { ...CONNECTION, name: 'Other' };

interface Scene {
  readonly tenant: Tenant;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  readonly actions: ShownActions;
  readonly told: (ShownList | undefined)[];
}

/** Opens a window with a tenant of this number of actions. */
function open(count: number): Scene {
  const tenant = new Tenant(count);
  const connections = new ConnectionList(new Shelf());
  const sessions = new Sessions(connections, () => tenant.client() as Promise<TenantClient>);
  const actions = new ShownActions(connections, sessions);
  const told: (ShownList | undefined)[] = [];
  actions.onDidChange((shown) => told.push(shown));
  return { tenant, connections, sessions, actions, told };
}

suite('the list that is shown', () => {
  test('there is none without a connection', () => {
    const { actions } = open(0);
    assert.equal(actions.shown, undefined);
    assert.equal(actions.list, undefined);
    assert.deepEqual(actions.reachable, []);
  });

  test('it is the list of the active connection, and of the chosen types', async () => {
    const { connections, sessions, actions, told } = open(1);
    await connections.add(CONNECTION);
    assert.equal(actions.list, sessions.of(CONNECTION).actions(true));
    assert.deepEqual(actions.shown?.tenant, { cloud: CONNECTION.cloud, tenantId: CONNECTION.tenantId });
    actions.showTypes(false);
    assert.equal(actions.list, sessions.of(CONNECTION).actions(false));
    assert.equal(told.at(-1)?.actions, actions.list);
  });

  test('a filter that the API checks is a list of its own; one of this window is not', async () => {
    const { connections, actions } = open(1);
    await connections.add(CONNECTION);
    const whole = actions.list;
    actions.showFiltered({ script: 'triage' });
    assert.equal(actions.list, whole);
    assert.equal(actions.pageSize, 1000);
    actions.showFiltered({ script: 'triage', statuses: ['Failed'] });
    assert.notEqual(actions.list, whole);
    actions.dropSearch();
    assert.deepEqual(actions.filter, { statuses: ['Failed'] });
    assert.equal(actions.pageSize, 50);
  });

  test('the filter goes with its tenant, and stays when the connection itself is changed', async () => {
    const { connections, actions } = open(1);
    await connections.add(CONNECTION);
    actions.showFiltered({ script: 'triage' });
    await connections.add({ ...CONNECTION, clientId: '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9' });
    assert.deepEqual(actions.filter, { script: 'triage' });
    await connections.add(OTHER);
    assert.deepEqual(actions.filter, {});
    assert.equal(actions.shown?.connection.name, 'Other');
    await connections.remove('Other');
    await connections.remove(CONNECTION.name);
    assert.equal(actions.shown, undefined);
  });

  test('a renewed session gives a new list, for the active connection only', async () => {
    const { connections, sessions, actions } = open(1);
    await connections.add(OTHER);
    await connections.add(CONNECTION);
    const { list } = actions;
    sessions.renew(OTHER);
    actions.reload(OTHER);
    assert.equal(actions.list, list);
    sessions.renew(CONNECTION);
    actions.reload(CONNECTION);
    assert.notEqual(actions.list, list);
  });

  test('rows that only the search of this window hides can still be gone to', async () => {
    const { connections, actions } = open(3);
    await connections.add(CONNECTION);
    actions.showTypes(false);
    await actions.list?.ensureLoaded(patience());
    actions.showFiltered({ comment: 'nobody wrote this' });
    assert.equal(actions.reachable.length, 3);
  });
});

suite('an action that is asked for alone', () => {
  test('every list of the session knows it, for one call', async () => {
    const { tenant, connections, sessions } = open(1);
    await connections.add(CONNECTION);
    const session = sessions.of(CONNECTION);
    const lists = [session.actions(true), session.actions(false), session.actions(true, { statuses: ['Failed'] })];
    const ended: string[][] = [];
    for (const list of lists) list.onDidEnd((actions) => ended.push(actions.map(({ id }) => id)));
    tenant.actions = [numbered(0, { status: 'Pending' })];
    await session.actions(false).ensureLoaded(patience());
    const action = await session.fetchAction('action 0', patience());
    assert.deepEqual(
      lists.map((list) => list.get('action 0')),
      [action, action, action],
    );
    assert.equal(tenant.asked.length, 1);
    // None of them takes it for a row of its own.
    assert.deepEqual(
      lists.map((list) => list.actions.length),
      [0, 1, 0],
    );
    tenant.actions = [numbered(0, { status: 'Succeeded', lastUpdateDateTimeUtc: '2026-11-30T00:00:00Z' })];
    await session.fetchAction('action 0', patience());
    assert.deepEqual(ended, [['action 0']]);
    assert.deepEqual(
      lists.map((list) => list.get('action 0')?.status),
      ['Succeeded', 'Succeeded', 'Succeeded'],
    );
  });

  test('a session without a list gets one, and one that does not exist is a failure', async () => {
    const { sessions } = open(1);
    const session = sessions.of(CONNECTION);
    await assert.rejects(session.fetchAction('action 9', patience()), failure('notFound'));
    assert.equal((await session.fetchAction('action 0', patience())).id, 'action 0');
    assert.equal(session.known('action 0')?.id, 'action 0');
  });
});
