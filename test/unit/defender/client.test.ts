import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { QueuedBudget } from '../../../src/defender/calls/budget.ts';
import { createDefenderClient } from '../../../src/defender/client.ts';
import type { CallRecord, DefenderClient, DefenderClientOptions } from '../../../src/defender/client.ts';
import { Download } from '../../../src/defender/download/download.ts';
import { MemorySink } from '../../../src/defender/download/downloadSink.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/defender/transport.ts';
import { answer, AZURE, failure, patience } from './expected.ts';
import { SimulatedClock } from './simulatedClock.ts';

const API = 'https://api.security.microsoft.com';
const LINK = 'https://a.blob.core.windows.net/c/b?sig=secret';
const EMPTY_PAGE = '{"value": []}';
const QUERY = { liveResponseOnly: true, top: 50, skip: 50 } as const;

/** Returns a 401 of the API without a body. */
const UNAUTHORIZED = (): HttpAnswer => answer(401, '', { 'www-authenticate': 'Bearer realm=""' });

/** Returns a 401 of the API. */
const REFUSED = (): HttpAnswer => answer(401, '{"error":{"code":"Unauthorized","message":"expired","target":"|api"}}');

interface Scene {
  readonly client: DefenderClient;
  readonly clock: SimulatedClock;
  readonly budget: QueuedBudget;
  readonly sent: HttpRequest[];
  readonly records: CallRecord[];
}

/** Creates a client whose requests are answered in turn; an error is thrown instead. */
function scene(answers: readonly (HttpAnswer | Error)[], options: Partial<DefenderClientOptions> = {}): Scene {
  const clock = new SimulatedClock();
  const budget = new QueuedBudget(createLocalLedger(clock), clock);
  const sent: HttpRequest[] = [];
  const records: CallRecord[] = [];
  const send = (request: HttpRequest): Promise<HttpAnswer> => {
    const next = answers[sent.length];
    sent.push(request);
    return next instanceof Error || next === undefined
      ? Promise.reject(next ?? new Error('asked too often'))
      : Promise.resolve(next);
  };
  const client = createDefenderClient({
    apiUrl: API,
    getAccessToken: (_signal, rejected) => Promise.resolve(rejected === undefined ? 'token 1' : 'token 2'),
    transport: { api: send, download: send },
    budget,
    clock,
    onCall: (record) => records.push(record),
    ...options,
  });
  return { client, clock, budget, sent, records };
}

suite('a page of the list', () => {
  for (const [what, nextLink] of [
    ['on the API host', `${API}/api/machineactions?$skiptoken=abc`],
    ['with a port that says nothing', `${API}:443/api/machineactions?$skiptoken=abc`],
  ] as const) {
    test(`a next link ${what} is followed as it is`, async () => {
      const { client, sent } = scene([answer(200, EMPTY_PAGE)]);
      await client.listMachineActions(QUERY, patience(), nextLink);
      assert.equal(sent[0]?.url, `${API}/api/machineactions?$skiptoken=abc`);
    });
  }

  for (const nextLink of [
    'https://api-us.securitycenter.windows.com/api/machineactions?$skip=50',
    'https://api.security.microsoft.com@evil.example/api/machineactions',
    'https://api.security.microsoft.com.evil.example/',
    'no address',
    '/api/machineactions?$skip=50',
  ]) {
    test(`the token does not go to ${JSON.stringify(nextLink)}: the page is asked for by its number`, async () => {
      const { client, sent } = scene([answer(200, EMPTY_PAGE)]);
      await client.listMachineActions(QUERY, patience(), nextLink);
      const url = new URL(sent[0]?.url ?? '');
      assert.equal(url.origin, API);
      assert.equal(url.searchParams.get('$skip'), '50');
    });
  }

  test('a next link below a base path of its own is followed as it is', async () => {
    const { client, sent } = scene([answer(200, EMPTY_PAGE)], { apiUrl: 'https://proxy.example/defender/' });
    const nextLink = 'https://proxy.example/defender/api/machineactions?$skiptoken=abc';
    await client.listMachineActions(QUERY, patience(), nextLink);
    assert.equal(sent[0]?.url, nextLink);
  });
});

