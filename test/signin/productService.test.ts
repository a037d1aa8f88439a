import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { FailureCode } from '../../src/base/failures.ts';
import type { NextStep } from '../../src/messages/failureMessage.ts';
import { createCertificate } from '../tenant/certificate.ts';
import { openDoor } from '../tenant/door.ts';
import type { FaultAction } from '../tenant/faults.ts';
import { inScene, until } from './scene.ts';
import type { Scene, SceneOptions } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const nothing = (): void => undefined;

/** Every operation that gets a token over the network. A disturbance must be reported in all of them. */
const WAYS: readonly (readonly [string, (play: Play, options?: SceneOptions) => Promise<void>])[] = [
  ['an application', (play, options) => application((scene) => play(scene, () => scene.list()), options)],
  [
    'signing in with the browser',
    (play, options) => inScene(stage().tenant, 'interactive', (scene) => play(scene, () => scene.signIn()), options),
  ],
  [
    'signing in with a code',
    (play, options) => inScene(stage().tenant, 'deviceCode', (scene) => play(scene, () => scene.signIn()), options),
  ],
  ['a renewal', (play, options) => renewal(play, options)],
];
type Play = (scene: Scene, ask: () => Promise<unknown>) => Promise<void>;

function application(play: (scene: Scene) => Promise<void>, options?: SceneOptions): Promise<void> {
  const run = async (scene: Scene): Promise<void> => {
    await scene.window.signIns.storeSecret(scene.connection, 'clientSecret', scene.tenant.clientSecret);
    await play(scene);
  };
  return inScene(stage().tenant, 'clientSecret', run, options);
}

function renewal(play: Play, options?: SceneOptions): Promise<void> {
  const run = async (scene: Scene): Promise<void> => {
    const { lifetimes } = scene.tenant.identity;
    lifetimes.accessToken = AT_ONCE_EXPIRED;
    await scene.signIn();
    lifetimes.accessToken = 3600;
    await play(scene, () => scene.list());
  };
  return inScene(stage().tenant, 'interactive', run, options);
}

/** An answer of the token endpoint, and the report about it. */
const ANSWERS: readonly (readonly [string, FaultAction, FailureCode, string | undefined, NextStep, RegExp])[] = [
  [
    '503 and nothing in it',
    { kind: 'answer', status: 503 },
    'serverError',
    undefined,
    'tryAgain',
    /problem of its own \(HTTP 503\)/,
  ],
  [
    '503 and an empty object',
    { kind: 'answer', status: 503, body: '{}' },
    'serverError',
    undefined,
    'tryAgain',
    /HTTP 503/,
  ],
  [
    '200 and nothing in it',
    { kind: 'answer', status: 200 },
    'signInFailed',
    'notSignInService',
    'editConnection',
    /is no sign-in service/,
  ],
  [
    '200 and an empty object',
    { kind: 'answer', status: 200, body: '{}' },
    'signInFailed',
    'emptyToken',
    'tryAgain',
    /but without a token/,
  ],
  [
    '200 and an empty token',
    { kind: 'answer', status: 200, body: '{"token_type":"Bearer","expires_in":3600,"access_token":""}' },
    'signInFailed',
    'emptyToken',
    'tryAgain',
    /but without a token/,
  ],
  ['a page in HTML', { kind: 'html' }, 'signInFailed', 'notSignInService', 'editConnection', /is no sign-in service/],
  [
    '429 and when to come back',
    { kind: 'answer', status: 429, headers: { 'retry-after': '40' }, body: '{"error":"temporarily_unavailable"}' },
    'signInFailed',
    'busy',
    'tryAgain',
    /takes no more sign-ins for now\. Try again at \d/,
  ],
  [
    '429 and nothing in it',
    { kind: 'answer', status: 429 },
    'signInFailed',
    'busy',
    'tryAgain',
    /no more sign-ins for now\.$/,
  ],
  ['a connection that is reset', { kind: 'reset' }, 'connectionLost', undefined, 'tryAgain', /broke off/],
  [
    'an answer that is cut off',
    { kind: 'truncate', afterBytes: 20, promised: true },
    'connectionLost',
    undefined,
    'tryAgain',
    /broke off/,
  ],
  [
    'an answer that ends early',
    { kind: 'truncate', afterBytes: 20, promised: false },
    'signInFailed',
    'notSignInService',
    'editConnection',
    /is no sign-in service/,
  ],
];

/**
 * Returns the number of answers until the failure is reported: polls for a code continue after failures of the network,
 * but not for ever.
 */
function timesThatTell(way: string, code: FailureCode): number {
  return way === 'signing in with a code' && ['timeout', 'connectionLost', 'serverError'].includes(code) ? 4 : 1;
}

suite('the sign-in service answers', () => {
  for (const [way, run] of WAYS) {
    for (const [what, action, code, reason, step, sentence] of ANSWERS) {
      test(`${what}, to ${way}; a second try goes out and works`, () =>
        run(async ({ fails, tenant, list }, ask) => {
          tenant.faults.add({ door: 'login', call: 'token', action, times: timesThatTell(way, code) });
          await fails(ask(), code, reason, step, sentence);
          assert.equal(tenant.faults.pending(), 0);
          await ask();
          await list();
        }));
    }
  }

  for (const status of [429, 503]) {
    test(`${status} and a correlation id: it is offered`, () =>
      application(async ({ failure, list, tenant }) => {
        const correlation = '7dd3f1c2-3a3b-4b7e-9f61-0f8a4a3b2c1d';
        const body = JSON.stringify({ error: 'temporarily_unavailable', correlation_id: correlation });
        tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status, body } });
        const told = await failure(list());
        assert.deepEqual([told.values.correlationId, told.steps.at(-1)], [correlation, 'copyCorrelationId']);
      }));
  }

  test('an error without a number: its word is told', () =>
    application(async ({ failure, list, tenant }) => {
      const body = JSON.stringify({ error: 'temporarily_unavailable', error_description: 'Alex, come back later' });
      tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'answer', status: 400, body } });
      const told = await failure(list());
      assert.deepEqual(
        [told.code, told.reason, told.values.serverCode],
        ['signInFailed', 'refused', 'temporarily_unavailable'],
      );
      await list();
    }));
});

