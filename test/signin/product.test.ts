import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Connection } from '../../src/connections/connection.ts';
import { signInStage } from './stage.ts';
import { clientOf, connectionTo, openMachine, openWindow, person } from './productWindow.ts';

const stage = signInStage();
const { signal } = new AbortController();
const PAGE = { liveResponseOnly: true, top: 1, skip: 0 };

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
      assert.equal(tenant.recording.tokenRequests().length, way === 'interactive' ? 1 : 2);
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
});
