import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeJwt } from 'jose';
import { ORIGINAL_HOST } from '../tenant/recording.ts';
import { cloudNetwork } from './cloudNetwork.ts';
import { accountOf, signInStage, thrownBy } from './stage.ts';

const stage = signInStage();

suite('the sign-in service stands for a cloud', () => {
  for (const [login, audience] of [
    ['login.microsoftonline.com', 'https://api.securitycenter.microsoft.com'],
    ['login.microsoftonline.com', 'https://api-gcc.securitycenter.microsoft.us'],
    ['login.microsoftonline.us', 'https://api-gov.securitycenter.microsoft.us'],
  ] as const) {
    test(`${login} for ${audience}: MSAL asks it for the token alone`, async () => {
      const { tenant, publicClient } = stage();
      const app = publicClient({
        authority: `https://${login}/${tenant.tenantId}`,
        knownAuthorities: [],
        network: cloudNetwork(tenant),
      });
      let opened = '';
      const result = await app.acquireTokenInteractive({
        scopes: [`${audience}/.default`],
        openBrowser: async (url) => {
          opened = url;
          await tenant.identity.signInAsBrowser(url.replace(`https://${login}`, tenant.loginUrl));
        },
      });
      assert.equal(new URL(opened).host, login);
      assert.equal(decodeJwt(result.accessToken).aud, audience);
      const renewed = await app.acquireTokenSilent({
        scopes: [`${audience}/.default`],
        account: accountOf(result),
        forceRefresh: true,
      });
      assert.equal(decodeJwt(renewed.accessToken).aud, audience);
      const asked = tenant.recording.requests.filter(({ host }) => host === login);
      assert.deepEqual(
        asked.map(({ kind, form }) => [kind, form?.['grant_type']]),
        [
          ['token', 'authorization_code'],
          ['token', 'refresh_token'],
        ],
      );
    });

    test(`${login} for ${audience}: a certificate and a device code are taken`, async () => {
      const { tenant, publicClient, confidentialClient } = stage();
      const { thumbprint, privateKey } = await tenant.identity.certificate();
      const options = {
        authority: `https://${login}/${tenant.tenantId}`,
        knownAuthorities: [],
        network: cloudNetwork(tenant),
      };
      const scopes = [`${audience}/.default`];
      const app = confidentialClient({ clientCertificate: { thumbprintSha256: thumbprint, privateKey } }, options);
      assert.ok(await app.acquireTokenByClientCredential({ scopes }));
      tenant.identity.lifetimes.deviceInterval = 0.05;
      const uris: string[] = [];
      await publicClient(options).acquireTokenByDeviceCode({
        scopes,
        deviceCodeCallback: ({ userCode, verificationUri }) => {
          uris.push(verificationUri);
          void tenant.identity.approveDeviceCode(userCode);
        },
      });
      assert.equal(new URL(uris[0] ?? '').host, login);
    });
  }

  test('what it announces names the host that was asked', async () => {
    const { tenant } = stage();
    const path = `${tenant.tenantId}/v2.0/.well-known/openid-configuration`;
    for (const host of ['login.microsoftonline.us', new URL(tenant.loginUrl).host]) {
      const headers = { [ORIGINAL_HOST]: host };
      const document: unknown = await (await fetch(`${tenant.loginUrl}/${path}`, { headers })).json();
      assert.ok(typeof document === 'object' && document !== null);
      const fields = new Map<string, unknown>(Object.entries(document));
      assert.equal(fields.get('issuer'), `https://${host}/${tenant.tenantId}/v2.0`);
      assert.equal(fields.get('token_endpoint'), `https://${host}/${tenant.tenantId}/oauth2/v2.0/token`);
    }
  });

  test('a login host that nobody knows is refused, whatever it announces', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const app = confidentialClient(
      { clientSecret: tenant.clientSecret },
      {
        authority: `https://login.attacker.example/${tenant.tenantId}`,
        knownAuthorities: [],
        network: cloudNetwork(tenant),
      },
    );
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
    assert.equal(thrown.code, 'endpoints_resolution_error');
    assert.deepEqual(
      tenant.recording.at('login').map(({ kind, host, status }) => [kind, host, status]),
      [['instance', 'login.microsoftonline.com', 400]],
    );
  });
});

