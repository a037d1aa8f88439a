import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { LedgerPort } from '../../src/defender/calls/budget.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createTenantClient } from '../../src/defender/tenantClient.ts';
import type { TenantClient } from '../../src/defender/tenantClient.ts';
import type { RecordedRequest } from '../tenant/recording.ts';
import { fails, openStage, PAGE, patience, until } from './localClient.ts';
import type { Stage } from './localClient.ts';

const WINDOW_MS = 1000;
let stage: Stage;
before(async () => {
  stage = await openStage({ limits: [{ limit: 3, milliseconds: WINDOW_MS, label: '00:01:00' }] });
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** Plans a 429 with this `Retry-After`. */
function tooMany(retryAfter: string | undefined, message = ''): void {
  stage.tenant.faults.add({
    door: 'api',
    action: {
      kind: 'answer',
      status: 429,
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
      body: JSON.stringify({ error: { code: '429', message, target: 'c0ffee' } }),
    },
  });
}

/** Returns the ms from the end of the first answer to the arrival of the next request. */
function gap([first, second]: readonly RecordedRequest[]): number {
  return (second?.at ?? Number.NaN) - (first?.endedAt ?? Number.NaN);
}

/**
 * Creates two clients for one application, as the extension creates them. `know` says whether they know that one was
 * refused.
 */
function twoClients(): { readonly one: TenantClient; readonly other: TenantClient; readonly know: () => boolean } {
  const local = createLocalLedger(systemClock);
  let known = false;
  const ledger: LedgerPort = {
    ...local,
    refused: async (until) => {
      const usage = await local.refused(until);
      known = true;
      return usage;
    },
  };
  const options = { apiUrl: stage.tenant.apiUrl, getAccessToken: () => Promise.resolve(stage.token) };
  return { one: createTenantClient(ledger, options), other: createTenantClient(ledger, options), know: () => known };
}

suite('the server refuses for a while', () => {
  test('its own count is met by waiting: every call succeeds in the end', async () => {
    const client = stage.client();
    const pages = await Promise.all(Array.from({ length: 5 }, () => client.listMachineActions(PAGE, patience())));
    assert.equal(pages.length, 5);
    const statuses = stage.tenant.recording.calls('list').map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 5);
    assert.ok(statuses.includes(429));
  });

  for (const [what, retryAfter] of [
    ['seconds', () => '1'],
    // HTTP dates have whole seconds: this one is one to two seconds away.
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ] as const) {
    test(`a Retry-After in ${what} is kept to`, async () => {
      tooMany(retryAfter());
      await stage.client().listMachineActions(PAGE, patience());
      assert.deepEqual(stage.heard(), ['list 429', 'list 200']);
      assert.ok(gap(stage.tenant.recording.requests) >= 950, `${gap(stage.tenant.recording.requests)} ms`);
    });
  }

  test('a refusal of one client holds back the other one of the same application', async () => {
    const { one, other, know } = twoClients();
    tooMany('1');
    const first = one.listMachineActions(PAGE, patience());
    // The server's answer is not enough: on a busy machine it may still be on its way to the client.
    await until(know);
    await Promise.all([
      first,
      other.getMachineAction('00000000-0000-4000-8000-000000000000', patience()).catch(() => undefined),
    ]);
    const kinds = stage.tenant.recording.requests.map(({ kind }) => kind).toSorted();
    assert.deepEqual(kinds, ['get', 'list', 'list']);
    assert.ok(gap(stage.tenant.recording.requests) >= 950);
  });

  test('a refusal for longer than two minutes is told at once, with its time', async () => {
    tooMany('600');
    const start = Date.now();
    const error = await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'rateLimited', {
      status: 429,
    });
    const wait = (error.values.retryAt ?? 0) - start;
    assert.ok(wait >= 600_000 && wait < 610_000, `${wait} ms`);
    assert.deepEqual(stage.heard(), ['list 429']);
  });

  test('an hour that is spent is no matter of seconds, also where no time is named', async () => {
    const message = 'API calls quota exceeded! maximum allowed 1500 per 01:00:00';
    tooMany(undefined, message);
    const error = await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'rateLimited', {
      serverMessage: message,
    });
    assert.ok((error.values.retryAt ?? 0) - Date.now() > 120_000);
    assert.deepEqual(stage.heard(), ['list 429']);
  });

  test('whoever waits for the time to pass can cancel', async () => {
    tooMany('60');
    const leaving = new AbortController();
    const waiting = stage.client().listMachineActions(PAGE, leaving.signal);
    waiting.catch(() => undefined);
    await until(() => stage.heard()[0] === 'list 429');
    leaving.abort();
    await fails(waiting, stage, 'cancelled');
    assert.deepEqual(stage.heard(), ['list 429']);
  });
});
