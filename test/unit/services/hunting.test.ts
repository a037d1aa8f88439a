import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ownerOf, sampleConnection } from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import type { HuntingClient } from '../../../src/defender/hunting/huntingClient.ts';
import { createTenantHunting } from '../../../src/defender/tenantClient.ts';
import { HuntingConsent } from '../../../src/platform/huntingConsent.ts';
import { createSampleHunting } from '../../../src/sample/api/sampleTransport.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { createHunt } from '../../../src/services/hunting.ts';
import type { Hunt } from '../../../src/services/hunting.ts';
import { policyOf } from '../policy/policyOf.ts';
import { openWorker } from '../../signin/productWindow.ts';

const CONTOSO: Connection = {
  name: 'Contoso',
  cloud: 'commercial',
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  signIn: 'interactive',
};
const { signal } = new AbortController();
const OFF = { code: 'huntingRefused' };

function memento(): ConstructorParameters<typeof HuntingConsent>[0] {
  const values = new Map<string, unknown>();
  return {
    get: (key: string) => values.get(key) as never,
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

suite('the way to a hunting query', () => {
  let consent: HuntingConsent;
  let all: Connection[];
  let sent: string[];
  let beforeSending: () => unknown;
  let afterSending: () => unknown;
  let hunt: Hunt;
  let managed: object;
  beforeEach(() => {
    managed = {};
    consent = new HuntingConsent(memento());
    all = [CONTOSO];
    sent = [];
    beforeSending = () => undefined;
    afterSending = () => undefined;
    const run: HuntingClient['run'] = async (query, _signal, mayStillSend) => {
      await beforeSending();
      mayStillSend?.();
      sent.push(query);
      await afterSending();
      return { text: '{"results":[]}', rows: 0, receivedAt: 0 };
    };
    hunt = createHunt({
      connections: {
        get all() {
          return all;
        },
      },
      consent,
      log: { call: () => undefined },
      policy: { isAllowed: (key) => policyOf(managed).isAllowed(key) } as Policy,
      signIns: { getAccessToken: () => Promise.resolve('token') },
      state: memento(),
      worker: openWorker() as never,
      loadTenantHunting: () =>
        Promise.resolve(((ledger, options) =>
          options.send === undefined ? { run } : createTenantHunting(ledger, options)) as typeof createTenantHunting),
      loadSampleHunting: () => Promise.resolve(createSampleHunting),
    });
  });

  test('it is closed until the person has allowed it for this connection', async () => {
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    await consent.give(ownerOf({ ...CONTOSO, name: 'Other' }));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    await consent.give(ownerOf(CONTOSO));
    await hunt(CONTOSO, 'q', signal);
    assert.deepEqual(sent, ['q']);
  });

  test('an administrator closes it, for what was allowed and for the sample, too', async () => {
    await consent.give(ownerOf(CONTOSO));
    managed = { auditTrail: false };
    const sample = sampleConnection('Sample');
    all = [CONTOSO, sample];
    for (const one of all)
      await assert.rejects(hunt(one, 'q', signal), { code: 'managed', values: { reason: 'auditTrail' } });
    assert.deepEqual(sent, []);
    managed = { auditTrail: true };
    await hunt(CONTOSO, 'q', signal);
    // Allowed by the administrator is not yet allowed by the person.
    await consent.takeBack(ownerOf(CONTOSO));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
  });

  test('taken back while the token or the slot is waited for, nothing is sent', async () => {
    await consent.give(ownerOf(CONTOSO));
    beforeSending = () => consent.takeBack(ownerOf(CONTOSO));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    assert.deepEqual(sent, []);
  });

  test('taken back while the answer is on its way, the answer is not handed over', async () => {
    await consent.give(ownerOf(CONTOSO));
    afterSending = () => consent.takeBack(ownerOf(CONTOSO));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
  });

  test('a connection that was removed, renamed or led elsewhere meanwhile sends nothing', async () => {
    await consent.give(ownerOf(CONTOSO));
    for (const now of [[], [{ ...CONTOSO, name: 'Renamed' }], [{ ...CONTOSO, cloud: 'gcc' as const }]]) {
      all = now;
      await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    }
    assert.deepEqual(sent, []);
  });

  test('the permission goes with its connection, and does not come back with it', async () => {
    await consent.give(ownerOf(CONTOSO));
    const [before, renamed] = [ownerOf(CONTOSO), ownerOf({ ...CONTOSO, name: 'Renamed' })];
    await consent.forgetGone([before], [before, renamed]);
    assert.ok(consent.isGiven(before));
    await consent.forgetGone([before], [renamed]);
    assert.ok(!consent.isGiven(before));
  });

  test('the sample needs no permission, because it sends nothing', async () => {
    const sample = sampleConnection('Sample');
    all = [sample];
    const { rows } = await hunt(sample, 'CloudAppEvents', signal);
    assert.ok(rows > 10);
    assert.deepEqual(sent, []);
  });
});
