import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../src/base/errors.ts';
import type { SignInPrompts } from '../../src/identity/tokenSource.ts';
import { person } from './productWindow.ts';
import { inScene, until } from './scene.ts';
import type { Scene } from './scene.ts';
import { signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const nothing = (): void => undefined;

/** Whether the port of the page's redirect address still listens. */
async function isOpen(pageUrl: string): Promise<boolean> {
  const { port } = new URL(new URL(pageUrl).searchParams.get('redirect_uri') ?? '');
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** Returns prompts of a user who opens the page and does nothing. */
function idle(tell: (url: string) => void, opening: () => Promise<void> = () => Promise.resolve()): SignInPrompts {
  return {
    ...person(stage().tenant),
    openBrowser: async (url) => {
      tell(url);
      await opening();
    },
    showCode: nothing,
  };
}

suite('a sign-in with the browser is given up', () => {
  for (const [what, opening] of [
    ['while the page is open', () => Promise.resolve()],
    ['while VS Code still asks whether to open the page', () => new Promise<void>(nothing)],
  ] as const) {
    test(`${what}: it ends at once, and its port is closed`, () =>
      inScene(stage().tenant, 'interactive', async ({ signIn, fails, machine, list }) => {
        let page = '';
        const cancel = new AbortController();
        const signing = signIn(
          idle((url) => (page = url), opening),
          cancel.signal,
        );
        signing.catch(nothing);
        await until('the page', () => page !== '');
        assert.equal(await isOpen(page), true);
        const at = performance.now();
        cancel.abort();
        await fails(signing, 'cancelled', undefined, undefined, /Canceled/);
        assert.ok(performance.now() - at < 1000);
        assert.equal(await isOpen(page), false);
        assert.deepEqual([...machine.secrets.kept], []);
        await fails(list(), 'notSignedIn', 'noAccount', 'signIn', /^You are not signed in/);
      }));
  }

  test('before it began', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, tenant }) => {
      await fails(signIn(undefined, AbortSignal.abort()), 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(tenant.recording.requests.length, 0);
    }));

  test('by whoever is asked whether to open the page', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, window }) => {
      let page = '';
      const no = idle(
        (url) => (page = url),
        () => Promise.reject(new LiveResponseError('cancelled')),
      );
      await fails(signIn(no), 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(await isOpen(page), false);
      assert.equal(await window.signIns.wasRefused(), true);
    }));

  test('because the browser does not start', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, failure }) => {
      let page = '';
      const broken = idle(
        (url) => (page = url),
        () => Promise.reject(new Error('not found')),
      );
      assert.equal((await failure(signIn(broken))).code, 'signInFailed');
      assert.equal(await isOpen(page), false);
    }));

  test('while the code is exchanged', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, tenant, machine }) => {
      const cancel = new AbortController();
      tenant.faults.add({ door: 'login', call: 'token', until: new Promise<void>(nothing) });
      const signing = signIn(undefined, cancel.signal);
      signing.catch(nothing);
      await until('the exchange', () => tenant.recording.calls('token').length === 1);
      cancel.abort();
      await fails(signing, 'cancelled', undefined, undefined, /Canceled/);
      assert.deepEqual([...machine.secrets.kept], []);
    }));

  test('nobody signs in: the time limit ends it', () =>
    inScene(
      stage().tenant,
      'interactive',
      async ({ signIn, fails, window }) => {
        let page = '';
        await fails(signIn(idle((url) => (page = url))), 'signInFailed', 'tooSlow', 'signIn', /^Nobody signed in/);
        assert.equal(await isOpen(page), false);
        assert.equal(await window.signIns.wasRefused(), false, 'that was no refusal');
      },
      { limits: { personMs: 300 } },
    ));

  for (const [what, choices, declined] of [
    ['presses Cancel', { cancel: true }, 'AADSTS65004'],
    ['denies consent', { deny: true }, 'AADSTS65004'],
  ] as const) {
    test(`the person ${what}: they are not asked again for a minute`, () =>
      inScene(stage().tenant, 'interactive', async ({ signIn, fails, tenant, window, openAnother }) => {
        tenant.identity.policies.consented = !('deny' in choices);
        const told = await fails(
          signIn(person(tenant, choices)),
          'signInFailed',
          'declined',
          'signIn',
          /"Contoso" was declined/,
        );
        assert.equal(told.values.serverCode, declined);
        assert.ok(told.steps.includes('copyCorrelationId'));
        assert.equal(await window.signIns.wasRefused(), true);
        assert.equal(await openAnother().signIns.wasRefused(), true);
      }));
  }

  test('what was signed in before stays', () =>
    inScene(stage().tenant, 'interactive', async ({ signIn, fails, tenant, list, token }) => {
      await signIn();
      const before = await token();
      await fails(signIn(person(tenant, { cancel: true })), 'signInFailed', 'declined', 'signIn', /declined/);
      await list();
      assert.equal(await token(), before);
    }));
});

