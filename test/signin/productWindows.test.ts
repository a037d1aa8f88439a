import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { KeptSecrets } from '../../src/platform/keptSecrets.ts';
import { clientOf, connectionTo, openMachine, openWindow, person } from './productWindow.ts';
import { fingerprint, inScene, PAGE, until } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage();
const otherStage = signInStage();
const { signal } = new AbortController();

suite('one prompt at a time', () => {
  test('over two windows: the second is told so, and may when the first is done', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, openAnother, connection, tenant, window }) => {
      const other = openAnother();
      const pages: string[] = [];
      const cancel = new AbortController();
      const idle = { ...person(tenant), openBrowser: (url: string) => Promise.resolve(void pages.push(url)) };
      const first = signIn(idle, cancel.signal);
      await until('the page', () => pages.length === 1);
      const second = other.signIns.signIn(connection, 'interactive', idle, signal);
      await fails(second, 'signInFailed', 'elsewhere', 'signIn', /^Another window is just asking you/);
      assert.equal(pages.length, 1);
      assert.equal(await window.signIns.wasRefused(), false);
      cancel.abort();
      await fails(first, 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(await other.signIns.wasRefused(), true, 'for a minute');
      assert.ok(await other.signIns.signIn(connection, 'interactive', person(tenant), signal));
    }));

  test('whoever asks again in the same window gets a new page, and the first one is over', () =>
    inScene(stage().tenant, 'interactive', async ({ fails, signIn, tenant, window }) => {
      const pages: string[] = [];
      const idle = { ...person(tenant), openBrowser: (url: string) => Promise.resolve(void pages.push(url)) };
      const first = signIn(idle);
      await until('the page', () => pages.length === 1);
      const second = signIn();
      await fails(first, 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(await second, 'analyst@contoso.example');
      assert.equal(await window.signIns.wasRefused(), false);
    }));

  test('another window hears who signed in and out', () =>
    inScene(stage().tenant, 'interactive', async ({ openAnother, connection, signIn, tenant, window, list }) => {
      await signIn();
      const other = openAnother();
      await list(other);
      const told: (string | undefined)[] = [];
      other.signIns.onDidChange(({ name }) => told.push(name));
      await signIn(person(tenant, { as: 'responder@contoso.example' }));
      await until('the other window to hear of it', () => told.length === 1);
      assert.equal(await other.signIns.account(connection), 'responder@contoso.example');
      await window.signIns.signOut(connection);
      await until('the other window to hear of the end', () => told.length === 2);
      assert.equal(await other.signIns.account(connection), undefined);
    }));

  test('silent first: where a token is there, nobody is asked in any window', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, list, openAnother, tenant, connection }) => {
      await signIn();
      const other = openAnother();
      assert.equal(await other.signIns.account(connection), 'analyst@contoso.example');
      await list(other);
      assert.equal(tenant.recording.calls('authorize').length, 1);
    }));
});

suite('signing out', () => {
  test('forgets everything, in both windows', () =>
    inScene(
      stage().tenant,
      'interactive',
      async ({ signIn, list, fails, openAnother, machine, connection, window }) => {
        const other = openAnother();
        await signIn();
        await list();
        await list(other);
        await window.signIns.signOut(connection);
        assert.deepEqual([...machine.secrets.kept], []);
        for (const from of [window, other]) {
          assert.equal(await from.signIns.account(connection), undefined);
          await fails(list(from), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
        }
      },
    ));

  test('forgets a pasted token, in both windows', () =>
    inScene(
      stage().tenant,
      'accessToken',
      async ({ list, fails, openAnother, machine, connection, window, tenant }) => {
        const other = openAnother();
        await window.signIns.storeSecret(connection, 'accessToken', await tenant.mintAccessToken());
        await list();
        await list(other);
        assert.equal(tenant.recording.at('login').length, 0);
        await window.signIns.signOut(connection);
        assert.deepEqual([...machine.secrets.kept], []);
        for (const from of [window, other]) {
          await fails(list(from), 'notSignedIn', 'noToken', 'replaceToken', /no access token/);
        }
      },
    ));

  for (const where of ['the same window', 'another window'] as const) {
    test(`during a renewal, in ${where}: its tokens do not come back`, () =>
      inScene(
        stage().tenant,
        'interactive',
        async ({ signIn, token, openAnother, machine, connection, window, tenant, fails, list }) => {
          const { lifetimes } = tenant.identity;
          lifetimes.accessToken = AT_ONCE_EXPIRED;
          await signIn();
          lifetimes.accessToken = 3600;
          const answered = Promise.withResolvers<undefined>();
          tenant.faults.add({ door: 'login', call: 'token', until: answered.promise });
          const renewal = token();
          await until('the renewal', () => tenant.recording.calls('token').length === 2);
          const signingOut = (where === 'the same window' ? window : openAnother()).signIns.signOut(connection);
          answered.resolve(undefined);
          await Promise.all([renewal, signingOut]);
          assert.deepEqual([...machine.secrets.kept], []);
          await fails(list(), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
        },
      ));
  }

  test('a connection that goes takes everything along', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, machine, connection, window }) => {
      await signIn();
      await window.signIns.forget(connection);
      assert.deepEqual([...machine.secrets.kept], []);
      assert.equal(await window.signIns.account(connection), undefined);
    }));
});

