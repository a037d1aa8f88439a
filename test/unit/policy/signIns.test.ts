import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import { SignIns } from '../../../src/connections/signIns.ts';
import type { SignInPrompts } from '../../../src/identity/tokenSource.ts';
import { openMachine } from '../../signin/productWindow.ts';
import { policyOf } from './policyOf.ts';

const CONTOSO: Connection = {
  name: 'Contoso',
  cloud: 'commercial',
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  signIn: 'interactive',
};

suite('ways to sign in that an administrator forbids', () => {
  test('are refused before anything is loaded, shown or sent, also for a connection that is allowed', async () => {
    const policy = policyOf({ signIns: ['interactive'] });
    const reached: string[] = [];
    const reach = (what: string) => (): Promise<never> => {
      reached.push(what);
      return Promise.reject(new Error(what));
    };
    const signIns = new SignIns({
      ...openMachine(),
      clock: systemClock,
      loadMsal: reach('msal'),
      loadSend: reach('network'),
      log: () => undefined,
      environment: {},
      platform: process.platform,
      allowsWay: (connection, way) => policy.allowsWay(connection, way),
    });
    const prompts = {} as SignInPrompts;
    const { signal } = new AbortController();
    assert.equal(policy.whyForbidden(CONTOSO), undefined);
    // In a remote window, a code takes the place of the browser.
    await assert.rejects(signIns.signIn(CONTOSO, 'deviceCode', prompts, signal), {
      code: 'managed',
      values: { reason: 'signIns', connection: 'Contoso' },
    });
    assert.deepEqual(reached, []);
    await assert.rejects(signIns.signIn(CONTOSO, 'interactive', prompts, signal));
    assert.notDeepEqual(reached, []);
  });
});
