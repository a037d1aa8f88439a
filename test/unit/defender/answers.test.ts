import assert from 'node:assert/strict';
import type { LiveResponseError } from '../../../src/base/errors.ts';
import { suite, test } from 'node:test';
import { readJson, toApiError } from '../../../src/defender/answers.ts';
import { answer, failure } from './expected.ts';

const HOST = 'api.security.microsoft.com';
const NOW = Date.UTC(2026, 10, 23, 21, 4, 41);

function refusal(message: string, code = 'Unauthorized'): object {
  return { error: { code, message, target: '0d5e' } };
}

suite('reading an answer of the API', () => {
  test('chunks are put together before they are read, also within a character', async () => {
    const bytes = Buffer.from('{"value": "日本"}');
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    assert.deepEqual((await readJson(answer(200, chunks), HOST)).body, { value: '日本' });
  });

  test('what is no JSON fits no shape', async () => {
    for (const text of ['<html>', '{"value": [}', '{"value": 1} x', '{"a" 1']) {
      assert.deepEqual((await readJson(answer(200, text), HOST)).body, { notJson: true }, text);
    }
  });

  test('a 200 that is the beginning of JSON and no more was cut off', async () => {
    const whole = '{"value": [{"id": "\\u65e5 日", "index": -1.5e3, "done": true}, []]}';
    for (let length = 0; length < whole.length; length++) {
      const body = whole.slice(0, length);
      await assert.rejects(readJson(answer(200, body), HOST), failure('incompleteAnswer', { host: HOST }), body);
    }
    const bytes = Buffer.from(whole);
    await assert.rejects(readJson(answer(200, bytes.subarray(0, bytes.indexOf(0xe6) + 1)), HOST));
  });

  test('a 200 that is said to be empty is whole', async () => {
    assert.equal((await readJson(answer(200, '', { 'content-length': '0' }), HOST)).body, undefined);
  });

  test('a refusal says what it says by its status, with any body', async () => {
    assert.equal((await readJson(answer(502, ''), HOST)).body, undefined);
    assert.deepEqual((await readJson(answer(502, '{"error": {'), HOST)).body, { notJson: true });
  });

  test('an answer that does not end is given up and not kept', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      const megabyte = new Uint8Array(1024 * 1024);
      for (; sent < 1000; sent++) yield await Promise.resolve(megabyte);
    }
    await assert.rejects(
      readJson({ status: 200, headers: {}, body: endless() }, HOST),
      failure('unexpectedAnswer', { path: '(size)' }),
    );
    assert.ok(sent < 100, `${sent} MB were taken`);
  });
});

suite('the API says no', () => {
  for (const [status, code] of [
    [204, 'unexpectedAnswer'],
    [302, 'redirected'],
    [400, 'badRequest'],
    [401, 'notFromDefender'],
    [403, 'notFromDefender'],
    [407, 'notFromDefender'],
    [404, 'notFound'],
    [409, 'badRequest'],
    [500, 'serverError'],
    [502, 'serverError'],
    [503, 'serverError'],
    [504, 'serverError'],
  ] as const) {
    test(`${status} is ${code}`, () => {
      const error = toApiError(answer(status), undefined, HOST, NOW);
      assert.equal(error.code, code);
      assert.deepEqual(error.values, { status, host: HOST });
    });
  }

  test('its own words are kept verbatim, with the code and the correlation id', () => {
    const message =
      'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.';
    const error = toApiError(answer(403), refusal(message, 'Forbidden'), HOST, NOW);
    assert.deepEqual(error.values, {
      status: 403,
      host: HOST,
      serverCode: 'Forbidden',
      serverMessage: message,
      correlationId: '0d5e',
    });
  });

  test('a feature that is turned off is no missing permission', () => {
    const error = toApiError(answer(403), refusal('Live response is off.', 'DisabledFeature'), HOST, NOW);
    assert.equal(error.code, 'featureDisabled');
    assert.equal(error.values.serverMessage, 'Live response is off.');
    assert.equal(toApiError(answer(403), refusal('no', 'DisallowedOperation'), HOST, NOW).code, 'missingPermission');
  });

  for (const message of [
    'Unauthorized request - reason of failure: Account mode is inactive',
    'Unauthorized request - reason of failure: No Tvm license',
  ]) {
    test(`"${message}" is a licence matter that no new token helps`, () => {
      assert.equal(toApiError(answer(401), refusal(message), HOST, NOW).code, 'licence');
    });
  }

  test('a claims challenge is kept as it was meant, and anything else in its place is none', () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const challenge = (encoded: string): LiveResponseError =>
      toApiError(
        answer(401, '', {
          'www-authenticate': `Bearer realm="", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="${encoded}"`,
        }),
        refusal('expired'),
        HOST,
        NOW,
      );
    assert.equal(challenge(Buffer.from(claims).toString('base64')).values.claims, claims);
    assert.equal(challenge(Buffer.from('no json').toString('base64')).values.claims, undefined);
    assert.equal(challenge('').values.claims, undefined);
  });

  for (const [what, headers, message, seconds] of [
    ['seconds', { 'retry-after': '17' }, '', 17],
    ['a date', { 'retry-after': 'Mon, 23 Nov 2026 21:05:41 GMT' }, '', 60],
    ['nothing', {}, '', undefined],
    ['nothing about the minute', {}, 'API calls quota exceeded! maximum allowed 100 per 00:01:00', undefined],
    ['nothing about the hour', {}, 'API calls quota exceeded! maximum allowed 1500 per 01:00:00', 600],
    [
      'a date by a clock of its own',
      { date: 'Mon, 23 Nov 2026 20:04:41 GMT', 'retry-after': 'Mon, 23 Nov 2026 20:04:51 GMT' },
      '',
      10,
    ],
    ['a day', { 'retry-after': '86400' }, '', 3600],
    ['what cannot be read', { 'retry-after': 'later' }, '', undefined],
  ] as const) {
    test(`a 429 that says ${what} names ${seconds === undefined ? 'no time' : `a time in ${seconds} s`}`, () => {
      const error = toApiError(answer(429, '', headers), refusal(message, '429'), HOST, NOW);
      assert.equal(error.code, 'rateLimited');
      assert.equal(error.values.retryAt, seconds === undefined ? undefined : NOW + seconds * 1000);
    });
  }
});
