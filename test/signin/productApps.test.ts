import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, suite, test } from 'node:test';
import { inScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { signInStage } from './stage.ts';

const stage = signInStage();
const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sign-in-'));
  folders.push(folder);
  const file = path.join(folder, 'app.pem');
  await writeFile(file, content);
  return file;
}

/** Plays a scene in which an application signs in with the secret. */
function withSecret(secret: string, play: (scene: Scene) => Promise<void>, change: object = {}): Promise<void> {
  const options = { connection: change };
  return inScene(
    stage().tenant,
    'clientSecret',
    async (scene) => {
      await scene.window.signIns.storeSecret(scene.connection, 'clientSecret', secret);
      await play(scene);
    },
    options,
  );
}

suite('an application with a secret is told what is wrong', () => {
  test('a wrong secret, and the right one then works', () =>
    withSecret('wrong', async ({ fails, list, window, connection, tenant }) => {
      const told = await fails(list(), 'signInFailed', 'wrongSecret', 'signIn', /secret of "Contoso" is wrong/);
      assert.equal(told.values.serverCode, 'AADSTS7000215');
      assert.match(told.values.correlationId ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(tenant.recording.at('api').length, 0, 'no call was spent');
      await window.signIns.storeSecret(connection, 'clientSecret', tenant.clientSecret);
      await list();
    }));

  test('an expired secret', () =>
    withSecret(stage().tenant.identity.expiredClientSecret, async ({ fails, list }) => {
      await fails(list(), 'signInFailed', 'secretExpired', 'signIn', /has expired\. A new one/);
    }));

  test('no secret: nothing is asked', () =>
    inScene(stage().tenant, 'clientSecret', async ({ fails, list, tenant }) => {
      await fails(list(), 'notSignedIn', 'noSecret', 'signIn', /There is no client secret/);
      assert.equal(tenant.recording.requests.length, 0);
    }));

  test('an application that is not in the tenant', () =>
    withSecret(
      'any',
      async ({ fails, list }) => {
        const told = await fails(list(), 'signInFailed', 'unknownApplication', 'editConnection', /Check the client ID/);
        assert.ok(told.steps.includes('copyCorrelationId'));
      },
      { clientId: '11111111-2222-4333-8444-555555555555' },
    ));

  test('a tenant that does not exist: Entra’s number is kept, which msal drops', () =>
    withSecret(
      'any',
      async ({ fails, list }) => {
        const told = await fails(list(), 'signInFailed', 'unknownTenant', 'editConnection', /Check the tenant ID/);
        assert.equal(told.values.serverCode, 'AADSTS90002');
        assert.ok(told.steps.includes('copyCorrelationId'));
      },
      { tenantId: '99999999-8888-4777-8666-555555555555' },
    ));

  test('a scope that the tenant does not have', () =>
    withSecret(
      stage().tenant.clientSecret,
      async ({ fails, list }) => {
        await fails(list(), 'signInFailed', 'noDefenderHere', 'editConnection', /has no Microsoft Defender/);
      },
      { scope: 'https://vault.example/.default' },
    ));
});

suite('an application with a certificate is told what is wrong', () => {
  function withFile(certificatePath: string, passphrase: string | undefined, play: (scene: Scene) => Promise<void>) {
    return inScene(
      stage().tenant,
      'clientCertificate',
      async (scene) => {
        if (passphrase !== undefined) {
          await scene.window.signIns.storeSecret(scene.connection, 'passphrase', passphrase);
        }
        await play(scene);
      },
      { connection: { certificatePath } },
    );
  }

  test('a certificate that is not registered', async () => {
    const { pemFile } = await stage().tenant.identity.otherCertificate();
    await withFile(pemFile, undefined, async ({ fails, list }) => {
      await fails(list(), 'signInFailed', 'wrongCertificate', 'editConnection', /is not one of the app registration/);
    });
  });

  for (const passphrase of ['wrong', undefined]) {
    test(`a passphrase that is ${passphrase ?? 'missing'}, and the right one then works`, async () => {
      const certificate = await stage().tenant.identity.certificate();
      await withFile(certificate.encryptedPemFile, passphrase, async ({ fails, list, window, connection, tenant }) => {
        await fails(list(), 'signInFailed', 'passphraseWrong', 'signIn', /needs a passphrase/);
        assert.equal(tenant.recording.requests.length, 0);
        await window.signIns.storeSecret(connection, 'passphrase', certificate.passphrase);
        await list();
      });
    });
  }

  test('a file that is not there, and one that is a folder', async () => {
    for (const file of ['/nowhere/app.pem', tmpdir()]) {
      await withFile(file, undefined, async ({ fails, list }) => {
        await fails(list(), 'signInFailed', 'certificateMissing', 'editConnection', /cannot be read/);
      });
    }
  });

  test(
    'a file that may not be read',
    { skip: process.getuid?.() === 0 ? 'root reads everything' : false },
    async () => {
      const file = await fileWith('secret');
      await chmod(file, 0);
      await withFile(file, undefined, async ({ fails, list }) => {
        await fails(list(), 'signInFailed', 'certificateMissing', 'editConnection', /cannot be read/);
      });
    },
  );

  test('a file that holds something else, or half of it, or a key of another certificate', async () => {
    const { certificate, privateKey } = await stage().tenant.identity.certificate();
    const other = await stage().tenant.identity.otherCertificate();
    const broken = privateKey.replace(/\n.{20}/u, '\n');
    for (const content of ['hello', certificate, privateKey, certificate + broken, other.certificate + privateKey]) {
      await withFile(await fileWith(content), undefined, async ({ fails, list, tenant }) => {
        await fails(list(), 'signInFailed', 'certificateUnreadable', 'editConnection', /is not a PEM file/);
        assert.equal(tenant.recording.requests.length, 0);
      });
    }
  });

  test('clocks that are an hour apart, and then agree', async () => {
    const { pemFile } = await stage().tenant.identity.certificate();
    for (const ahead of [3600, -3600]) {
      stage().tenant.identity.policies.clockAheadSeconds = ahead;
      await withFile(pemFile, undefined, async ({ fails, list, tenant }) => {
        const told = await fails(list(), 'signInFailed', 'clockSkew', 'tryAgain', /clock is wrong/);
        assert.equal(told.values.serverCode, 'AADSTS700024');
        tenant.identity.policies.clockAheadSeconds = 0;
        await list();
      });
    }
  });
});

suite('an application’s tokens', () => {
  test('are kept for all windows: one request', () =>
    withSecret(stage().tenant.clientSecret, async ({ list, openAnother, machine, tenant }) => {
      await list();
      const { writes } = machine.secrets;
      await list(openAnother());
      assert.equal(tenant.recording.tokenRequests().length, 1);
      assert.equal(machine.secrets.writes, writes, 'nothing was new');
    }));

  test('are renewed once where the API refuses them', () =>
    withSecret(stage().tenant.clientSecret, async ({ list, token, tenant }) => {
      const first = await token();
      tenant.faults.add({
        door: 'api',
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '{}' },
      });
      await list();
      assert.equal(tenant.recording.tokenRequests().length, 2);
      assert.equal(tenant.recording.at('api').length, 2);
      assert.notEqual(await token(), first);
    }));

  test('are forgotten with the secret', () =>
    withSecret(stage().tenant.clientSecret, async ({ list, window, machine, connection, openAnother, fails }) => {
      const other = openAnother();
      await list();
      await list(other);
      await window.signIns.signOut(connection);
      assert.deepEqual([...machine.secrets.kept], []);
      for (const from of [window, other]) {
        await fails(list(from), 'notSignedIn', 'noSecret', 'signIn', /There is no client secret/);
      }
    }));
});