suite('polls for a code that somebody is typing', () => {
  const passing: readonly FaultAction[] = [
    { kind: 'reset' },
    { kind: 'answer', status: 503 },
    { kind: 'answer', status: 502, body: '<html></html>' },
  ];

  test('go on after a few that failed in passing', () =>
    inScene(stage().tenant, 'deviceCode', async ({ signIn, list, tenant }) => {
      for (const action of passing) tenant.faults.add({ door: 'login', call: 'token', action });
      await signIn();
      await list();
      assert.equal(tenant.faults.pending(), 0);
    }));

  test('end at once when they are cancelled after one that failed', () =>
    inScene(stage().tenant, 'deviceCode', async ({ signIn, fails, tenant }) => {
      tenant.identity.lifetimes.deviceInterval = 60;
      const cancel = new AbortController();
      tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'reset' } });
      const signing = signIn(undefined, cancel.signal);
      signing.catch(nothing);
      await until('a poll', () => tenant.faults.pending() === 0);
      cancel.abort();
      await fails(signing, 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(tenant.recording.calls('token').length, 1);
    }));
});

suite('the sign-in service sends us elsewhere', () => {
  for (const status of [302, 307, 308]) {
    test(`${status}: nothing is sent there`, async () => {
      const { tenant } = stage();
      const other = await openDoor({
        name: 'login',
        certificate: await createCertificate(),
        recording: tenant.recording,
        faults: tenant.faults,
        handle: () => assert.fail('somebody came'),
      });
      await application(async ({ fails, list }) => {
        tenant.faults.add({ door: 'login', call: 'token', action: { kind: 'redirect', location: other.url, status } });
        await fails(list(), 'redirected', undefined, 'showLog', /sent us elsewhere/);
        assert.deepEqual(
          tenant.recording.requests.filter(({ host }) => host === new URL(other.url).host),
          [],
        );
      });
      await other.close();
    });
  }
});

suite('the sign-in service is slow', () => {
  for (const [way, run] of WAYS) {
    test(`${way} ends with the time limit, and works when it is quick again`, () =>
      run(
        async ({ fails, tenant, list }, ask) => {
          tenant.faults.add({ door: 'login', call: 'token', delayMs: 60_000, times: timesThatTell(way, 'timeout') });
          await fails(ask(), 'timeout', undefined, 'tryAgain', /did not answer in time/);
          await ask();
          await list();
        },
        { limits: { answerMs: 1000 } },
      ));
  }

  test('whoever waits can cancel', () =>
    application(async ({ fails, tenant, window, connection }) => {
      tenant.faults.add({ door: 'login', call: 'token', delayMs: 60_000 });
      const cancel = new AbortController();
      const asking = window.signIns.getAccessToken(connection, cancel.signal);
      asking.catch(nothing);
      await until('the question', () => tenant.recording.calls('token').length === 1);
      cancel.abort();
      await fails(asking, 'cancelled', undefined, undefined, /Canceled/);
      await until('the end of the connection', () => tenant.recording.calls('token')[0]?.outcome === 'left');
    }));
});

suite('the authority is wrong', () => {
  async function unused(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  for (const way of ['clientSecret', 'interactive', 'deviceCode'] as const) {
    const run = (
      authority: string,
      play: (ask: () => Promise<unknown>, scene: Scene) => Promise<void>,
    ): Promise<void> =>
      inScene(
        stage().tenant,
        way,
        async (scene) => {
          if (way === 'clientSecret') await scene.window.signIns.storeSecret(scene.connection, way, 'any');
          await play(() => (way === 'clientSecret' ? scene.list() : scene.signIn()), scene);
        },
        { connection: { authority } },
      );

    test(`${way}: a host that is no sign-in service`, async () => {
      const { tenant } = stage();
      tenant.faults.add({ door: 'api', action: { kind: 'html' }, times: Infinity });
      await run(tenant.apiUrl, async (ask, { fails }) => {
        const told = await fails(ask(), 'signInFailed', 'notSignInService', 'editConnection', /the address is wrong/);
        assert.ok(told.sentence.includes(new URL(tenant.apiUrl).host));
      });
    });

    test(`${way}: a host that does not exist`, () =>
      run('https://login.nowhere.invalid', async (ask, { fails }) => {
        await fails(ask(), 'unknownHost', undefined, 'tryAgain', /login\.nowhere\.invalid cannot be resolved/);
      }));

    test(`${way}: nobody listens`, async () => {
      await run(`https://localhost:${await unused()}`, async (ask, { fails }) => {
        await fails(ask(), 'offline', undefined, 'tryAgain', /cannot be reached/);
      });
    });

    test(`${way}: a certificate that is not trusted`, async () => {
      const { tenant } = stage();
      const other = await openDoor({
        name: 'login',
        certificate: await createCertificate(),
        recording: tenant.recording,
        faults: tenant.faults,
        handle: () => assert.fail('somebody came'),
      });
      await run(other.url, async (ask, { fails }) => {
        await fails(ask(), 'tls', undefined, 'showLog', /its certificate is not accepted/);
      });
      await other.close();
    });
  }
});
