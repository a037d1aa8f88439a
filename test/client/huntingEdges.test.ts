import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, beforeEach, suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { LiveResponseError } from '../../src/base/errors.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { HUNTING_WINDOWS } from '../../src/defender/calls/ledger.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import type { Refusal } from '../../src/defender/client.ts';
import { createHuntingClient } from '../../src/defender/hunting/huntingClient.ts';
import type { HuntingClient, HuntingClientOptions } from '../../src/defender/hunting/huntingClient.ts';
import { createHuntingSender } from '../../src/defender/hunting/sendQuery.ts';
import { sessionsQuery } from '../../src/evidence/blocks/huntingQuery.ts';
import { fails, openStage, patience } from './localClient.ts';
import type { Stage } from './localClient.ts';

const QUERY = sessionsQuery(undefined, 30);

let stage: Stage;
let token: string;
before(async () => {
  stage = await openStage();
  token = await stage.tenant.mintAccessToken({ roles: ['ThreatHunting.Read.All'], audience: stage.tenant.graphUrl });
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** Creates the client as the extension does, with a budget of its own. */
function client(change: Partial<HuntingClientOptions> = {}): HuntingClient {
  return createHuntingClient({
    connection: 'Contoso',
    graphUrl: stage.tenant.graphUrl,
    getAccessToken: () => Promise.resolve(token),
    send: createHuntingSender(),
    budget: new QueuedBudget(createLocalLedger(systemClock, HUNTING_WINDOWS), systemClock),
    clock: systemClock,
    onCall: (record) => stage.records.push(record),
    ...change,
  });
}

suite('a hunting query whose parts fail', () => {
  test('what a sign-in throws is passed on as it is, and a service that throws is logged without its words', async () => {
    const lost = new Error('secret');
    await assert.rejects(
      client({ getAccessToken: () => Promise.reject(lost) }).run(QUERY, patience()),
      (error) => error === lost,
    );
    const bare = new LiveResponseError('notSignedIn');
    await assert.rejects(
      client({ getAccessToken: () => Promise.reject(bare) }).run(QUERY, patience()),
      (error) => error === bare,
    );
    await assert.rejects(
      client({ send: () => Promise.reject(lost) }).run(QUERY, patience()),
      (error) => error === lost,
    );
    assert.deepEqual(
      stage.records.map(({ outcome }) => outcome),
      ['unknown'],
    );
  });

  test('a pause that is too long to wait for is one of hunting queries', async () => {
    const budget = new QueuedBudget(createLocalLedger(systemClock, HUNTING_WINDOWS), systemClock);
    const retryAt = Date.now() + 600_000;
    await budget.refused(retryAt);
    await fails(client({ budget }).run(QUERY, patience()), stage, 'rateLimited', { reason: 'hunting', retryAt });
    const gone = AbortSignal.abort();
    await fails(client({ budget }).run(QUERY, gone), stage, 'cancelled');
    assert.equal(stage.tenant.recording.requests.length, 0);
  });

  test('an answer without an end is given up by its size; a ledger that fails does not take an answer away', async () => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (const chunk = new Uint8Array(1024 * 1024).fill(0x20); ;) yield await Promise.resolve(chunk);
    };
    const endless = client({ send: () => Promise.resolve({ status: 200, headers: {}, body: body() }) });
    await fails(endless.run(QUERY, patience()), stage, 'huntingRefused', { reason: 'size' });
    const calls = new QueuedBudget(createLocalLedger(systemClock, HUNTING_WINDOWS), systemClock);
    const budget = {
      ...{ refused: () => Promise.reject(new Error('locked')), usage: () => calls.usage() },
      take: async () => ({
        ...(await calls.take('click', patience())),
        end: () => Promise.reject(new Error('locked')),
      }),
    };
    assert.ok((await client({ budget }).run(QUERY, patience())).rows > 0);
  });

  test('claims that conditional access asks for go into the next token', async () => {
    const asked: (Refusal | undefined)[] = [];
    const claims = '{"access_token":{"acrs":{"value":"c1"}}}';
    const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
    const hunting = client({
      getAccessToken: (_signal, refusal) => {
        asked.push(refusal);
        return Promise.resolve(token);
      },
      send: () =>
        Promise.resolve({
          status: 401,
          headers: { 'www-authenticate': challenge },
          body: Readable.from([Buffer.from('{"error":{"code":"InvalidAuthenticationToken","message":"x"}}')]),
        }),
    });
    for (let tries = 0; tries < 2; tries++)
      await fails(hunting.run(QUERY, patience()), stage, 'huntingRefused', { reason: 'token' });
    assert.deepEqual(asked, [undefined, { token, reason: 'token', claims }]);
  });
});
