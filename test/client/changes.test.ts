import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { sampleConnection } from '../../src/connections/connection.ts';
import { Session } from '../../src/connections/sessions.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createTenantClient } from '../../src/defender/tenantClient.ts';
import { actionIdOf } from '../../src/sample/base/identifiers.ts';
import { openStage, patience } from './localClient.ts';
import type { Stage } from './localClient.ts';

const HOUR_MS = 3_600_000;
const REFUSED = { kind: 'answer', status: 400, headers: { 'content-type': 'application/json' } } as const;

let stage: Stage;
before(async () => {
  stage = await openStage({});
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

function session(): Session {
  const { tenant, token } = stage;
  const client = createTenantClient(createLocalLedger(systemClock), {
    apiUrl: tenant.apiUrl,
    getAccessToken: () => Promise.resolve(token),
  });
  return new Session(sampleConnection('Local tenant'), () => Promise.resolve(client));
}

suite('the changes since a time', () => {
  test('one call brings every type; the actions are known from then on, and the list stays what it was', async () => {
    const one = session();
    const list = one.actions(true);
    await list.refresh(patience());
    const listed = list.actions.map(({ id }) => id);
    stage.clear();
    const since = Date.now() - 3 * HOUR_MS;
    const { actions, extent } = await one.fetchChanges(since, patience());
    assert.deepEqual(stage.heard(), ['list 200']);
    assert.equal(extent, 'whole');
    const types = new Set(actions.map(({ type }) => type));
    assert.ok(types.has('Isolate') && types.has('CollectInvestigationPackage') && types.has('LiveResponse'));
    assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length);
    assert.ok(one.known(actionIdOf('package')));
    assert.deepEqual(
      list.actions.map(({ id }) => id),
      listed,
    );
  });

  test('without a list that is loaded, too', async () => {
    const { actions } = await session().fetchChanges(Date.now() - HOUR_MS, patience());
    assert.ok(actions.length > 0);
    assert.deepEqual(stage.heard(), ['list 200']);
  });

  test('a server that does not list by last change is asked by creation, and that is said', async () => {
    const body = JSON.stringify({
      error: { code: 'ODataError', message: 'The property cannot be used in the $filter.' },
    });
    stage.tenant.faults.add({ door: 'api', call: 'list', action: { ...REFUSED, body } });
    const { actions, extent } = await session().fetchChanges(Date.now() - 3 * HOUR_MS, patience());
    assert.equal(extent, 'created');
    assert.ok(actions.length > 0);
  });

  test('all that has not ended is asked for by its state, whatever its age and type', async () => {
    const open = await session().fetchOpen(patience());
    assert.ok(open.length > 1);
    assert.ok(open.every(({ status }) => status === 'Pending' || status === 'InProgress'));
    assert.deepEqual(stage.heard(), ['list 200']);
  });
});
