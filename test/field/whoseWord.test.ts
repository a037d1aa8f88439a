import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { DefenderClient } from '../../src/defender/client.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { LiveResponseError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failures.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import type { HttpAnswer } from '../../src/defender/transport.ts';
import { answer, failure, patience } from '../unit/defender/expected.ts';
import { SimulatedClock } from '../unit/defender/simulatedClock.ts';

const HOST = 'api.security.microsoft.com';
const QUERY = { liveResponseOnly: true, top: 50, skip: 0 } as const;
const LINK = 'https://automatedirstrprdeus.blob.core.windows.net/a/b?se=2027-01-01T00%3A00%3A00Z&sig=x';

interface Scene {
  readonly client: DefenderClient;
  readonly clock: SimulatedClock;
  readonly tokens: string[];
}

/** Creates a client whose calls all get the same answer, or these answers in turn. */
function scene(...answers: readonly (() => HttpAnswer)[]): Scene {
  const tokens: string[] = [];
  const send = ({ headers }: { headers: Readonly<Record<string, string>> }): Promise<HttpAnswer> => {
    tokens.push(headers['authorization'] ?? '');
    const next = answers[Math.min(tokens.length, answers.length) - 1];
    return next === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(next());
  };
  const clock = new SimulatedClock();
  const client = createDefenderClient({
    apiUrl: `https://${HOST}`,
    connection: 'Contoso',
    getAccessToken: (_signal, refusal) => Promise.resolve(refusal === undefined ? 'first' : 'second'),
    transport: { api: send, download: send },
    clock,
  });
  return { client, clock, tokens };
}

async function failureOf(work: Promise<unknown>): Promise<LiveResponseError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isLiveResponseError(error), 'it has not failed with an error of ours');
  return error;
}

const PAGE =
  '<!DOCTYPE html><html><body><h1>Access denied</h1><a href="https://evil.example">Sign in</a></body></html>';
const HTML = { 'content-type': 'text/html' };
const STATUSES = [400, 401, 402, 403, 404, 405, 407, 451, 500, 502, 503, 511] as const;
const BODIES: Readonly<Record<string, (status: number) => HttpAnswer>> = {
  "Defender's envelope": (status) =>
    answer(status, '{"error":{"code":"Forbidden","message":"its words","target":"1"}}'),
  HTML: (status) => answer(status, PAGE, HTML),
  empty: (status) => answer(status),
  'plain text': (status) => answer(status, 'Access denied by policy', { 'content-type': 'text/plain' }),
  '{"statusCode","message"}': (status) => answer(status, JSON.stringify({ statusCode: status, message: 'denied' })),
};
/** Failures that concern the user, and lead to signing in or to an administrator. */
const PERSONAL: ReadonlySet<FailureCode> = new Set(['notSignedIn', 'missingPermission', 'licence', 'featureDisabled']);

