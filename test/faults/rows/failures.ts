import assert from 'node:assert/strict';
import { API_HOST, BLOB_HOST, CORRELATION_ID, failure, faults, OK, RETRY_AT } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { AZURE_HEADERS, atApi, atBlob, gapAfter, hastyTransport, refusal } from '../produce.ts';

const AGAIN = 'waits a moment of random length and asks again';
const GIVES_UP = 'asks four times within two minutes, then says so';
const LIMIT = 'API calls quota exceeded! maximum allowed 100 per 00:01:00';
const HOUR = 3_600_000;
const facts = { host: API_HOST, correlationId: CORRELATION_ID };

function serverErrors(status: number, code: string, message: string): readonly Fault[] {
  const base = { where: 'api', downloads: 1 } as const;
  return [
    {
      ...base,
      id: `${status}-once`,
      happens: `${status} once`,
      client: AGAIN,
      arrange: atApi(refusal(status, code, message)),
      ends: OK,
      apiCalls: 2,
    },
    {
      ...base,
      id: `${status}-for-ever`,
      happens: `${status} again and again`,
      client: GIVES_UP,
      arrange: atApi(refusal(status, code, message), Infinity),
      ends: failure('serverError', { ...facts, status, serverCode: code, serverMessage: message }),
      apiCalls: [1, 4],
      downloads: 0,
    },
  ];
}

