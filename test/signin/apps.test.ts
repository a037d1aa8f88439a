import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { SignJWT, decodeJwt } from 'jose';
import type { AppCertificate } from '../tenant/identity/registration.ts';
import { callApi, signInStage, thrownBy } from './stage.ts';

const stage = signInStage();

function asMsalTakesIt({ thumbprint, privateKey, certificate }: AppCertificate): {
  thumbprintSha256: string;
  privateKey: string;
  x5c: string;
} {
  return { thumbprintSha256: thumbprint, privateKey, x5c: certificate };
}

/** Returns a client assertion from a clock that is wrong by this offset. */
async function assertionAt(offsetSeconds: number, audience: string, certificate: AppCertificate): Promise<string> {
  const now = Math.floor(Date.now() / 1000) + offsetSeconds;
  const { clientId } = stage().tenant;
  return await new SignJWT({ jti: 'one' })
    .setProtectedHeader({ alg: 'PS256' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setNotBefore(now)
    .setExpirationTime(now + 600)
    .sign(createPrivateKey(certificate.privateKey));
}

suite('an application signs in with a secret', () => {
  test('it gets its roles, and the API lets it list', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    const result = await app.acquireTokenByClientCredential({ scopes });
    const claims = decodeJwt(result?.accessToken ?? '');
    assert.deepEqual(claims['roles'], ['Machine.ReadWrite.All']);
    assert.equal(claims['scp'], undefined);
    assert.equal((await callApi(tenant, 'machineactions?$top=1', result?.accessToken ?? '')).status, 200);
    const [request] = tenant.recording.tokenRequests();
    assert.deepEqual(request?.form, {
      grant_type: 'client_credentials',
      scope: tenant.scope,
      client_id: tenant.clientId,
      credential: 'secret',
    });
  });

  test('a wrong one is 7000215, one whose time is over is 7000222', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    for (const [clientSecret, aadsts] of [
      ['wrong', 7000215],
      [tenant.identity.expiredClientSecret, 7000222],
    ] as const) {
      const app = confidentialClient({ clientSecret });
      const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
      assert.deepEqual([thrown.name, thrown.code, thrown.aadsts], ['ServerError', 'invalid_client', aadsts]);
    }
  });

  test('an application that is not in the tenant is 700016', async () => {
    const { scopes, confidentialClient } = stage();
    const clientId = '11111111-2222-4333-8444-555555555555';
    const app = confidentialClient({ clientSecret: 'any' }, { clientId });
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
    assert.deepEqual([thrown.code, thrown.aadsts], ['unauthorized_client', 700016]);
    assert.ok(thrown.message.includes(clientId));
  });

  test('a resource that is not in the tenant is 500011, a scope without one 1002012', async () => {
    const { tenant, confidentialClient } = stage();
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    const unknown = await thrownBy(app.acquireTokenByClientCredential({ scopes: ['https://vault.example/.default'] }));
    assert.deepEqual([unknown.code, unknown.aadsts], ['invalid_resource', 500011]);
    const none = await thrownBy(app.acquireTokenByClientCredential({ scopes: ['Machine.Read'] }));
    assert.deepEqual([none.code, none.aadsts], ['invalid_scope', 1002012]);
  });
});

suite('an application signs in with a certificate', () => {
  test('one that is registered is taken, several times', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const clientCertificate = asMsalTakesIt(await tenant.identity.certificate());
    const app = confidentialClient({ clientCertificate });
    for (let count = 0; count < 2; count++) {
      const result = await app.acquireTokenByClientCredential({ scopes, skipCache: true });
      assert.equal((await callApi(tenant, 'machineactions?$top=1', result?.accessToken ?? '')).status, 200);
    }
    assert.deepEqual(
      tenant.recording.tokenRequests().map(({ form }) => form?.['credential']),
      ['assertion', 'assertion'],
    );
  });

  test('one that is not is 700027', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const app = confidentialClient({ clientCertificate: asMsalTakesIt(await tenant.identity.otherCertificate()) });
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
    assert.deepEqual([thrown.code, thrown.aadsts], ['invalid_client', 700027]);
  });

  test('a clock that is wrong is 700024, whosever it is', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const certificate = await tenant.identity.certificate();
    const audience = `${tenant.loginUrl}/${tenant.tenantId}/oauth2/v2.0/token`;
    for (const offset of [-3600, 3600]) {
      const clientAssertion = await assertionAt(offset, audience, certificate);
      const thrown = await thrownBy(confidentialClient({ clientAssertion }).acquireTokenByClientCredential({ scopes }));
      assert.deepEqual([thrown.code, thrown.aadsts], ['invalid_client', 700024], `${offset} s`);
    }
    tenant.identity.policies.clockAheadSeconds = 3600;
    const app = confidentialClient({ clientCertificate: asMsalTakesIt(certificate) });
    assert.equal((await thrownBy(app.acquireTokenByClientCredential({ scopes }))).aadsts, 700024);
    const right = await assertionAt(0, audience, certificate);
    tenant.identity.policies.clockAheadSeconds = 0;
    const result = await confidentialClient({ clientAssertion: right }).acquireTokenByClientCredential({ scopes });
    assert.ok(result?.accessToken);
  });

  test('its files can be read as people keep them', async () => {
    const certificate = await stage().tenant.identity.certificate();
    const plain = await readFile(certificate.pemFile, 'utf8');
    const encrypted = await readFile(certificate.encryptedPemFile, 'utf8');
    assert.ok(plain.startsWith(certificate.certificate));
    assert.equal(createPrivateKey(plain).export({ type: 'pkcs8', format: 'pem' }), certificate.privateKey);
    assert.match(encrypted, /BEGIN ENCRYPTED PRIVATE KEY/);
    const opened = createPrivateKey({ key: encrypted, passphrase: certificate.passphrase });
    assert.equal(opened.export({ type: 'pkcs8', format: 'pem' }), certificate.privateKey);
    assert.throws(() => createPrivateKey({ key: encrypted, passphrase: 'wrong' }));
    assert.equal((await stat(certificate.pemFile)).mode & 0o077, 0);
  });
});
