import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Connection } from '../../src/connections/connection.ts';
import { inScene, PAGE } from './scene.ts';
import { signInStage } from './stage.ts';
import { clientOf, connectionTo, openMachine, openWindow, person } from './productWindow.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const { signal } = new AbortController();

suite('each way of signing in gets results', () => {
  for (const way of ['interactive', 'deviceCode'] as const) {
    test(`a person: ${way}`, async () => {
      const { tenant } = stage();
      const window = openWindow(openMachine());
      const connection = connectionTo(tenant, way);
      const account = await window.signIns.signIn(connection, way, person(tenant), signal);
      assert.equal(account, 'analyst@contoso.example');
      const page = await clientOf(window, connection).listMachineActions(PAGE, signal);
      assert.equal(page.actions.length, 1);
      const polls = tenant.recording.tokenRequests().map(({ status }) => status);
      assert.equal(polls.filter((status) => status === 200).length, 1);
      window.close();
    });
  }

  test('an application with a secret', async () => {
    const { tenant } = stage();
    const window = openWindow(openMachine());
    const connection = connectionTo(tenant, 'clientSecret');
    await window.signIns.storeSecret(connection, 'clientSecret', tenant.clientSecret);
    await clientOf(window, connection).listMachineActions(PAGE, signal);
    window.close();
  });

  for (const encrypted of [false, true]) {
    test(`an application with a certificate whose key is ${encrypted ? 'encrypted' : 'plain'}`, async () => {
      const { tenant } = stage();
      const window = openWindow(openMachine());
      const certificate = await tenant.identity.certificate();
      const certificatePath = encrypted ? certificate.encryptedPemFile : certificate.pemFile;
      const connection: Connection = connectionTo(tenant, 'clientCertificate', { certificatePath });
      if (encrypted) await window.signIns.storeSecret(connection, 'passphrase', certificate.passphrase);
      await clientOf(window, connection).listMachineActions(PAGE, signal);
      window.close();
    });
  }

  test('a token that was pasted, until it ends or is refused', () =>
    inScene(stage().tenant, 'accessToken', async ({ tenant, window, connection, list, fails }) => {
      const paste = (token: string): Promise<void> => window.signIns.storeSecret(connection, 'accessToken', token);
      const ending = await tenant.mintAccessToken({ expiresInSeconds: 1800 });
      await paste(ending);
      await list();
      const expiresAt = (await window.signIns.expiresAt(connection)) ?? 0;
      assert.ok(Math.abs(expiresAt - Date.now() - 1_800_000) < 10_000);
      tenant.faults.add({
        door: 'api',
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      const told = await fails(list(), 'notSignedIn', 'rejected', 'signIn', /^Defender refused the access token of/);
      assert.equal(told.values.status, 401);
      await paste(await tenant.mintAccessToken({ expiresInSeconds: -60 }));
      await fails(list(), 'notSignedIn', 'expired', 'replaceToken', /has expired/);
      assert.equal(tenant.recording.at('api').length, 2);
      assert.equal(tenant.recording.at('login').length, 0);
    }));
});