suite('a sign-in with a code is given up', () => {
  function withCode(play: (scene: Scene) => Promise<void>, personMs = 60_000): Promise<void> {
    return inScene(stage().tenant, 'deviceCode', play, { limits: { personMs } });
  }

  test('cancelled: it ends at once, and the polling with it', () =>
    withCode(async ({ signIn, fails, tenant, window }) => {
      tenant.identity.lifetimes.deviceInterval = 60;
      const cancel = new AbortController();
      const signing = signIn(
        idle(() => assert.fail('no browser')),
        cancel.signal,
      );
      signing.catch(nothing);
      await until('a poll', () => tenant.recording.tokenRequests('device_code').length === 1);
      const at = performance.now();
      cancel.abort();
      await fails(signing, 'cancelled', undefined, undefined, /Canceled/);
      assert.ok(performance.now() - at < 1000, 'not at the next poll');
      assert.equal(tenant.recording.tokenRequests('device_code').length, 1);
      assert.equal(await window.signIns.wasRefused(), true);
    }));

  test('dismissed in the moment in which it is shown', () =>
    withCode(async ({ signIn, fails, tenant }) => {
      const cancel = new AbortController();
      const prompts = { ...person(tenant), showCode: cancel.abort.bind(cancel) };
      await fails(signIn(prompts, cancel.signal), 'cancelled', undefined, undefined, /Canceled/);
      assert.equal(tenant.recording.tokenRequests('device_code').length, 0);
    }));

  test('nobody types it: the code expires', () =>
    withCode(async ({ signIn, fails, tenant }) => {
      tenant.identity.lifetimes.deviceCode = 1;
      await fails(signIn(idle(nothing)), 'signInFailed', 'codeExpired', 'signIn', /^The code has expired/);
    }));

  test('nobody types it: the time limit ends it', () =>
    withCode(async ({ signIn, fails }) => {
      await fails(signIn(idle(nothing)), 'signInFailed', 'tooSlow', 'signIn', /^Nobody signed in/);
    }, 300));

  test('the person declines', () =>
    withCode(async ({ signIn, fails, tenant, window }) => {
      const prompts: SignInPrompts = {
        ...person(tenant),
        showCode: ({ userCode }) => void tenant.identity.denyDeviceCode(userCode),
      };
      await fails(signIn(prompts), 'signInFailed', 'declined', 'signIn', /"Contoso" was declined/);
      assert.equal(await window.signIns.wasRefused(), true);
    }));

  test('the service answers a request for a code with something else: nothing is shown, nothing is polled', () =>
    withCode(async ({ signIn, fails, tenant }) => {
      tenant.faults.add({ door: 'login', call: 'devicecode', action: { kind: 'answer', status: 200, body: '{}' } });
      const prompts = person(tenant);
      await fails(signIn(prompts), 'signInFailed', 'notSignInService', 'editConnection', /is no sign-in service/);
      assert.deepEqual(prompts.codes, []);
      assert.equal(tenant.recording.tokenRequests().length, 0);
    }));

  test('an interval that is missing is five seconds, not none', () =>
    withCode(async ({ signIn, fails, tenant }) => {
      const body = JSON.stringify({
        user_code: 'AAAABBBB',
        device_code: 'a-device-code-that-nobody-knows',
        verification_uri: `${tenant.loginUrl}/device`,
        expires_in: 900,
      });
      tenant.faults.add({ door: 'login', call: 'devicecode', action: { kind: 'answer', status: 200, body } });
      const pending = JSON.stringify({ error: 'authorization_pending', error_codes: [70016] });
      tenant.faults.add({
        door: 'login',
        call: 'token',
        times: Infinity,
        action: { kind: 'answer', status: 400, body: pending },
      });
      await fails(signIn(idle(nothing)), 'signInFailed', 'tooSlow', 'signIn', /^Nobody signed in/);
      assert.equal(tenant.recording.calls('token').length, 1);
    }, 1000));
});
