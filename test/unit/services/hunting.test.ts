import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, suite, test } from 'node:test';
import { ownerOf, sampleConnection } from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import type { HuntingClient } from '../../../src/defender/hunting/huntingClient.ts';
import { createTenantHunting } from '../../../src/defender/tenantClient.ts';
import type { Memento } from 'vscode';
import { HuntingConsent } from '../../../src/platform/huntingConsent.ts';
import { createSampleHunting } from '../../../src/sample/api/sampleTransport.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { openDatabase } from '../../../src/storage/database.ts';
import { MemorySignInTable, SIGN_IN_SCHEMA, SqliteSignInTable } from '../../../src/storage/signInTable.ts';
import type { SignInTable } from '../../../src/storage/signInTable.ts';
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

function memento(): Pick<Memento, 'get' | 'update'> {
  const values = new Map<string, unknown>();
  return {
    get: (key: string) => values.get(key) as never,
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

/** Opens a window's consents over the table that windows share. */
function openConsent(table: SignInTable): HuntingConsent {
  return new HuntingConsent({
    get: (owner) => Promise.resolve(table.consent(owner)),
    set: (owner, state, seen) => Promise.resolve(table.setConsent(owner, state, seen)),
  });
}

suite('the way to a hunting query', () => {
  let table: MemorySignInTable;
  let consent: HuntingConsent;
  let all: Connection[];
  let sent: string[];
  let beforeSending: () => unknown;
  let afterSending: () => unknown;
  let hunt: Hunt;
  let managed: object;
  const allow = async (owner: string): Promise<void> => {
    assert.ok(await consent.give(owner, await consent.look(owner)));
  };
  beforeEach(() => {
    managed = {};
    table = new MemorySignInTable();
    consent = openConsent(table);
    all = [CONTOSO];
    sent = [];
    beforeSending = () => undefined;
    afterSending = () => undefined;
    const run: HuntingClient['run'] = async (query, _signal, mayStillSend) => {
      await beforeSending();
      await mayStillSend?.();
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
    await allow(ownerOf({ ...CONTOSO, name: 'Other' }));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    await allow(ownerOf(CONTOSO));
    await hunt(CONTOSO, 'q', signal);
    assert.deepEqual(sent, ['q']);
  });

  test('an administrator closes it, for what was allowed and for the sample, too', async () => {
    await allow(ownerOf(CONTOSO));
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
    await allow(ownerOf(CONTOSO));
    beforeSending = () => consent.takeBack(ownerOf(CONTOSO));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    assert.deepEqual(sent, []);
  });

  test('taken back while the answer is on its way, the answer is not handed over', async () => {
    await allow(ownerOf(CONTOSO));
    afterSending = () => consent.takeBack(ownerOf(CONTOSO));
    await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
  });

  test('a connection that was removed, renamed or led elsewhere meanwhile sends nothing', async () => {
    await allow(ownerOf(CONTOSO));
    for (const now of [[], [{ ...CONTOSO, name: 'Renamed' }], [{ ...CONTOSO, cloud: 'gcc' as const }]]) {
      all = now;
      await assert.rejects(hunt(CONTOSO, 'q', signal), OFF);
    }
    assert.deepEqual(sent, []);
  });

  test('the permission goes with its connection, and does not come back with it', async () => {
    await allow(ownerOf(CONTOSO));
    const [before, renamed] = [ownerOf(CONTOSO), ownerOf({ ...CONTOSO, name: 'Renamed' })];
    await consent.forgetGone([before], [before, renamed]);
    assert.ok(await consent.isGiven(before));
    await consent.forgetGone([before], [renamed]);
    assert.ok(!(await consent.isGiven(before)));
  });

  test('the sample needs no permission, because it sends nothing', async () => {
    const sample = sampleConnection('Sample');
    all = [sample];
    const { rows } = await hunt(sample, 'CloudAppEvents', signal);
    assert.ok(rows > 10);
    assert.deepEqual(sent, []);
  });

  test('allowed in one window and refused in another at once, it is refused, whichever was faster', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'consent-'));
    const databases = [1, 2].map(() => openDatabase(folder, 'shared.db', SIGN_IN_SCHEMA));
    const [one, two] = databases.map((database) => openConsent(new SqliteSignInTable(database)));
    assert.ok(one !== undefined && two !== undefined);
    const owner = ownerOf(CONTOSO);
    // Both are asked, or the other one takes back what was given before.
    for (const before of ['nothing', 'given', 'taken back'] as const) {
      for (const faster of ['allow', 'refuse'] as const) {
        if (before !== 'nothing') await one.give(owner, await one.look(owner));
        if (before === 'taken back') await two.takeBack(owner);
        const seen = await one.look(owner);
        if (faster === 'allow') {
          assert.equal(await one.give(owner, seen), true);
          await two.takeBack(owner);
        } else {
          await two.takeBack(owner);
          assert.equal(await one.give(owner, seen), false);
        }
        assert.deepEqual([await one.isGiven(owner), await two.isGiven(owner)], [false, false], `${before} ${faster}`);
        // Asked anew, the person can allow it again.
        assert.ok(await two.give(owner, await two.look(owner)));
        assert.ok(await one.isGiven(owner));
        await one.forgetGone([owner], []);
      }
    }
    for (const database of databases) database.close();
    await rm(folder, { recursive: true });
  });

  test('a database that fails permits nothing; a refusal that was kept in memory holds when it is back', async () => {
    const broken = new HuntingConsent({
      get: () => Promise.reject(new Error('no database')),
      set: () => Promise.reject(new Error('no database')),
    });
    const seen = await broken.look('a');
    assert.deepEqual(seen, { isGiven: false, state: undefined });
    // "Turned off in another window" would not be true.
    await assert.rejects(broken.give('a', seen), /no database/u);
    await assert.rejects(broken.takeBack('a'));
    const [memory, file] = [new MemorySignInTable(), new MemorySignInTable()];
    file.setConsent('refused', 'given');
    file.setConsent('given', 'off x');
    memory.setConsent('refused', 'off y');
    memory.setConsent('given', 'given');
    memory.copyTo(file);
    assert.deepEqual([file.consent('refused'), file.consent('given')], ['off y', 'off x']);
  });
});