suite('a system without a key ring', () => {
  test('memory holds the sign-in, for this window, and that is said once', async () => {
    const { tenant } = stage();
    const { worker } = openMachine();
    const refuse = (): Promise<never> => Promise.reject(new Error('no key ring'));
    const said: unknown[] = [];
    const withoutRing = (): KeptSecrets =>
      new KeptSecrets(
        { keys: refuse, get: refuse, store: refuse, delete: refuse, onDidChange: () => ({ dispose: () => undefined }) },
        (error) => said.push(error),
      );
    const connection = connectionTo(tenant, 'interactive');
    const window = openWindow({ secrets: withoutRing(), worker });
    tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
    await window.signIns.signIn(connection, 'interactive', person(tenant), signal);
    const client = clientOf(window, connection);
    for (let count = 0; count < 3; count++) await client.listMachineActions(PAGE, signal);
    assert.equal(tenant.recording.tokenRequests('refresh_token').length, 3);
    assert.equal(said.length, 1);
    window.close();
    const restarted = openWindow({ secrets: withoutRing(), worker });
    const told = restarted.signIns.getAccessToken(connection, signal);
    await assert.rejects(told, { code: 'notSignedIn', values: { connection: 'Contoso', reason: 'secretsLost' } });
    restarted.close();
  });
});

suite('several connections', () => {
  test('two tenants: the token of one never goes to the other, however they are switched', async () => {
    const tenants = [stage().tenant, otherStage().tenant];
    const window = openWindow(openMachine());
    const own: string[] = [];
    const connections = tenants.map((tenant) => connectionTo(tenant, 'interactive'));
    for (const [index, connection] of connections.entries()) {
      const { tenant } = { tenant: tenants[index] ?? assert.fail() };
      await window.signIns.signIn(connection, 'interactive', person(tenant), signal);
      own.push(fingerprint(await window.signIns.getAccessToken(connection, signal)));
    }
    const clients = connections.map((connection) => clientOf(window, connection));
    for (let round = 0; round < 3; round++) {
      await Promise.all(clients.map((client) => client.listMachineActions(PAGE, signal)));
    }
    assert.notEqual(own[0], own[1]);
    for (const [index, tenant] of tenants.entries()) {
      const sent = tenant.recording.calls('list').map(({ authorization, status }) => [authorization?.sha256, status]);
      assert.deepEqual(
        sent,
        [1, 2, 3].map(() => [own[index], 200]),
      );
    }
    window.close();
  });

  test('of one tenant, with two names: each has its own account', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, connection, tenant, fails }) => {
      await signIn();
      const named = { ...connection, name: 'Contoso again' };
      const token = window.signIns.getAccessToken(named, signal);
      await fails(token, 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
      await window.signIns.signIn(named, 'interactive', person(tenant, { as: 'responder@contoso.example' }), signal);
      assert.equal(await window.signIns.account(named), 'responder@contoso.example');
      assert.equal(await window.signIns.account(connection), 'analyst@contoso.example');
      await window.signIns.signOut(named);
      assert.ok(await window.signIns.getAccessToken(connection, signal));
    }));

  test('one that leads elsewhere now finds no token', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, window, connection, fails }) => {
      await signIn();
      for (const change of [
        { apiUrl: 'https://api.attacker.example' },
        { authority: 'https://login.attacker.example' },
        { scope: 'https://attacker.example/.default' },
        { clientId: '11111111-2222-4333-8444-555555555555' },
      ]) {
        const token = window.signIns.getAccessToken({ ...connection, ...change }, signal);
        await fails(token, 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
      }
    }));
});
