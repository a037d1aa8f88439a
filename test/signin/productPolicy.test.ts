import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { NextStep } from '../../src/messages/failureMessage.ts';
import type { SendSignIn } from '../../src/defender/transport.ts';
import { person } from './productWindow.ts';
import { fingerprint, inScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });

/** Signs in, lets a policy change, and then needs a new token. */
async function atRenewal(way: 'interactive' | 'deviceCode', change: () => void, play: (scene: Scene) => Promise<void>) {
  await inScene(stage().tenant, way, async (scene) => {
    const { lifetimes } = scene.tenant.identity;
    lifetimes.accessToken = AT_ONCE_EXPIRED;
    await scene.signIn();
    lifetimes.accessToken = 3600;
    change();
    await play(scene);
  });
}

const NO_CLAIMS = { access_token: {} };
const CONTEXT = { access_token: { acrs: { essential: true, value: 'c1' } } };

/** Returns the claims that a sign-in requests for the access token, without those that msal always requests. */
function claimsOf(asked: string | null | undefined): unknown {
  const claims: unknown = JSON.parse(asked ?? '{}');
  assert.ok(claims instanceof Object && 'access_token' in claims && claims.access_token instanceof Object);
  const { xms_cc: capability, ...more } = Object.fromEntries(Object.entries(claims.access_token));
  assert.deepEqual(capability, { values: ['cp1'] });
  return { access_token: more };
}

function claimsOfLastSignIn(): unknown {
  const query = new URLSearchParams(stage().tenant.recording.calls('authorize').at(-1)?.query);
  return claimsOf(query.get('claims'));
}

