import assert from 'node:assert/strict';
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
    assert.deepEqual(await readJson(answer(200, chunks)), { value: '日本' });
  });

  test('what is no JSON fits no shape', async () => {
    assert.deepEqual(await readJson(answer(200, '<html>')), { notJson: true });
    assert.equal(await readJson(answer(200, '')), undefined);
  });

  test('an answer that does not end is given up and not kept', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      const megabyte = new Uint8Array(1024 * 1024);
      for (; sent < 1000; sent++) yield await Promise.resolve(megabyte);
    }
    await assert.rejects(
      readJson({ status: 200, headers: {}, body: endless() }),
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
    [401, 'notSignedIn'],
    [403, 'missingPermission'],
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

  for (const message of [
    'Unauthorized request - reason of failure: Account mode is inactive',
    'Unauthorized request - reason of failure: No Tvm license',
  ]) {
    test(`"${message}" is a licence matter that no new token helps`, () => {
      assert.equal(toApiError(answer(401), refusal(message), HOST, NOW).code, 'licence');
    });
  }

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