suite('a call of the API', () => {
  test('a refusal is told with our own calls, once for each, and a ledger that fails does not take an answer away', async () => {
    const told: number[] = [];
    const clock = new SimulatedClock();
    const calls = new QueuedBudget(createLocalLedger(clock), clock);
    const { client, sent } = scene([answer(429, '', { 'retry-after': '5' }), answer(200, EMPTY_PAGE)], {
      clock,
      budget: {
        ...{ refused: (until) => calls.refused(until), usage: () => calls.usage() },
        take: async (priority, signal) => {
          const slot = await calls.take(priority, signal);
          return { ...slot, end: (answered) => slot.end(answered).then(() => Promise.reject(new Error('locked'))) };
        },
      },
      onRefused: (ownCalls) => told.push(ownCalls),
    });
    const { actions } = await clock.until(client.listMachineActions(QUERY, patience()));
    assert.deepEqual([actions, told, sent.length], [[], [1], 2]);
  });

  test('what a transport throws that is no error of ours is logged without its words', async () => {
    const { client, records } = scene([new Error('Bearer token 1')]);
    await assert.rejects(client.listMachineActions(QUERY, patience()));
    assert.deepEqual(
      records.map(({ outcome }) => outcome),
      ['unknown'],
    );
  });

  test('it carries the token in its header alone, and ids are encoded', async () => {
    const { client, sent } = scene([answer(200, JSON.stringify({ value: LINK }))]);
    await client.getResultLink('a/b?c#d', 3, patience());
    assert.equal(sent[0]?.url, `${API}/api/machineactions/a%2Fb%3Fc%23d/GetLiveResponseResultDownloadLink(index=3)`);
    assert.equal(sent[0].method, 'GET');
    assert.equal(sent[0].headers['authorization'], 'Bearer token 1');
  });

  test('a token that is refused is replaced once, and the repetition counts as a call', async () => {
    const { client, sent, budget } = scene([UNAUTHORIZED(), answer(200, EMPTY_PAGE)]);
    await client.listMachineActions(QUERY, patience());
    assert.deepEqual(
      sent.map(({ headers }) => headers['authorization']),
      ['Bearer token 1', 'Bearer token 2'],
    );
    assert.equal((await budget.usage()).minute, 2);
  });

  test('a token that is refused twice is the answer', async () => {
    const { client, sent } = scene([UNAUTHORIZED(), UNAUTHORIZED()]);
    await assert.rejects(client.listMachineActions(QUERY, patience()), failure('notSignedIn', { status: 401 }));
    assert.equal(sent.length, 2);
  });

  test('a licence matter asks for no other token', async () => {
    const body = JSON.stringify({ error: { code: 'Unauthorized', message: 'reason of failure: No Tvm license' } });
    const { client, sent } = scene([answer(401, body)]);
    await assert.rejects(client.listMachineActions(QUERY, patience()), failure('licence'));
    assert.equal(sent.length, 1);
  });

  test('a 429 holds back every other call for as long as the server says', async () => {
    const { client, clock, sent } = scene([
      answer(429, '', { 'retry-after': '40' }),
      answer(200, EMPTY_PAGE),
      answer(200, EMPTY_PAGE),
    ]);
    const start = clock.now();
    const one = client.listMachineActions(QUERY, patience());
    await clock.pass(10);
    const other = client.listMachineActions(QUERY, patience());
    await clock.pass(39_000);
    assert.equal(sent.length, 1);
    await clock.until(Promise.all([one, other]));
    assert.equal(sent.length, 3);
    assert.ok(clock.now() - start >= 40_000);
  });

  test('every attempt counts, and each is logged without its query', async () => {
    const { client, clock, budget, records } = scene([
      answer(503),
      new LiveResponseError('connectionLost'),
      answer(200, EMPTY_PAGE),
    ]);
    await clock.until(client.listMachineActions(QUERY, patience()));
    assert.equal((await budget.usage()).minute, 3);
    assert.deepEqual(
      records.map(({ door, target, outcome }) => [door, target, outcome]),
      [
        ['api', '/api/machineactions', 503],
        ['api', '/api/machineactions', 'connectionLost'],
        ['api', '/api/machineactions', 200],
      ],
    );
  });

  test('two minutes are the bound of all attempts: the one under way ends there', async () => {
    const clock = new SimulatedClock();
    let sent = 0;
    const send = async ({ signal }: HttpRequest): Promise<HttpAnswer> => {
      if (sent++ === 0) {
        // After the pause little more than a second of the two minutes is left.
        await clock.wait(118_200, signal);
        throw new LiveResponseError('connectionLost');
      }
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          const { reason } = signal as { reason: unknown };
          reject(
            new LiveResponseError(reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'cancelled'),
          );
        });
      });
    };
    const { client } = scene([], { clock, transport: { api: send, download: send } });
    const asked = client.listMachineActions(QUERY, patience());
    asked.catch(() => undefined);
    await clock.pass(119_000);
    assert.equal(sent, 2);
    // The deadline of an attempt is a real timer of Node, and only that timer can end this attempt.
    await assert.rejects(asked, failure('timeout'));
    assert.equal(sent, 2);
  });

  test('waiting for a slot is not part of it: what failed in passing is asked again', async () => {
    const clock = new SimulatedClock();
    const budget = new QueuedBudget(createLocalLedger(clock), clock);
    await budget.refused(clock.now() + 600_000);
    const { client, sent } = scene([answer(503), answer(200, EMPTY_PAGE)], { clock, budget });
    await clock.until(client.listMachineActions(QUERY, patience(), undefined, 'background'));
    assert.equal(sent.length, 2);
  });

  test('a signal that was aborted before sends nothing and counts as nothing', async () => {
    const { client, sent, budget } = scene([]);
    await assert.rejects(client.listMachineActions(QUERY, AbortSignal.abort()), failure('cancelled'));
    assert.equal(sent.length, 0);
    assert.equal((await budget.usage()).minute, 0);
  });

  test('whatever the token source throws, the error is one of ours', async () => {
    const { client } = scene([], { getAccessToken: () => Promise.reject(new Error('the keychain is locked')) });
    await assert.rejects(client.listMachineActions(QUERY, patience()), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, 'LiveResponseError');
      return true;
    });
  });
});

