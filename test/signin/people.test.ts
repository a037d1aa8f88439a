import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeJwt } from 'jose';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { AT_ONCE_EXPIRED, accountOf, callApi, signInStage, thrownBy } from './stage.ts';

const stage = signInStage();

suite('a person signs in with the browser', () => {
  test('MSAL gets an account and a token for the API', async () => {
    const { tenant, publicClient, interactive } = stage();
    const result = await interactive(publicClient());
    const account = accountOf(result);
    const [person] = tenant.identity.people;
    assert.equal(account.username, 'analyst@contoso.example');
    assert.equal(account.name, person?.name);
    assert.equal(account.homeAccountId, `${String(person?.oid)}.${tenant.tenantId}`);
    assert.equal(account.tenantId, tenant.tenantId);
    const claims = decodeJwt(result.accessToken);
    assert.equal(claims['scp'], 'Machine.LiveResponse Machine.Read');
    assert.equal(claims['upn'], 'analyst@contoso.example');
    assert.equal(claims['oid'], person?.oid);
    assert.equal(claims['appid'], tenant.clientId);
    assert.equal(claims['roles'], undefined);
    assert.equal(claims.aud, 'https://api.securitycenter.microsoft.com');
  });

  test('the API lets the token list and read results', async () => {
    const { tenant, publicClient, interactive } = stage();
    const { accessToken } = await interactive(publicClient());
    const { actionId, commandIndex } = scenarioRef('exitZero');
    const link = `machineactions/${actionId}/GetLiveResponseResultDownloadLink(index=${commandIndex})`;
    assert.equal((await callApi(tenant, 'machineactions?$top=1', accessToken)).status, 200);
    assert.equal((await callApi(tenant, link, accessToken)).status, 200);
  });

  test('the request is a code with PKCE, posted to a loopback address', async () => {
    const { tenant, publicClient, interactive } = stage();
    await interactive(publicClient());
    const [authorize] = tenant.recording.calls('authorize');
    const query = new URLSearchParams(authorize?.query);
    assert.equal(query.get('response_type'), 'code');
    assert.equal(query.get('response_mode'), 'form_post');
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.match(query.get('redirect_uri') ?? '', /^http:\/\/localhost:\d+$/);
    assert.deepEqual(
      tenant.recording.tokenRequests().map(({ form }) => form?.['grant_type']),
      ['authorization_code'],
    );
  });

  test('another account can be chosen, again and again', async () => {
    const { publicClient, interactive } = stage();
    const app = publicClient();
    for (const upn of ['responder@contoso.example', 'analyst@contoso.example', 'responder@contoso.example']) {
      assert.equal(accountOf(await interactive(app, { as: upn })).username, upn);
    }
    assert.equal((await app.getAllAccounts()).length, 2);
  });

  test('pressing Cancel is access_denied', async () => {
    const { publicClient, interactive } = stage();
    const thrown = await thrownBy(interactive(publicClient(), { cancel: true }));
    assert.deepEqual([thrown.name, thrown.code], ['ServerError', 'access_denied']);
  });

  test('where consent is missing it is asked for, and can be given or declined', async () => {
    const { tenant, publicClient, interactive } = stage();
    tenant.identity.policies.consented = false;
    const thrown = await thrownBy(interactive(publicClient(), { deny: true }));
    assert.deepEqual([thrown.code, thrown.aadsts], ['access_denied', 65004]);
    assert.ok((await interactive(publicClient())).accessToken);
    assert.equal(tenant.identity.policies.consented, true);
  });

  test('a redirect to another host is not made', async () => {
    const { tenant } = stage();
    const url = new URL(`${tenant.loginUrl}/${tenant.tenantId}/oauth2/v2.0/authorize`);
    url.search = new URLSearchParams({
      client_id: tenant.clientId,
      response_type: 'code',
      redirect_uri: 'https://attacker.example/',
      scope: `${tenant.scope} openid`,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString();
    const last = await tenant.identity.signInAsBrowser(url.href);
    assert.equal(last.status, 400);
    assert.match(await last.text(), /AADSTS50011/);
  });

  test('the audiences of all clouds are in the tenant, no other is', async () => {
    const { tenant, publicClient, interactive } = stage();
    for (const host of ['api-gcc.securitycenter.microsoft.us', 'api-gov.securitycenter.microsoft.us']) {
      const result = await interactive(publicClient(), { scopes: [`https://${host}/.default`] });
      assert.equal(decodeJwt(result.accessToken).aud, `https://${host}`);
      assert.equal((await callApi(tenant, 'machineactions?$top=1', result.accessToken)).status, 200);
    }
    const thrown = await thrownBy(interactive(publicClient(), { scopes: ['https://vault.example/.default'] }));
    assert.deepEqual([thrown.code, thrown.aadsts], ['invalid_resource', 500011]);
  });
});

suite('a session is renewed', () => {
  test('a token that lasts is taken from the cache', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    const app = publicClient();
    const first = await interactive(app);
    const second = await app.acquireTokenSilent({ scopes, account: accountOf(first) });
    assert.equal(second.accessToken, first.accessToken);
    assert.equal(second.fromCache, true);
    assert.equal(tenant.recording.tokenRequests('refresh_token').length, 0);
  });

  test('one that ends is renewed without a person, as often as wanted', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
    const app = publicClient();
    let last = await interactive(app);
    const seen = new Set([last.accessToken]);
    for (let count = 0; count < 3; count++) {
      last = await app.acquireTokenSilent({ scopes, account: accountOf(last) });
      seen.add(last.accessToken);
    }
    assert.equal(seen.size, 4);
    assert.equal(decodeJwt(last.accessToken)['scp'], 'Machine.LiveResponse Machine.Read');
    assert.equal((await callApi(tenant, 'machineactions?$top=1', last.accessToken)).status, 200);
    assert.equal(tenant.recording.tokenRequests('refresh_token').length, 3);
  });

  test('twenty who ask at the same time cause one request', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
    const app = publicClient();
    const account = accountOf(await interactive(app));
    const asking = Array.from({ length: 20 }, () => app.acquireTokenSilent({ scopes, account }));
    const tokens = new Set((await Promise.all(asking)).map(({ accessToken }) => accessToken));
    assert.equal(tokens.size, 1);
    assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
  });

  test('an old refresh token goes on working beside the new one', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
    const app = publicClient();
    const account = accountOf(await interactive(app));
    const before = app.getTokenCache().serialize();
    await app.acquireTokenSilent({ scopes, account });
    const after = app.getTokenCache().serialize();
    assert.notEqual(refreshTokenIn(after), refreshTokenIn(before));
    const other = publicClient();
    other.getTokenCache().deserialize(before);
    assert.ok((await other.acquireTokenSilent({ scopes, account })).accessToken);
  });
});

function refreshTokenIn(cache: string): string {
  const found =
    /"secret":"([^"]+)","credential_type":"RefreshToken"|"credential_type":"RefreshToken"[^}]*"secret":"([^"]+)"/.exec(
      cache,
    );
  const token = found?.[1] ?? found?.[2];
  assert.ok(token);
  return token;
}
