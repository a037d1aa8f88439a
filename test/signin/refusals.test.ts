import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { accountOf, callApi, signInStage, thrownBy } from './stage.ts';
import type { Thrown } from './stage.ts';

const stage = signInStage();

/** Signs in, lets something happen, and requests a new token. */
async function renewalAfter(happening: () => void): Promise<Thrown> {
  const { scopes, publicClient, interactive } = stage();
  const app = publicClient();
  const account = accountOf(await interactive(app));
  happening();
  return await thrownBy(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
}

suite('a session is not renewed', () => {
  test('its refresh tokens were revoked: 50173, and MSAL forgets them', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    const app = publicClient();
    const account = accountOf(await interactive(app));
    assert.ok(tenant.identity.revokeRefreshTokens('analyst@contoso.example') > 0);
    const thrown = await thrownBy(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
    assert.deepEqual(
      [thrown.name, thrown.code, thrown.subError, thrown.aadsts],
      ['InteractionRequiredAuthError', 'invalid_grant', 'bad_token', 50173],
    );
    const again = await thrownBy(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
    assert.equal(again.code, 'no_tokens_found');
    assert.ok((await interactive(app)).accessToken);
  });

  test("another person's are left alone", async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    const app = publicClient();
    const account = accountOf(await interactive(app));
    tenant.identity.revokeRefreshTokens('responder@contoso.example');
    assert.ok(await app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
  });

  test('its refresh token has expired: 700082, a plain ServerError', async () => {
    const thrown = await renewalAfter(() => {
      stage().tenant.identity.expireRefreshTokens();
    });
    assert.deepEqual([thrown.name, thrown.code, thrown.aadsts], ['ServerError', 'invalid_grant', 700082]);
  });

  test('consent was taken back: 65001', async () => {
    const thrown = await renewalAfter(() => {
      stage().tenant.identity.policies.consented = false;
    });
    assert.deepEqual(
      [thrown.name, thrown.subError, thrown.aadsts],
      ['InteractionRequiredAuthError', 'consent_required', 65001],
    );
  });

  test('a second factor is needed: 50076 with claims, and a new sign-in with them settles it', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    const app = publicClient();
    const account = accountOf(await interactive(app));
    tenant.identity.requireMultiFactor();
    const thrown = await thrownBy(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
    assert.deepEqual(
      [thrown.name, thrown.subError, thrown.aadsts],
      ['InteractionRequiredAuthError', 'basic_action', 50076],
    );
    assert.match(thrown.claims, /"capolids"/);
    const again = accountOf(await interactive(app, { claims: thrown.claims }));
    assert.ok(await app.acquireTokenSilent({ scopes, account: again, forceRefresh: true }));
  });

  test('conditional access blocks the person: 53003, and the sign-in page leads nowhere', async () => {
    const { tenant } = stage();
    const thrown = await renewalAfter(() => {
      tenant.identity.policies.blockAccess = true;
    });
    assert.deepEqual([thrown.subError, thrown.aadsts], ['message_only', 53003]);
    const url = new URL(`${tenant.loginUrl}/${tenant.tenantId}/oauth2/v2.0/authorize`);
    url.search = new URLSearchParams({
      client_id: tenant.clientId,
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:1234',
      scope: `${tenant.scope} openid`,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString();
    assert.match(await (await tenant.identity.signInAsBrowser(url.href)).text(), /AADSTS53003/);
  });

  test('public client flows are off: 7000218', async () => {
    const thrown = await renewalAfter(() => {
      stage().tenant.identity.policies.publicClientFlows = false;
    });
    assert.deepEqual([thrown.code, thrown.aadsts], ['invalid_client', 7000218]);
  });

  for (const aadsts of [50173, 53003, 65001, 70008, 700082, 7000215] as const) {
    test(`a test can have ${aadsts} at will, once`, async () => {
      const { tenant, scopes, publicClient, interactive } = stage();
      const app = publicClient();
      const account = accountOf(await interactive(app));
      tenant.identity.refuseNext({ aadsts, grantType: 'refresh_token' });
      tenant.identity.refuseNext({ aadsts: 90002, grantType: 'client_credentials' });
      const thrown = await thrownBy(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
      assert.equal(thrown.aadsts, aadsts);
      if (aadsts !== 50173) assert.ok(await app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
    });
  }
});

suite('what a refusal looks like', () => {
  test('every field of Entra is there, and the correlation id is the one that was sent', async () => {
    const { tenant } = stage();
    const sent = '7dd3f1c2-3a3b-4b7e-9f61-0f8a4a3b2c1d';
    const answer = await fetch(`${tenant.loginUrl}/${tenant.tenantId}/oauth2/v2.0/token?client-request-id=${sent}`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: tenant.clientId,
        client_secret: 'wrong',
        scope: tenant.scope,
      }),
    });
    assert.equal(answer.status, 401);
    const body = new Map<string, unknown>(Object.entries((await answer.json()) as object));
    const guid = /^[0-9a-f-]{36}$/;
    assert.equal(body.get('error'), 'invalid_client');
    assert.deepEqual(body.get('error_codes'), [7000215]);
    assert.match(String(body.get('timestamp')), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    assert.match(String(body.get('trace_id')), guid);
    assert.equal(body.get('correlation_id'), sent);
    assert.equal(body.get('error_uri'), `${tenant.loginUrl}/error?code=7000215`);
    assert.match(
      String(body.get('error_description')),
      /^AADSTS7000215: Invalid client secret provided\..* Trace ID: \S+ Correlation ID: \S+ Timestamp: \S+ \S+Z$/,
    );
  });

  test('a tenant that does not exist: 90002 from discovery, from the token endpoint, from the page', async () => {
    const { tenant, scopes, confidentialClient } = stage();
    const other = `${tenant.loginUrl}/99999999-8888-4777-8666-555555555555`;
    const discovery = await fetch(`${other}/v2.0/.well-known/openid-configuration`);
    assert.equal(discovery.status, 400);
    assert.match(await discovery.text(), /"invalid_tenant".*AADSTS90002/);
    const token = await fetch(`${other}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams() });
    assert.match(await token.text(), /"invalid_request".*AADSTS90002/);
    assert.match(await (await fetch(`${other}/oauth2/v2.0/authorize`)).text(), /AADSTS90002/);
    const app = confidentialClient({ clientSecret: 'any' }, { authority: other });
    assert.equal((await thrownBy(app.acquireTokenByClientCredential({ scopes }))).code, 'endpoints_resolution_error');
  });
});

suite('the API wants an authentication context', () => {
  test('a token without it is challenged; a sign-in with the claims has it, and so have its renewals', async () => {
    const { tenant, scopes, publicClient, interactive } = stage();
    const list = 'machineactions?$top=1';
    const app = publicClient();
    const first = await interactive(app);
    tenant.identity.policies.apiContext = 'c1';
    const refused = await callApi(tenant, list, first.accessToken);
    assert.equal(refused.status, 401);
    assert.match(
      refused.challenge,
      /^Bearer realm="", authorization_uri="https:\/\/localhost:\d+\/[^"]+", error="insufficient_claims"/,
    );
    const claims = Buffer.from(/claims="([^"]+)"/.exec(refused.challenge)?.[1] ?? '', 'base64').toString('utf8');
    assert.deepEqual(JSON.parse(claims), { access_token: { acrs: { essential: true, value: 'c1' } } });

    const silent = await thrownBy(app.acquireTokenSilent({ scopes, account: accountOf(first), claims }));
    assert.deepEqual([silent.name, silent.aadsts], ['InteractionRequiredAuthError', 50076]);
    assert.match(silent.claims, /"acrs":\{"essential":true,"value":"c1"\}/);
    const plain = await interactive(app);
    assert.equal((await callApi(tenant, list, plain.accessToken)).status, 401, 'only who asks for it gets it');
    const second = await interactive(app, { claims });
    assert.equal((await callApi(tenant, list, second.accessToken)).status, 200);
    const renewed = await app.acquireTokenSilent({ scopes, account: accountOf(second), forceRefresh: true });
    assert.equal((await callApi(tenant, list, renewed.accessToken)).status, 200);
    tenant.identity.policies.apiContext = 'c2';
    assert.equal((await callApi(tenant, list, renewed.accessToken)).status, 401, 'another context is another matter');
  });
});
