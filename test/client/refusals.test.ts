import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { fails, LIMITS, openStage, PAGE, patience, SMALL } from './localClient.ts';
import type { Stage } from './localClient.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** Returns a refusal with the API's own text. */
function refusal(message: string): string {
  return JSON.stringify({ error: { code: 'Unauthorized', message, target: 'c0ffee' } });
}

suite('the token is refused', () => {
  test('an expired token is renewed once, and the call goes on', async () => {
    const expired = await stage.tenant.mintAccessToken({ expiresInSeconds: -10 });
    const rejected: (string | undefined)[] = [];
    const client = stage.client({
      getAccessToken: (_signal, refusal) => {
        rejected.push(refusal?.token);
        return Promise.resolve(refusal === undefined ? expired : stage.token);
      },
    });
    const { actions } = await client.listMachineActions(PAGE, patience());
    assert.ok(actions.length > 0);
    assert.deepEqual(stage.heard(), ['list 401', 'list 200']);
    assert.deepEqual(rejected, [undefined, expired]);
  });

  test('a token that is refused twice ends it: two calls and no more', async () => {
    const expired = await stage.tenant.mintAccessToken({ expiresInSeconds: -10 });
    const client = stage.client({ getAccessToken: () => Promise.resolve(expired) });
    const error = await fails(client.listMachineActions(PAGE, patience()), stage, 'notSignedIn', { status: 401 });
    assert.match(error.values.serverMessage ?? '', /expired/u);
    assert.ok(!JSON.stringify(error).includes(expired));
    assert.deepEqual(stage.heard(), ['list 401', 'list 401']);
  });

  for (const reason of ['Account mode is inactive', 'No Tvm license']) {
    test(`"${reason}" is a licence matter: no token is asked for again`, async () => {
      const message = `Unauthorized request - reason of failure: ${reason}`;
      stage.tenant.faults.add({ door: 'api', action: { kind: 'answer', status: 401, body: refusal(message) } });
      let asked = 0;
      const client = stage.client({
        getAccessToken: () => {
          asked++;
          return Promise.resolve(stage.token);
        },
      });
      await fails(client.listMachineActions(PAGE, patience()), stage, 'licence', {
        serverMessage: message,
        correlationId: 'c0ffee',
      });
      assert.equal(asked, 1);
      assert.deepEqual(stage.heard(), ['list 401']);
    });
  }
});

suite('the call is refused', () => {
  test('a missing permission comes in the words of the API, with the correlation id, in one call', async () => {
    const token = await stage.tenant.mintAccessToken({ roles: ['Machine.Isolate'] });
    const client = stage.client({ getAccessToken: () => Promise.resolve(token) });
    const error = await fails(client.listMachineActions(PAGE, patience()), stage, 'missingPermission', {
      status: 403,
      serverCode: 'Forbidden',
      serverMessage:
        'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.',
      host: new URL(stage.tenant.apiUrl).host,
    });
    assert.match(error.values.correlationId ?? '', /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/u);
    assert.deepEqual(stage.heard(), ['list 403']);
  });

  test('a person may list without the permission for results, and is told which one is missing', async () => {
    const token = await stage.tenant.mintAccessToken({ scp: 'Machine.Read', upn: 'anna@contoso.com' });
    const getAccessToken = (): Promise<string> => Promise.resolve(token);
    await stage.client({ getAccessToken }).listMachineActions(PAGE, patience());
    const fetching = stage.fetcher({ getAccessToken })(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    const error = await fails(fetching, stage, 'missingPermission');
    assert.match(error.values.serverMessage ?? '', /Machine\.LiveResponse/u);
    assert.deepEqual(stage.heard(), ['list 200', 'link 403']);
  });

  test('an unknown action is not found, in one call', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await fails(stage.client().getMachineAction(unknown, patience()), stage, 'notFound', { status: 404 });
    assert.deepEqual(stage.heard(), ['get 404']);
  });

  test('a command without a result has none (yet), and nothing is downloaded', async () => {
    const { actionId, commandIndex } = scenarioRef('putFile');
    const fetching = stage.fetcher()(actionId, commandIndex, patience(), LIMITS);
    await fails(fetching, stage, 'noResult', { status: 404, serverCode: 'ResourceNotFound' });
    assert.deepEqual(stage.heard(), ['link 404']);
  });

  test('an index that the API refuses is refused in its words', async () => {
    const linking = stage.client().getResultLink(SMALL.actionId, -1, patience());
    const error = await fails(linking, stage, 'badRequest', { status: 400 });
    assert.ok(error.values.serverMessage);
    assert.deepEqual(stage.heard(), ['link 400']);
  });

  test('a page of HTML instead of JSON has the wrong shape', async () => {
    stage.tenant.faults.add({ door: 'api', action: { kind: 'html' } });
    await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'unexpectedAnswer', { path: 'value' });
    assert.deepEqual(stage.heard(), ['list 200']);
  });

  test('a redirect of the API is not followed', async () => {
    const { tenant } = stage;
    const location = `https://${tenant.blobHost}/elsewhere`;
    tenant.faults.add({ door: 'api', action: { kind: 'redirect', location } });
    await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'redirected', { status: 302 });
    assert.deepEqual(stage.heard(), ['list 302']);
  });

  test('a link that is no address is refused without being shown', async () => {
    const body = JSON.stringify({ value: 'no address?sig=1dYGe9rPvUlX' });
    stage.tenant.faults.add({ door: 'api', call: 'link', action: { kind: 'answer', status: 200, body } });
    const linking = stage.client().getResultLink(SMALL.actionId, SMALL.commandIndex, patience());
    await fails(linking, stage, 'unexpectedAnswer', { path: 'value' });
  });
});