suite('W1: whose word it is', () => {
  for (const status of STATUSES) {
    for (const [body, make] of Object.entries(BODIES)) {
      test(`${status}, ${body}`, async () => {
        const { client, clock } = scene(() => make(status));
        const error = await failureOf(clock.until(client.listMachineActions(QUERY, patience())));
        const isDefenders = body === "Defender's envelope";
        if (isDefenders) {
          assert.notEqual(error.code, 'notFromDefender');
          assert.equal(error.values.serverMessage, 'its words');
          if (status === 401) assert.equal(error.code, 'notSignedIn');
          if (status === 403) assert.equal(error.code, 'missingPermission');
          return;
        }
        assert.ok(!PERSONAL.has(error.code), error.code);
        assert.equal(error.values.host, HOST);
        assert.equal(error.values.status, status);
        assert.equal(error.values.serverMessage, undefined, 'nobody vouches for these words');
        if ([401, 403, 407, 451, 511].includes(status)) assert.equal(error.code, 'notFromDefender');
        else if (status < 500) assert.equal(error.code === 'notFromDefender', body !== 'empty');
        else assert.equal(error.code, 'serverError');
      });
    }
  }

  for (const [what, body] of [
    ['an error that is a text', '{"error":"invalid_token"}'],
    ['an envelope without a code', '{"error":{"message":"denied"}}'],
    ['an envelope with a number', '{"error":{"code":403,"message":"denied"}}'],
    ['a list', '[{"error":{"code":"Forbidden"}}]'],
    ['an envelope that is cut off', '{"error":{"code":"Forbidden"'],
    ['null', 'null'],
  ] as const) {
    test(`403 with ${what} is nobody's word`, async () => {
      const { client } = scene(() => answer(403, body));
      await assert.rejects(client.listMachineActions(QUERY, patience()), failure('notFromDefender', { host: HOST }));
    });
  }

  test('a 403 from something in between asks for no other token, and is not repeated', async () => {
    for (const status of [401, 403, 407] as const) {
      const { client, tokens } = scene(() => answer(status, PAGE, HTML));
      await assert.rejects(client.listMachineActions(QUERY, patience()), failure('notFromDefender'));
      assert.deepEqual(tokens, ['Bearer first'], status.toString());
    }
  });

  for (const challenge of [
    'Bearer realm=""',
    'bearer',
    'Negotiate, Bearer authorization_uri="https://login.example/"',
  ]) {
    test(`a 401 without a body that asks for ${challenge} is Defender's: the token is renewed once`, async () => {
      const refused = (): HttpAnswer => answer(401, '', { 'www-authenticate': challenge });
      const good = scene(refused, () => answer(200, '{"value":[]}'));
      await good.client.listMachineActions(QUERY, patience());
      assert.deepEqual(good.tokens, ['Bearer first', 'Bearer second']);
      const bad = scene(refused);
      await assert.rejects(bad.client.listMachineActions(QUERY, patience()), failure('notSignedIn', { status: 401 }));
      assert.equal(bad.tokens.length, 2);
    });
  }

  for (const challenge of ['Basic realm="bearer"', 'Negotiate', 'NTLM', 'Basic realm="a", Digest qop="auth"']) {
    test(`a 401 that asks for ${challenge} is a proxy's`, async () => {
      const { client, tokens } = scene(() => answer(401, '', { 'www-authenticate': challenge }));
      await assert.rejects(client.listMachineActions(QUERY, patience()), failure('notFromDefender', { status: 401 }));
      assert.equal(tokens.length, 1);
    });
  }

  test('a device search that a proxy refuses is no missing permission either', async () => {
    const { client } = scene(() => answer(403, PAGE, HTML));
    await assert.rejects(client.findMachines('dc', patience()), failure('notFromDefender', { host: HOST }));
  });
});

function envelope(status: number, code: string, message = 'The machine action is in progress.'): HttpAnswer {
  return answer(status, JSON.stringify({ error: { code, message, target: '1' } }));
}

suite('N2: the link call of a command that has not ended', () => {
  for (const code of ['BadRequest', 'MissingRequiredParameter', 'ActiveRequestAlreadyExists', '400', 'Unheard']) {
    test(`400 ${code} means that there is no result yet`, async () => {
      const { client } = scene(() => envelope(400, code));
      await assert.rejects(
        client.getResultLink('a', 0, patience()),
        failure('noResult', { status: 400, serverMessage: 'The machine action is in progress.' }),
      );
    });
  }

  test('400 without a body means so too, as 404 does', async () => {
    for (const make of [() => answer(400), () => answer(404), () => envelope(404, 'ResourceNotFound')]) {
      await assert.rejects(scene(make).client.getResultLink('a', 0, patience()), failure('noResult'));
    }
  });

  for (const code of ['ODataError', 'InvalidInput']) {
    test(`400 ${code} is a fault of the request`, async () => {
      const { client } = scene(() => envelope(400, code));
      await assert.rejects(client.getResultLink('a', -1, patience()), failure('badRequest', { serverCode: code }));
    });
  }

  test('400 or 404 of a proxy means nothing', async () => {
    for (const status of [400, 404]) {
      const { client } = scene(() => answer(status, PAGE, HTML));
      await assert.rejects(client.getResultLink('a', 0, patience()), failure('notFromDefender', { status }));
    }
  });

  test('400 to any other call is still a bad request', async () => {
    const { client } = scene(() => envelope(400, 'BadRequest'));
    await assert.rejects(client.getMachineAction('a', patience()), failure('badRequest'));
  });

  test('a young action is asked again after a 400, as after a 404, until the link is there', async () => {
    const { client, clock, tokens } = scene(
      () => envelope(400, 'BadRequest'),
      () => envelope(404, 'ResourceNotFound'),
      () => answer(200, JSON.stringify({ value: LINK })),
      () => answer(404),
    );
    const { fetchResult } = createResultFetcher(client, clock);
    const fetching = fetchResult('a', 0, patience(), { maxBytes: 10, actionCreatedAt: clock.now() });
    await assert.rejects(clock.until(fetching), failure('noResult', { reason: 'notStored' }));
    assert.equal(tokens.length, 4);
  });
});
