import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { clientOf, person } from './productWindow.ts';
import { fingerprint, inScene, PAGE, until } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const { signal } = new AbortController();
const ONE_HOUR = 3600;

suite('a session is renewed without a person', () => {
  for (const way of ['interactive', 'deviceCode'] as const) {
    test(`${way}: a token that ends is renewed with the refresh token`, () =>
      inScene(stage().tenant, way, async ({ signIn, list, tenant }) => {
        tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
        await signIn();
        tenant.identity.lifetimes.accessToken = ONE_HOUR;
        await list();
        await list();
        assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
        assert.equal(tenant.recording.calls('authorize').length, way === 'interactive' ? 1 : 0);
      }));
  }

  test('a token that lasts is asked for once, in every window and after a restart; nothing is written for it', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, openAnother, machine, tenant, window }) => {
      await signIn();
      const { writes } = machine.secrets;
      await list();
      window.close();
      const restarted = openAnother();
      await list(restarted);
      await list(openAnother());
      assert.equal(tenant.recording.tokenRequests().length, 1);
      assert.equal(machine.secrets.writes, writes);
      assert.equal(writes, 1, 'signing in writes once');
    }));

  test('a renewal is written once', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, machine, tenant }) => {
      tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
      await signIn();
      tenant.identity.lifetimes.accessToken = ONE_HOUR;
      await list();
      await list();
      assert.equal(machine.secrets.writes, 2);
    }));

  test('a token that memory holds is not read from secret storage again', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, machine }) => {
      await signIn();
      await list();
      const { reads } = machine.secrets;
      await list();
      assert.equal(machine.secrets.reads, reads);
    }));

  test('what another window changed is read again', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, token, tenant, openAnother, connection, list }) => {
      await signIn();
      const first = await token();
      const other = openAnother();
      const robin = person(tenant, { as: 'responder@contoso.example' });
      assert.equal(await other.signIns.signIn(connection, 'interactive', robin, signal), 'responder@contoso.example');
      assert.notEqual(await token(), first);
      assert.equal(await token(), await token(other));
      await list();
      assert.equal(tenant.recording.tokenRequests('refresh_token').length, 0);
    }));
});

suite('a token ends at the wrong time', () => {
  test('twenty calls at its end make one request for a token', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, connection, tenant }) => {
      tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
      await signIn();
      tenant.identity.lifetimes.accessToken = ONE_HOUR;
      const client = clientOf(window, connection);
      await Promise.all(Array.from({ length: 20 }, () => client.listMachineActions(PAGE, signal)));
      assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
      assert.equal(tenant.recording.calls('list').length, 20);
    }));

  test('twenty calls in each of two windows as well', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, openAnother, connection, tenant }) => {
      tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
      await signIn();
      tenant.identity.lifetimes.accessToken = ONE_HOUR;
      const clients = [clientOf(window, connection), clientOf(openAnother(), connection)];
      await Promise.all(
        clients.flatMap((client) => Array.from({ length: 20 }, () => client.listMachineActions(PAGE, signal))),
      );
      assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
      assert.equal(tenant.recording.calls('list').length, 40);
    }));

  test('twenty calls whose token is refused at once make one request, and each goes on with another token', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, token, window, connection, tenant }) => {
      await signIn();
      const refused = fingerprint(await token());
      tenant.faults.add({
        door: 'api',
        when: ({ authorization }) => authorization?.sha256 === refused,
        times: Infinity,
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      const client = clientOf(window, connection);
      await Promise.all(Array.from({ length: 20 }, () => client.listMachineActions(PAGE, signal)));
      assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
      const calls = tenant.recording.calls('list');
      assert.deepEqual(
        [calls.length, calls.filter(({ authorization }) => authorization?.sha256 === refused).length],
        [40, 20],
      );
    }));

  test('in the middle of getting a result: one renewal, and the result comes', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, connection, tenant }) => {
      await signIn();
      const client = clientOf(window, connection);
      const { actionId, commandIndex } = scenarioRef('exitZero');
      await client.getMachineAction(actionId, signal);
      tenant.faults.add({
        door: 'api',
        call: 'link',
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      assert.ok(await client.getResultLink(actionId, commandIndex, signal));
      assert.deepEqual(
        tenant.recording.requests.slice(-5).map(({ kind, status }) => `${kind} ${String(status)}`),
        ['get 200', 'link 401', 'discovery 200', 'token 200', 'link 200'],
      );
    }));

  test('a renewal that one of two callers gives up goes on for the other', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, connection, tenant, fails }) => {
      tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
      await signIn();
      tenant.identity.lifetimes.accessToken = ONE_HOUR;
      const answered = Promise.withResolvers<undefined>();
      tenant.faults.add({ door: 'login', call: 'token', until: answered.promise });
      const givenUp = new AbortController();
      const first = window.signIns.getAccessToken(connection, givenUp.signal);
      const second = window.signIns.getAccessToken(connection, signal);
      await until('the renewal', () => tenant.recording.calls('token').length === 2);
      givenUp.abort();
      await fails(first, 'cancelled', undefined, undefined, /Canceled/);
      answered.resolve(undefined);
      assert.ok(await second);
    }));
});

