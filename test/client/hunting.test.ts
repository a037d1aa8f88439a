import assert from 'node:assert/strict';
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
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import { sessionsQuery } from '../../src/evidence/blocks/huntingQuery.ts';
import { describeFailure } from '../faults/words.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import { failureOf, fails, openStage, patience } from './localClient.ts';
import type { Stage } from './localClient.ts';

const QUERY = sessionsQuery(undefined, 30);
const WINDOW_MS = 1500;

let stage: Stage;
let token: string;
before(async () => {
  stage = await openStage({ huntingLimits: [{ limit: 4, milliseconds: WINDOW_MS, label: '00:01:00' }] });
  token = await graphToken();
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

function graphToken(roles: readonly string[] = ['ThreatHunting.Read.All']): Promise<string> {
  return stage.tenant.mintAccessToken({ roles, audience: stage.tenant.graphUrl });
}

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

/** Answers the next query with a status and a body. */
function answerNext(status: number, body: string): void {
  stage.tenant.faults.add({ door: 'graph', action: { kind: 'answer', status, body } });
}

/** Fails with `huntingRefused` for a reason. The sentence must match. */
async function isRefused(work: Promise<unknown>, reason: string, sentence: RegExp): Promise<void> {
  const error = await fails(work, stage, 'huntingRefused', { reason });
  assert.match(describeFailure(error).sentence, sentence);
}

suite('hunting queries', () => {
  test('one query is one POST to one address, with the query alone as its body; its rows come as they were sent', async () => {
    const { text } = await client().run(QUERY, patience());
    const [request, ...others] = stage.tenant.recording.requests;
    assert.equal(others.length, 0);
    assert.deepEqual(
      [request?.door, request?.method, request?.path, request?.query],
      ['graph', 'POST', '/v1.0/security/runHuntingQuery', ''],
    );
    assert.deepEqual(JSON.parse(request?.body ?? ''), { Query: QUERY });
    const records = readAuditExport(text)?.records ?? [];
    assert.equal(records.filter(({ kind }) => kind === 'console').length, 6);
    assert.ok(records.every(({ raw }) => text.includes(raw)));
    assert.deepEqual(
      stage.records.map(({ door, target, outcome }) => [door, target, outcome]),
      [['hunting', new URL(stage.tenant.graphUrl).host, 200]],
    );
  });

  test('an address with a path, a query or a name in it is asked at its root only', async () => {
    await client({ graphUrl: `${stage.tenant.graphUrl}/beta?x=1` }).run(QUERY, patience());
    assert.equal(stage.tenant.recording.requests[0]?.path, '/v1.0/security/runHuntingQuery');
    assert.equal(stage.tenant.recording.requests[0].query, '');
  });

  test('without the permission, the sentence names it, and Microsoft’s words and id are kept', async () => {
    const poor = await graphToken([]);
    const error = await fails(
      client({ getAccessToken: () => Promise.resolve(poor) }).run(QUERY, patience()),
      stage,
      'huntingRefused',
      { reason: 'permission', status: 403 },
    );
    assert.match(
      describeFailure(error).sentence,
      /refused "Contoso": it lacks the permission ThreatHunting\.Read\.All/u,
    );
    assert.match(error.values.serverMessage ?? '', /API required roles: ThreatHunting\.Read\.All/u);
    assert.match(error.values.correlationId ?? '', /^[\da-f-]{36}$/u);
    assert.ok(describeFailure(error).steps.includes('copyCorrelationId'));
  });

  test('a tenant without the table says what is not on; another query that is refused keeps the server’s words', async () => {
    const refusal = (message: string): string => JSON.stringify({ error: { code: 'BadRequest', message } });
    answerNext(400, refusal("'where' operator: Failed to resolve table or column expression named 'CloudAppEvents'."));
    await isRefused(client().run(QUERY, patience()), 'noTable', /Defender for Cloud Apps/u);
    await isRefused(client().run('Other\n| take 1', patience()), 'query', /did not accept .* named 'Other'/u);
  });

  test('a refused token is not sent again: the next query asks for another one', async () => {
    const expired = await stage.tenant.mintAccessToken({ audience: stage.tenant.graphUrl, expiresInSeconds: -60 });
    const asked: (Refusal | undefined)[] = [];
    const hunting = client({
      getAccessToken: (_signal, refusal) => {
        asked.push(refusal);
        return Promise.resolve(refusal === undefined ? expired : token);
      },
    });
    await isRefused(hunting.run(QUERY, patience()), 'token', /refused the access token of "Contoso"/u);
    assert.deepEqual(stage.heard(), ['hunt 401'], 'a POST is never repeated');
    await hunting.run(QUERY, patience());
    assert.deepEqual(asked, [undefined, { token: expired, reason: 'token' }]);
  });

  test('a permission that was granted after a refusal is in the token of the next try', async () => {
    const poor = await graphToken([]);
    const hunting = client({
      getAccessToken: (_signal, refusal) => Promise.resolve(refusal?.token === poor ? token : poor),
    });
    await isRefused(hunting.run(QUERY, patience()), 'permission', /try again: a new token is taken/u);
    await hunting.run(QUERY, patience());
    assert.deepEqual(stage.heard(), ['hunt 403', 'hunt 200']);
  });

  test('a tool that has only the refused token sends it again, and the words stay Microsoft’s', async () => {
    const poor = await graphToken([]);
    const hunting = client({
      getAccessToken: (_signal, refusal) =>
        refusal === undefined
          ? Promise.resolve(poor)
          : Promise.reject(new LiveResponseError('notSignedIn', { reason: 'rejected' })),
    });
    for (let tries = 0; tries < 2; tries++)
      await isRefused(hunting.run(QUERY, patience()), 'permission', /API required roles: ThreatHunting/u);
  });

  test('what must not be sent any more is not sent, although the token and the slot were waited for', async () => {
    const mayNot = (): Promise<void> => {
      throw new LiveResponseError('huntingRefused', { connection: 'Contoso', reason: 'off' });
    };
    await isRefused(client().run(QUERY, patience(), mayNot), 'off', /turned off for "Contoso"/u);
    assert.equal(stage.tenant.recording.requests.length, 0);
  });

  test('the token is asked for again after a wait for a slot; a slot that was not used does not count', async () => {
    const hour = { calls: 100, ms: 3_600_000 };
    const budget = new QueuedBudget(createLocalLedger(systemClock, [{ calls: 1, ms: 1500 }, hour]), systemClock);
    const asked: string[] = [];
    const patient = client({
      budget,
      getAccessToken: () => {
        // The token of the second query ends while that query waits for its slot.
        asked.push(asked.length === 1 ? 'ended' : token);
        return Promise.resolve(asked.at(-1) ?? '');
      },
    });
    await patient.run(QUERY, patience());
    await patient.run(QUERY, patience());
    assert.equal(stage.tenant.recording.requests.length, 2);
    assert.deepEqual(asked, [token, 'ended', token]);

    const strict = new QueuedBudget(createLocalLedger(systemClock, [{ calls: 1, ms: 600_000 }, hour]), systemClock);
    const other = client({ budget: strict });
    const off = new Error('off');
    const refuse = (): Promise<void> => {
      throw off;
    };
    await assert.rejects(other.run(QUERY, patience(), refuse), (error) => error === off);
    // Otherwise the only slot would be gone.
    await other.run(QUERY, patience());
    assert.equal(stage.tenant.recording.requests.length, 3);
  });

  test('a token of the Defender API, and one of another tenant, are refused', async () => {
    for (const wrong of [
      await stage.tenant.mintAccessToken({ roles: ['ThreatHunting.Read.All'] }),
      await stage.tenant.mintAccessToken({ audience: stage.tenant.graphUrl, tenantId: stage.tenant.clientId }),
    ]) {
      const work = client({ getAccessToken: () => Promise.resolve(wrong) }).run(QUERY, patience());
      await isRefused(work, 'token', /refused the access token/u);
    }
  });

  for (const [what, status, body, reason] of [
    ['a page of a proxy', 200, '<html>sign in</html>', 'answer'],
    ['JSON without rows', 200, '{"value":[]}', 'answer'],
    ['rows that are no list', 200, '{"results":{"0":{}}}', 'answer'],
    ['a refusal of a proxy', 403, '<html>blocked</html>', 'notGraph'],
    ['a redirection', 302, '', 'notGraph'],
    ['a tenant without hunting', 404, '{"error":{"code":"NotFound","message":"no"}}', 'notHere'],
    ['more rows than there can be', 200, `{"results":[${'1,'.repeat(200_000)}1]}`, 'answer'],
  ] as const) {
    test(`${what} gives no rows and says so`, async () => {
      answerNext(status, body);
      await isRefused(
        client().run(QUERY, patience()),
        reason,
        /Microsoft Graph|could not be read as the rows|no advanced hunting/u,
      );
      assert.equal(stage.tenant.recording.requests.length, 1);
    });
  }

  test('an answer that was cut is no answer', async () => {
    stage.tenant.faults.add({ door: 'graph', action: { kind: 'resetMidBody', afterBytes: 500 } });
    const error = await failureOf(client().run(QUERY, patience()), stage);
    assert.ok(['connectionLost', 'incompleteAnswer'].includes(error.code), error.code);
    answerNext(200, '{"schema":[],"results":[{"ActionType":"RunLiveResponseApi"');
    await fails(client().run(QUERY, patience()), stage, 'incompleteAnswer');
  });

  test('no failure repeats the POST: 500, 503, a cut connection', async () => {
    for (const action of [
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 503 },
      { kind: 'reset' },
    ] as const) {
      stage.clear();
      stage.tenant.faults.add({ door: 'graph', action });
      await failureOf(client().run(QUERY, patience()), stage);
      assert.equal(stage.tenant.recording.requests.length, 1, JSON.stringify(action));
    }
  });

  test('a spent limit names its own numbers, and pauses our queries until the server takes them again', async () => {
    const budget = new QueuedBudget(createLocalLedger(systemClock, HUNTING_WINDOWS), systemClock);
    const hunting = client({ budget });
    for (let sent = 0; sent < 4; sent++) await hunting.run(QUERY, patience());
    const error = await fails(hunting.run(QUERY, patience()), stage, 'rateLimited', { reason: 'hunting' });
    assert.match(describeFailure(error).sentence, /takes 45 hunting queries a minute/u);
    assert.equal(stage.heard().at(-1), 'hunt 429');
    const { pausedUntil } = await budget.usage();
    assert.equal(pausedUntil, error.values.retryAt);
    assert.ok(pausedUntil > Date.now());
  });

  test('our own count keeps the limit, so that the server need not refuse', async () => {
    const ledger = createLocalLedger(systemClock, [{ calls: 3, ms: WINDOW_MS }, HUNTING_WINDOWS[1]]);
    const hunting = client({ budget: new QueuedBudget(ledger, systemClock) });
    await Promise.all(Array.from({ length: 7 }, () => hunting.run(QUERY, patience())));
    const times = stage.tenant.recording.requests.map(({ at }) => at);
    assert.ok(mostWithin(WINDOW_MS, times) <= 3);
    assert.ok(stage.heard().every((line) => line === 'hunt 200'));
  });

  test('canceled, the query ends at once', async () => {
    stage.tenant.faults.add({ door: 'graph', action: { kind: 'drip', bytesPerSecond: 50 } });
    const controller = new AbortController();
    const work = client().run(QUERY, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    await fails(work, stage, 'cancelled');
  });

  test('what a sign-in lacks for Microsoft Graph is not told as a lack of Defender; other reasons keep their words', async () => {
    const failing = (code: 'signInFailed' | 'notSignedIn', reason: string): HuntingClient =>
      client({ getAccessToken: () => Promise.reject(new LiveResponseError(code, { connection: 'Contoso', reason })) });
    for (const reason of ['noDefenderHere', 'otherAudience'])
      await isRefused(
        failing('signInFailed', reason).run(QUERY, patience()),
        'noToken',
        /There is no token for localhost/u,
      );
    await isRefused(failing('notSignedIn', 'rejected').run(QUERY, patience()), 'token', /^Microsoft Graph refused/u);
    await fails(failing('notSignedIn', 'moreWanted').run(QUERY, patience()), stage, 'notSignedIn', {
      reason: 'moreWanted',
    });
    assert.equal(stage.tenant.recording.requests.length, 0);
  });

  test('a sign-in that wants a consent says for what; nothing is sent', async () => {
    const getAccessToken = (): Promise<string> =>
      Promise.reject(new LiveResponseError('signInFailed', { reason: 'consentMissing', serverCode: 'AADSTS65001' }));
    await isRefused(client({ getAccessToken }).run(QUERY, patience()), 'consent', /agree to ThreatHunting\.Read\.All/u);
    assert.equal(stage.tenant.recording.requests.length, 0);
  });
});
