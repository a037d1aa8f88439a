import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { DeviceCodeRequest } from '@azure/msal-node';
import { AT_ONCE_EXPIRED, accountOf, signInStage, thrownBy } from './stage.ts';

/** Leaves the code untyped. */
const nobody = async (): Promise<void> => {
  await Promise.resolve();
};

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });

suite('a person signs in with a device code', () => {
  test('the code is typed and confirmed, the account chosen', async () => {
    const { tenant, publicClient, deviceCode } = stage();
    const pages: string[] = [];
    const result = await deviceCode(publicClient(), async (code) => {
      pages.push(await tenant.identity.approveDeviceCode(code, { as: 'responder@contoso.example' }));
    });
    assert.equal(accountOf(result).username, 'responder@contoso.example');
    assert.equal(decodeJwt(result?.accessToken ?? '')['scp'], 'Machine.LiveResponse Machine.Read');
    assert.match(pages[0] ?? '', /You have signed in/);
    assert.ok(tenant.recording.tokenRequests('device_code').length > 1, 'it polls');
  });

  test('the answer says what to do, as Entra does', async () => {
    const { tenant, scopes, publicClient } = stage();
    const told: Parameters<DeviceCodeRequest['deviceCodeCallback']>[0][] = [];
    await publicClient().acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (response) => {
        told.push(response);
        void tenant.identity.approveDeviceCode(response.userCode);
      },
    });
    const [{ userCode, verificationUri, message, interval, expiresIn } = assert.fail()] = told;
    assert.match(userCode, /^[A-Z]{9}$/);
    assert.ok(verificationUri.startsWith(`${tenant.loginUrl}/`));
    assert.ok(message.includes(verificationUri) && message.includes(userCode));
    assert.deepEqual([interval, expiresIn], [0.05, 900]);
  });

  test('the session is renewed without a person', async () => {
    const { tenant, scopes, publicClient, deviceCode } = stage();
    tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
    const app = publicClient();
    const result = await deviceCode(app, tenant.identity.approveDeviceCode);
    const next = await app.acquireTokenSilent({ scopes, account: accountOf(result) });
    assert.notEqual(next.accessToken, result?.accessToken);
    assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
  });

  test('declined is authorization_declined, which is all that MSAL tells', async () => {
    const { tenant, publicClient, deviceCode } = stage();
    const thrown = await thrownBy(deviceCode(publicClient(), tenant.identity.denyDeviceCode));
    assert.equal(thrown.code, 'post_request_failed');
    assert.match(thrown.message, /authorization_declined/);
    assert.equal(thrown.aadsts, undefined);
  });

  test('a code that nobody types expires', async () => {
    const { tenant, publicClient, deviceCode } = stage();
    tenant.identity.lifetimes.deviceCode = 1;
    const thrown = await thrownBy(deviceCode(publicClient(), nobody));
    assert.ok(['device_code_expired', 'post_request_failed'].includes(thrown.code), thrown.code);
  });

  test('cancelling ends the polling at the next poll', async () => {
    const { tenant, scopes, publicClient } = stage();
    const request: DeviceCodeRequest = {
      scopes,
      deviceCodeCallback: () => {
        request.cancel = true;
      },
    };
    const thrown = await thrownBy(publicClient().acquireTokenByDeviceCode(request));
    assert.equal(thrown.code, 'device_code_polling_cancelled');
    const polls = tenant.recording.tokenRequests('device_code').length;
    await pause(200);
    assert.equal(tenant.recording.tokenRequests('device_code').length, polls);
  });

  for (const [by, aadsts] of [
    ['conditionalAccess', 53003],
    ['securityDefaults', 530035],
  ] as const) {
    test(`a policy (${by}) blocks it: the page says so, and so does the poll, but not MSAL`, async () => {
      const { tenant, publicClient, deviceCode } = stage();
      tenant.identity.policies.blockDeviceCode = by;
      const pages: string[] = [];
      const thrown = await thrownBy(
        deviceCode(publicClient(), async (code) => {
          pages.push(await tenant.identity.approveDeviceCode(code));
        }),
      );
      assert.match(pages[0] ?? '', new RegExp(`AADSTS${aadsts}`));
      assert.equal(thrown.code, 'post_request_failed');
      assert.match(thrown.message, /invalid_grant/);
      assert.equal(thrown.aadsts, undefined);

      const { user_code: userCode = '', device_code: code = '' } = await post('devicecode', {});
      await tenant.identity.approveDeviceCode(userCode);
      const polled = await post('token', { grant_type: 'device_code', device_code: code });
      assert.match(polled['error_description'] ?? '', new RegExp(`^AADSTS${aadsts}: `));
    });
  }

  test('what a poll is told: pending, expired, invalid', async () => {
    const { tenant } = stage();
    const { device_code: code = '' } = await post('devicecode', {});
    const poll = async (of: string): Promise<string | undefined> =>
      (await post('token', { grant_type: 'device_code', device_code: of }))['error'];
    assert.equal(await poll(code), 'authorization_pending');
    assert.equal(await poll('none'), 'bad_verification_code');
    tenant.identity.lifetimes.deviceCode = 1;
    const { device_code: short = '' } = await post('devicecode', {});
    let told = await poll(short);
    while (told === 'authorization_pending') told = await poll(short);
    assert.equal(told, 'expired_token');
  });

  test('a session that began with one is refused when it is renewed under such a policy', async () => {
    const { tenant, scopes, publicClient, deviceCode, interactive } = stage();
    const app = publicClient();
    const tracked = accountOf(await deviceCode(app, tenant.identity.approveDeviceCode));
    const browser = publicClient();
    const untracked = accountOf(await interactive(browser));
    tenant.identity.policies.blockDeviceCode = 'conditionalAccess';
    const thrown = await thrownBy(app.acquireTokenSilent({ scopes, account: tracked, forceRefresh: true }));
    assert.deepEqual([thrown.name, thrown.code, thrown.aadsts], ['ServerError', 'invalid_grant', 530036]);
    assert.ok(await browser.acquireTokenSilent({ scopes, account: untracked, forceRefresh: true }));
  });

  test('a refusal to begin is not seen by MSAL: it shows a code that is undefined, and polls', async () => {
    const { tenant, publicClient, scopes } = stage();
    tenant.identity.refuseNext({ aadsts: 53003, grantType: 'devicecode' });
    const told: unknown[] = [];
    const thrown = await thrownBy(
      publicClient().acquireTokenByDeviceCode({
        scopes,
        deviceCodeCallback: ({ userCode, interval }) => told.push(userCode, interval),
      }),
    );
    assert.deepEqual(told, [undefined, undefined]);
    assert.equal(thrown.code, 'post_request_failed');
    assert.equal(tenant.recording.calls('devicecode')[0]?.status, 400);
  });

  test('with public client flows off it is 7000218', async () => {
    const { tenant, publicClient, deviceCode } = stage();
    tenant.identity.policies.publicClientFlows = false;
    const thrown = await thrownBy(deviceCode(publicClient(), nobody));
    assert.match(thrown.message, /invalid_client/);
    assert.equal(tenant.recording.tokenRequests()[0]?.status, 401);
  });
});

/** Sends a request of a public client without MSAL, because the answer contains what MSAL leaves out of its errors. */
async function post(endpoint: string, form: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const { tenant } = stage();
  const answer = await fetch(`${tenant.loginUrl}/${tenant.tenantId}/oauth2/v2.0/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: tenant.clientId,
      scope: `${tenant.scope} openid profile offline_access`,
      ...form,
    }),
  });
  return (await answer.json()) as Record<string, string>;
}