suite('a download', () => {
  test('it carries no token, counts as no call, and is logged by its host alone', async () => {
    const { client, sent, budget, records } = scene([
      answer(200, JSON.stringify({ value: LINK })),
      answer(200, 'x', { ...AZURE, 'content-length': '1' }),
    ]);
    const link = await client.getResultLink('a', 0, patience());
    await client.downloadResult(link, patience(), { maxBytes: 10 }, new Download(new MemorySink()));
    assert.deepEqual(
      sent.slice(1).map(({ url, headers }) => ({ url, headers })),
      [{ url: LINK, headers: {} }],
    );
    assert.equal((await budget.usage()).minute, 1);
    assert.deepEqual([records[1]?.door, records[1]?.target], ['download', 'a.blob.core.windows.net']);
    assert.ok(!JSON.stringify(records).includes('secret'));
  });

  test('a foreign host rejects, and does not throw into the caller', async () => {
    const { client, sent } = scene([answer(200, JSON.stringify({ value: 'https://evil.example/?sig=secret' }))]);
    const link = await client.getResultLink('a', 0, patience());
    let downloading: Promise<unknown> = Promise.resolve();
    assert.doesNotThrow(() => {
      downloading = client.downloadResult(link, patience(), { maxBytes: 10 }, new Download(new MemorySink()));
      downloading.catch(() => undefined);
    });
    await assert.rejects(downloading, failure('foreignDownloadHost', { host: 'evil.example' }));
    assert.equal(sent.length, 1);
  });
});

suite('a token that cannot be renewed', () => {
  test('a sign-in service that fails in passing is asked again, and the API not with the refused token', async () => {
    let asked = 0;
    const { client, clock, sent } = scene([REFUSED(), answer(200, EMPTY_PAGE)], {
      getAccessToken: (_signal, refusal) => {
        if (refusal === undefined) return Promise.resolve('token 1');
        asked++;
        return asked === 1
          ? Promise.reject(new LiveResponseError('serverError', { host: 'login.example', status: 503 }))
          : Promise.resolve('token 2');
      },
    });
    await clock.until(client.listMachineActions(QUERY, patience()));
    assert.deepEqual(
      sent.map(({ headers }) => headers['authorization']),
      ['Bearer token 1', 'Bearer token 2'],
    );
  });

  test('one that stays down is what is told, and costs no further call', async () => {
    const { client, clock, sent } = scene([REFUSED()], {
      getAccessToken: (_signal, refusal) =>
        refusal === undefined
          ? Promise.resolve('token 1')
          : Promise.reject(new LiveResponseError('serverError', { host: 'login.example', status: 503 })),
    });
    const listing = client.listMachineActions(QUERY, patience());
    await assert.rejects(clock.until(listing), failure('serverError', { host: 'login.example', status: 503 }));
    assert.equal(sent.length, 1);
  });

  test('what the sign-in service said is kept beside what Defender said, and the connection is named', async () => {
    const { client, clock } = scene([REFUSED()], {
      connection: 'Contoso',
      getAccessToken: (_signal, refusal) =>
        refusal === undefined
          ? Promise.resolve('token 1')
          : Promise.reject(
              new LiveResponseError('notSignedIn', { reason: 'sessionEnded', serverCode: 'AADSTS700082' }),
            ),
    });
    await assert.rejects(
      clock.until(client.listMachineActions(QUERY, patience())),
      failure('notSignedIn', {
        connection: 'Contoso',
        reason: 'sessionEnded',
        serverCode: 'AADSTS700082',
        serverMessage: 'expired',
        correlationId: '|api',
      }),
    );
  });
});