suite('a policy wants more than a renewal', () => {
  test('a second factor: the next sign-in asks for exactly what it wants, and then all is well', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, list, tenant }) => {
      const { lifetimes } = tenant.identity;
      lifetimes.accessToken = AT_ONCE_EXPIRED;
      await signIn();
      assert.deepEqual(claimsOfLastSignIn(), NO_CLAIMS);
      const policy = { access_token: { capolids: { essential: true, values: ['a-policy'] } } };
      const claims = JSON.stringify(policy);
      tenant.identity.refuseNext({ aadsts: 50076, grantType: 'refresh_token', claims });
      const told = await fails(
        list(),
        'notSignedIn',
        'moreWanted',
        'signIn',
        /^Conditional access wants you to sign in/,
      );
      assert.equal(told.values.serverCode, 'AADSTS50076');
      assert.ok(told.steps.includes('copyCorrelationId'));
      await signIn();
      assert.deepEqual(claimsOfLastSignIn(), policy);
      await list();
      await signIn();
      assert.deepEqual(claimsOfLastSignIn(), NO_CLAIMS, 'once');
    }));

  test('a second factor for everyone: the session with one is renewed', () =>
    atRenewal(
      'interactive',
      () => {
        stage().tenant.identity.requireMultiFactor();
      },
      async ({ fails, list, signIn, tenant }) => {
        await fails(list(), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
        tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
        await signIn();
        await list();
        assert.equal(tenant.recording.tokenRequests('refresh_token').length, 2);
      },
    ));

  test('the API wants a context: one silent attempt, one sign-in with those claims, and the call succeeds', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, list, token, tenant }) => {
      await signIn();
      const refused = fingerprint(await token());
      tenant.identity.policies.apiContext = 'c1';
      await fails(list(), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
      const [silent, ...others] = tenant.recording.tokenRequests('refresh_token');
      assert.equal(others.length, 0);
      assert.match(silent?.form?.['claims'] ?? '', /"acrs":\{"essential":true,"value":"c1"\}/);
      // Another call before the user has signed in is not made: the API would refuse that token as before, and count
      // the call.
      await fails(list(), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
      assert.equal(tenant.recording.at('api').length, 1);
      await signIn();
      assert.deepEqual(claimsOfLastSignIn(), CONTEXT);
      await list();
      const sent = tenant.recording.at('api').map(({ authorization }) => authorization?.sha256);
      assert.deepEqual([sent.length, sent.filter((one) => one === refused).length], [2, 1]);
    }));

  test('the API wants a context of a session that began with a code: the next code is asked for with those claims', () =>
    inScene(stage().tenant, 'deviceCode', async ({ signIn, fails, list, tenant }) => {
      await signIn();
      tenant.identity.policies.apiContext = 'c1';
      await fails(list(), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
      await signIn();
      assert.deepEqual(claimsOf(tenant.recording.calls('devicecode').at(-1)?.form?.['claims']), CONTEXT);
      await list();
    }));

  test('the sign-in in one window serves the other', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, list, tenant, openAnother }) => {
      await signIn();
      const other = openAnother();
      await list(other);
      tenant.identity.policies.apiContext = 'c1';
      await fails(list(other), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
      await fails(list(), 'notSignedIn', 'moreWanted', 'signIn', /^Conditional access/);
      await signIn();
      await list();
      await list(other);
    }));

  test('a renewal that was not enough: the sign-in asks for what was wanted', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, failure, list, tenant }) => {
      await signIn();
      const claims = { access_token: { nbf: { essential: true, value: '1' } } };
      const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`;
      tenant.faults.add({
        door: 'api',
        times: 2,
        action: { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge }, body: '{}' },
      });
      const told = await failure(list());
      assert.deepEqual([told.code, told.steps[0]], ['notSignedIn', 'signIn']);
      assert.equal(tenant.recording.tokenRequests('refresh_token').length, 1);
      await signIn();
      assert.deepEqual(claimsOfLastSignIn(), claims);
      await list();
    }));
});

suite('a policy lets nobody in', () => {
  const RENEWALS: readonly (readonly [string, () => void, string, NextStep, RegExp, string])[] = [
    [
      'conditional access blocks the person',
      () => (stage().tenant.identity.policies.blockAccess = true),
      'blockedByPolicy',
      'signIn',
      /conditional access policy of the tenant blocks/,
      'AADSTS53003',
    ],
    [
      'consent was taken back',
      () => (stage().tenant.identity.policies.consented = false),
      'consentMissing',
      'signIn',
      /^Nobody has consented yet/,
      'AADSTS65001',
    ],
    [
      'public client flows are off',
      () => (stage().tenant.identity.policies.publicClientFlows = false),
      'publicClientOff',
      'copyRegistrationCommands',
      /Allow public client flows/,
      'AADSTS7000218',
    ],
  ];
  for (const [what, change, reason, step, sentence, number] of RENEWALS) {
    test(`${what}, at a renewal; when it is over, the session goes on`, () =>
      atRenewal('interactive', change, async ({ fails, list, tenant }) => {
        const told = await fails(list(), 'signInFailed', reason, step, sentence);
        assert.equal(told.values.serverCode, number);
        assert.ok(told.steps.includes('copyCorrelationId'));
        Object.assign(tenant.identity.policies, { blockAccess: false, consented: true, publicClientFlows: true });
        await list();
      }));
  }

  /**
   * Refusals that Entra’s pages do not pass on to the application, or that concern registrations. They have the form
   * in which they would come.
   */
  const OTHERS: readonly (readonly [number, string, string, NextStep, RegExp])[] = [
    [50020, 'invalid_grant', 'otherTenant', 'signIn', /does not belong to the tenant/],
    [50105, 'invalid_grant', 'notAssigned', 'signIn', /is not assigned/],
    [90094, 'access_denied', 'consentMissing', 'signIn', /An administrator of the tenant can/],
    [700016, 'unauthorized_client', 'unknownApplication', 'editConnection', /Check the client ID/],
    [7000218, 'invalid_client', 'publicClientOff', 'copyRegistrationCommands', /Allow public client flows/],
    [650052, 'invalid_client', 'noDefenderHere', 'editConnection', /no Microsoft Defender/],
    [53001, 'interaction_required', 'blockedByPolicy', 'signIn', /policy of the tenant blocks/],
  ];
  for (const [number, error, reason, step, sentence] of OTHERS) {
    test(`${number} at a sign-in with the browser`, () =>
      inScene(stage().tenant, 'interactive', async ({ signIn, fails, tenant, machine }) => {
        const correlation = '7dd3f1c2-3a3b-4b7e-9f61-0f8a4a3b2c1d';
        const body = JSON.stringify({
          error,
          error_description: `AADSTS${number}: alex@contoso.example may not. Correlation ID: ${correlation}`,
          error_codes: [number],
          correlation_id: correlation,
        });
        tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status: 400, body } });
        const told = await fails(signIn(), 'signInFailed', reason, step, sentence);
        assert.equal(told.values.correlationId, correlation);
        assert.deepEqual([...machine.secrets.kept], []);
        await signIn();
      }));
  }

  test('the account is another tenant’s', async () => {
    const tenantId = '99999999-8888-4777-8666-555555555555';
    const { tenant } = stage();
    // The service accepts the account, as it does with guests’ home tenants.
    const wrap =
      (send: SendSignIn): SendSignIn =>
      async (request) => {
        const answer = await send({ ...request, url: request.url.replace(tenantId, tenant.tenantId) });
        const isDiscovery = request.url.includes('/.well-known/');
        return isDiscovery ? { ...answer, text: answer.text.replaceAll(tenant.tenantId, tenantId) } : answer;
      };
    await inScene(
      tenant,
      'interactive',
      async ({ signIn, fails, machine }) => {
        const here = person(tenant);
        const openBrowser = (url: string): Promise<void> => here.openBrowser(url.replace(tenantId, tenant.tenantId));
        await fails(signIn({ ...here, openBrowser }), 'signInFailed', 'otherTenant', 'signIn', /does not belong to/);
        assert.deepEqual([...machine.secrets.kept], []);
      },
      { connection: { tenantId }, wrap },
    );
  });
});

suite('a policy blocks device codes', () => {
  for (const [by, reason, sentence] of [
    ['conditionalAccess', 'deviceCodeBlocked', /authentication flows: device code/],
    ['securityDefaults', 'securityDefaults', /^The security defaults of the tenant block/],
  ] as const) {
    test(`${by}: the policy is named, and another way`, () =>
      inScene(stage().tenant, 'deviceCode', async ({ signIn, fails, tenant }) => {
        tenant.identity.policies.blockDeviceCode = by;
        const told = await fails(signIn(), 'signInFailed', reason, 'editConnection', sentence);
        assert.match(told.sentence, /with the browser in a desktop window, or through Azure CLI/);
        assert.ok(told.steps.includes('copyCorrelationId'));
      }));
  }

  for (const [aadsts, reason] of [
    [53003, 'deviceCodeBlocked'],
    [530035, 'securityDefaults'],
    [7000218, 'publicClientOff'],
    [700016, 'unknownApplication'],
  ] as const) {
    test(`${aadsts} when a code is asked for: none is shown, none is polled for`, () =>
      inScene(stage().tenant, 'deviceCode', async ({ signIn, failure, tenant }) => {
        tenant.identity.refuseNext({ aadsts, grantType: 'devicecode' });
        const prompts = person(tenant);
        const told = await failure(signIn(prompts));
        assert.deepEqual([told.code, told.reason, told.values.serverCode], ['signInFailed', reason, `AADSTS${aadsts}`]);
        assert.ok(told.steps.includes('copyCorrelationId'));
        assert.deepEqual(prompts.codes, []);
        assert.equal(tenant.recording.tokenRequests().length, 0);
        await signIn();
      }));
  }

  test('a session that began with a code is not renewed', () =>
    atRenewal(
      'deviceCode',
      () => (stage().tenant.identity.policies.blockDeviceCode = 'conditionalAccess'),
      async ({ fails, list }) => {
        const told = await fails(list(), 'signInFailed', 'deviceCodeBlocked', 'editConnection', /device code/);
        assert.equal(told.values.serverCode, 'AADSTS530036');
      },
    ));
});