suite('the sign-in service is disturbed', () => {
  test('a 503 without a body: MSAL with its own client calls it unreadable', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status: 503 } });
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
    assert.equal(thrown.code, 'token_parsing_error');
    assert.equal(tenant.faults.pending(), 0);
  });

  for (const [what, status, body] of [
    ['a 503 with an empty object', 503, '{}'],
    ['a 200 without a token', 200, '{}'],
    ['a 200 with an empty token', 200, '{"token_type":"Bearer","expires_in":3600,"access_token":""}'],
  ] as const) {
    test(`${what} is a success without a token for MSAL: whoever uses it has to look`, async () => {
      const { tenant, scopes, confidentialClient } = stage();
      tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status, body } });
      const app = confidentialClient({ clientSecret: tenant.clientSecret });
      const result = await app.acquireTokenByClientCredential({ scopes });
      assert.equal(result?.accessToken, '');
      assert.equal(tenant.faults.pending(), 0);
    });
  }

  test('MSAL keeps a 5xx in mind: the same question is refused for a minute without being asked', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status: 503, body: '{}' } });
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    await app.acquireTokenByClientCredential({ scopes, skipCache: true });
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes, skipCache: true }));
    assert.deepEqual([thrown.name, thrown.code], ['ServerError', '']);
    assert.equal(tenant.recording.tokenRequests().length, 1);
    const other = confidentialClient({ clientSecret: tenant.clientSecret });
    assert.ok((await other.acquireTokenByClientCredential({ scopes }))?.accessToken, 'another instance asks');
  });

  test('a connection that is lost is a network error', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'reset' } });
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    const thrown = await thrownBy(app.acquireTokenByClientCredential({ scopes }));
    assert.equal(thrown.code, 'network_error');
  });

  test('a slow answer is waited for, and answers the question', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    let answer = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    tenant.faults.add({ door: 'login', call: 'token', until });
    const app = confidentialClient({ clientSecret: tenant.clientSecret });
    const asking = app.acquireTokenByClientCredential({ scopes });
    while (tenant.recording.calls('token').length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(tenant.recording.calls('token')[0]?.outcome, 'open');
    answer();
    assert.ok((await asking)?.accessToken);
  });
});

suite('an interactive sign-in that is given up', () => {
  test('an error posted to its own address ends it and closes the port', async () => {
    const { scopes, publicClient } = stage();
    let address = '';
    const thrown = await thrownBy(
      publicClient().acquireTokenInteractive({
        scopes,
        openBrowser: async (url) => {
          const query = new URL(url).searchParams;
          address = query.get('redirect_uri') ?? '';
          await fetch(address.replace('localhost', '127.0.0.1'), {
            method: 'POST',
            body: new URLSearchParams({ error: 'user_cancelled', state: query.get('state') ?? '' }),
          });
        },
      }),
    );
    assert.deepEqual([thrown.name, thrown.code], ['ServerError', 'user_cancelled']);
    await assert.rejects(fetch(address), 'nobody listens any more');
  });

  test('an error with another state does not', async () => {
    const { tenant, scopes, publicClient } = stage();
    const result = await publicClient().acquireTokenInteractive({
      scopes,
      openBrowser: async (url) => {
        const address = new URL(url).searchParams.get('redirect_uri') ?? '';
        const body = new URLSearchParams({ error: 'user_cancelled', state: 'guessed' });
        const answer = await fetch(address.replace('localhost', '127.0.0.1'), { method: 'POST', body });
        assert.equal(answer.status, 400);
        await tenant.identity.signInAsBrowser(url);
      },
    });
    assert.ok(result.accessToken);
  });
});

suite('the recording', () => {
  test('holds no token, code, verifier, secret, assertion or device code', async () => {
    const { tenant, scopes, publicClient, confidentialClient, interactive } = stage();
    const secrets = [tenant.clientSecret];
    const app = publicClient();
    let deviceCode = '';
    const person = await interactive(app);
    const service = await confidentialClient({ clientSecret: tenant.clientSecret }).acquireTokenByClientCredential({
      scopes,
    });
    tenant.identity.lifetimes.deviceInterval = 0.05;
    await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (response) => {
        ({ deviceCode } = response);
        secrets.push(response.userCode);
        void tenant.identity.approveDeviceCode(response.userCode);
      },
    });
    const cache = app.getTokenCache().serialize();
    const cached = [...cache.matchAll(/"secret":"([^"]+)"/g)].map(([, secret = '']) => secret);
    secrets.push(person.accessToken, service?.accessToken ?? '', deviceCode, ...cached);
    assert.ok(secrets.length > 6 && secrets.every((secret) => secret.length >= 9));
    const all = JSON.stringify(tenant.recording.requests);
    for (const secret of secrets) assert.ok(!all.includes(secret), `${secret.slice(0, 4)}… is in the recording`);
    assert.ok(!/code_verifier|client_assertion|"eyJ/.test(all));
  });

  test('masks secrets that come in an address', async () => {
    const { tenant } = stage();
    const names = ['code', 'state', 'device_code', 'user_code', 'code_verifier', 'client_secret', 'refresh_token'];
    await fetch(`${tenant.loginUrl}/?${names.map((name) => `${name}=secret-${name}`).join('&')}`);
    const [request] = tenant.recording.requests;
    assert.equal(new URLSearchParams(request?.query).size, names.length);
    assert.ok(!JSON.stringify(request).includes('secret-'));
  });
});