suite('a session has ended', () => {
  const ENDINGS = [
    ['revoked', 'AADSTS50173', () => stage().tenant.identity.revokeRefreshTokens()],
    [
      'too old',
      'AADSTS700082',
      () => {
        stage().tenant.identity.expireRefreshTokens();
      },
    ],
  ] as const;

  for (const [how, number, end] of ENDINGS) {
    test(`${how}: one sentence, "Sign In", and the token is forgotten; signing in then works`, () =>
      inScene(stage().tenant, 'interactive', async ({ signIn, list, fails, machine, tenant }) => {
        tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
        await signIn();
        tenant.identity.lifetimes.accessToken = ONE_HOUR;
        end();
        const told = await fails(
          list(),
          'notSignedIn',
          'sessionEnded',
          'signIn',
          /^Your sign-in to "Contoso" has ended/,
        );
        assert.equal(told.values.serverCode, number);
        assert.ok(told.steps.includes('copyCorrelationId'));
        assert.deepEqual([...machine.secrets.kept], []);
        assert.equal(tenant.recording.at('api').length, 0);
        // The next call no longer reports that the key ring was lost.
        await fails(list(), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in to "Contoso"/);
        assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1, 'it is not asked for again');
        await signIn();
        await list();
      }));
  }

  test('while its token still lasts: the API’s refusal is what tells', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, fails, machine, tenant }) => {
      await signIn();
      tenant.identity.revokeRefreshTokens();
      tenant.faults.add({
        door: 'api',
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      await fails(list(), 'notSignedIn', 'sessionEnded', 'signIn', /^Your sign-in to "Contoso" has ended/);
      assert.deepEqual([...machine.secrets.kept], []);
      assert.equal(tenant.recording.at('api').length, 1);
    }));

  test('in one window: the other one is told too', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, fails, failure, openAnother, tenant }) => {
      await signIn();
      const other = openAnother();
      await list(other);
      tenant.identity.revokeRefreshTokens();
      tenant.faults.add({
        door: 'api',
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      await failure(list());
      await fails(list(other), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
    }));

  test('secret storage has lost it: that is said, and signing in works', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, fails, machine, openAnother, window }) => {
      await signIn();
      machine.secrets.kept.clear();
      window.close();
      const restarted = openAnother();
      await fails(list(restarted), 'notSignedIn', 'secretsLost', 'signIn', /key ring was lost or is locked/);
      await signIn();
      await list(restarted);
    }));

  test('what secret storage gives back is broken: signing in works', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, fails, machine, openAnother }) => {
      await signIn();
      for (const key of machine.secrets.kept.keys()) machine.secrets.kept.set(key, 'not what was stored');
      const restarted = openAnother();
      await fails(list(restarted), 'notSignedIn', 'secretsLost', 'signIn', /key ring was lost or is locked/);
      await signIn();
      await list(restarted);
    }));

  test('nobody has signed in yet: nothing is asked, nobody is prompted', () =>
    inScene(stage().tenant, 'interactive', async ({ list, fails, tenant }) => {
      await fails(list(), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in to "Contoso"/);
      assert.equal(tenant.recording.requests.length, 0);
    }));
});