/** Faults where the service has trouble of its own, or throttles the client. */
export const FAILURES = faults([
  {
    id: '500',
    happens: '500 InternalServerError',
    where: 'api',
    client: 'says so; it is not asked again',
    arrange: atApi(refusal(500, 'InternalServerError', 'Something went wrong.')),
    ends: failure('serverError', {
      ...facts,
      status: 500,
      serverCode: 'InternalServerError',
      serverMessage: 'Something went wrong.',
    }),
    apiCalls: 1,
    downloads: 0,
  },
  ...serverErrors(502, 'BadGateway', 'Bad gateway.'),
  ...serverErrors(503, 'ServiceUnavailable', 'The service is busy.'),
  ...serverErrors(504, 'GatewayTimeout', 'Upstream did not answer.'),
  {
    id: '503-retry-after',
    happens: '503 with `Retry-After: 4`',
    where: 'api',
    client: 'waits as long as it says, then asks again',
    arrange: atApi(refusal(503, 'ServiceUnavailable', 'The service is busy.', { 'retry-after': '4' })),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      assert.ok(gapAfter(stage, 0) * 20 >= 3900, `${gapAfter(stage, 0) * 20} ms`);
    },
  },
  {
    id: 'blob-503-once',
    happens: '503 of the blob host once',
    where: 'blob',
    client: 'asks again with the same link',
    arrange: atBlob({ kind: 'answer', status: 503, headers: AZURE_HEADERS }),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
  },
  {
    id: 'blob-503-for-ever',
    happens: '503 of the blob host again and again',
    where: 'blob',
    client: 'asks four times with the same link, then says so',
    arrange: atBlob({ kind: 'answer', status: 503, headers: AZURE_HEADERS }, Infinity),
    ends: failure('serverError', { host: BLOB_HOST, status: 503 }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'api-silent',
    happens: 'the API takes the request and never answers',
    where: 'api',
    client: 'ends the call at its deadline (100 s; 0.3 s in this test), asks again, at most four times',
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'api', times: Infinity, holdMs: 60_000 });
    },
    options: () => ({ transport: hastyTransport(300) }),
    ends: failure('timeout', { host: API_HOST }),
    apiCalls: [2, 4],
    downloads: 0,
  },
  {
    id: 'api-drip',
    happens: 'the API’s answer trickles in and does not end',
    where: 'api',
    client: 'ends the call at its deadline (100 s; 0.3 s in this test), asks again',
    arrange: atApi({ kind: 'drip', bytesPerSecond: 100 }),
    options: () => ({ transport: hastyTransport(300) }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: '429-seconds',
    happens: '429 with `Retry-After: 4`',
    where: 'api',
    client: 'nobody on this machine calls before that time; then it asks again',
    arrange: atApi(refusal(429, '429', LIMIT, { 'retry-after': '4' })),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      const waited = gapAfter(stage, 0) * 20;
      // Seconds, and not the minute that a spent quota would take.
      assert.ok(waited >= 3900 && waited < 30_000, `${waited} ms`);
    },
  },
  {
    id: '429-date',
    happens: '429 with `Retry-After` as an HTTP date',
    where: 'api',
    client: 'nobody on this machine calls before that time; then it asks again',
    arrange: ({ tenant }) => {
      const date = new Date(Date.now() + 8000).toUTCString();
      tenant.faults.add({ door: 'api', action: refusal(429, '429', LIMIT, { 'retry-after': date }) });
    },
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      // `Retry-After` has whole seconds, and the client's clock has run on before the call.
      assert.ok(gapAfter(stage, 0) * 20 >= 2000, `${gapAfter(stage, 0) * 20} ms`);
    },
  },
  ...[HOUR, -HOUR].map((skew): Fault => ({
    id: `429-date-clock-${skew > 0 ? 'ahead' : 'behind'}`,
    happens: `429 with an HTTP date, and this machine’s clock is an hour ${skew > 0 ? 'ahead' : 'behind'}`,
    where: 'this machine',
    client: 'reads the date against the answer’s own `Date`; waits as long as is meant',
    skew,
    arrange: ({ tenant }) => {
      const date = new Date(Date.now() + 8000).toUTCString();
      tenant.faults.add({ door: 'api', action: refusal(429, '429', LIMIT, { 'retry-after': date }) });
    },
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      assert.ok(gapAfter(stage, 0) * 20 >= 6500, `${gapAfter(stage, 0) * 20} ms`);
    },
  })),
  {
    id: '429-unnamed',
    happens: '429 without `Retry-After`',
    where: 'api',
    client: 'waits 30 s (twice as long at each further one, up to 240 s), then asks again',
    arrange: atApi(refusal(429, '429', LIMIT)),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      assert.ok(gapAfter(stage, 0) * 20 >= 29_500, `${gapAfter(stage, 0) * 20} ms`);
    },
  },
  {
    id: '429-unnamed-for-ever',
    happens: '429 without `Retry-After`, again and again',
    where: 'api',
    client: 'waits 30 s, 60 s, …, and tells the time once two minutes would not be enough',
    arrange: atApi(refusal(429, '429', LIMIT), Infinity),
    ends: failure('rateLimited', {
      ...facts,
      status: 429,
      serverCode: '429',
      serverMessage: LIMIT,
      retryAt: RETRY_AT,
      ownCalls: 2,
    }),
    apiCalls: [2, 3],
    downloads: 0,
  },
  {
    id: '429-long',
    happens: '429 with `Retry-After: 600`',
    where: 'api',
    client: 'tells the time at once; no call before it',
    arrange: atApi(refusal(429, '429', LIMIT, { 'retry-after': '600' })),
    ends: failure('rateLimited', {
      ...facts,
      status: 429,
      serverCode: '429',
      serverMessage: LIMIT,
      retryAt: RETRY_AT,
      ownCalls: 1,
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '429-hour',
    happens: '429, and the message says that the hour is spent (`per 01:00:00`)',
    where: 'api',
    client: 'no short loop: pauses for ten minutes where no time is named, and tells it',
    arrange: atApi(refusal(429, '429', 'API calls quota exceeded! maximum allowed 1500 per 01:00:00')),
    ends: failure('rateLimited', {
      ...facts,
      status: 429,
      serverCode: '429',
      serverMessage: 'API calls quota exceeded! maximum allowed 1500 per 01:00:00',
      retryAt: RETRY_AT,
      ownCalls: 1,
    }),
    apiCalls: 1,
    downloads: 0,
  },
]);
