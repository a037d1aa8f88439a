import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleConnection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import { Session, Sessions } from '../../../src/connections/sessions.ts';
import { createTenantClient } from '../../../src/defender/tenantClient.ts';
import type { TenantClient } from '../../../src/defender/tenantClient.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import { Shelf } from './shelf.ts';

const CONNECTION = sampleConnection('Sample');

function client(): TenantClient {
  return createTenantClient(createLocalLedger(systemClock), {
    apiUrl: 'https://api.sample.invalid',
    getAccessToken: () => Promise.reject(new Error('nothing is asked for here')),
  });
}

suite('a session', () => {
  test('its client is made at the first call, once', async () => {
    let made = 0;
    const session = new Session(CONNECTION, () => {
      made++;
      return Promise.resolve(client());
    });
    assert.equal(made, 0);
    const [one, other] = await Promise.all([session.client(), session.client()]);
    assert.equal(one, other);
    assert.equal(made, 1);
  });

  test('each list is kept; of those under conditions the last one only', () => {
    const session = new Session(CONNECTION, () => Promise.resolve(client()));
    const failed = session.actions(true, { statuses: ['Failed'] });
    assert.equal(session.actions(true), session.actions(true));
    assert.notEqual(session.actions(true), session.actions(false));
    assert.equal(session.actions(true, { statuses: ['Failed'] }), failed);
    session.actions(true, { type: 'Isolate' });
    assert.notEqual(session.actions(true, { statuses: ['Failed'] }), failed);
    assert.equal(session.known('nothing is loaded'), undefined);
  });

  test('a client that could not be made is tried again', async () => {
    let tries = 0;
    const session = new Session(CONNECTION, () =>
      ++tries === 1 ? Promise.reject(new Error('no bundle')) : Promise.resolve(client()),
    );
    await assert.rejects(session.client(), /no bundle/u);
    await session.client();
    assert.equal(tries, 2);
  });

  test('sessions alone and all actions each keep their own pages', () => {
    const session = new Session(CONNECTION, () => Promise.resolve(client()));
    assert.equal(session.actions(true), session.actions(true));
    assert.notEqual(session.actions(true), session.actions(false));
    assert.equal(session.actions(true).liveResponseOnly, true);
  });
});

suite('the sessions of a window', () => {
  test('a connection has one, until it is changed or removed', async () => {
    const connections = new ConnectionList(new Shelf());
    const sessions = new Sessions(connections, () => Promise.resolve(client()));
    await connections.add(CONNECTION);
    const first = sessions.of(CONNECTION);
    assert.equal(sessions.of(CONNECTION), first);
    await connections.add({ ...CONNECTION, name: 'other' });
    assert.equal(sessions.of(CONNECTION), first);

    const changed = { ...CONNECTION, clientId: '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9' };
    await connections.add(changed);
    const second = sessions.of(changed);
    assert.notEqual(second, first);
    assert.equal(second.connection, changed);
    await connections.remove(CONNECTION.name);
    assert.notEqual(sessions.of(changed), second);
  });
});
