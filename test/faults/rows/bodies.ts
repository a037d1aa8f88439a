import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import { API_HOST, BLOB_HOST, failure, faults, OK } from '../fault.ts';
import { askLarge, atApi, atBlob, AZURE_HEADERS, headersOf, stored } from '../produce.ts';
import { SMALL } from '../stage.ts';
import type { Stage } from '../stage.ts';

const AGAIN = 'asks again';
const ONWARD = 'goes on where it broke off (`Range` and `If-Match`), through the same link';
const lostAtApi = failure('connectionLost', { host: API_HOST, systemCode: 'ECONNRESET' });

/** Asserts that the second request asked for the rest of the same blob. */
function resumed(stage: Stage): void {
  const { range, 'if-match': tag } = headersOf(stage, 'blob', 1);
  assert.match(range ?? '', /^bytes=\d+-$/u);
  assert.ok(tag !== undefined);
  assert.equal(stage.tenant.recording.at('blob')[1]?.status, 206);
}

/** Answers with other bytes of the same length, under the length and MD5 of the true ones. */
function forge(stage: Stage, times: number): void {
  const bytes = Buffer.from(stage.stored(SMALL));
  const md5 = createHash('md5').update(bytes).digest('base64');
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  stage.tenant.faults.add({ door: 'blob', times, action: stored(bytes, { 'content-md5': md5 }) });
}

/** Faults where the answer breaks off, is slow, or does not match its headers. */
export const BODIES = faults([
  {
    id: 'api-reset-before',
    happens: 'the connection is reset before the answer',
    where: 'api',
    client: AGAIN,
    arrange: atApi({ kind: 'reset' }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'api-reset-middle',
    happens: 'the connection is reset in the middle of the answer',
    where: 'api',
    client: AGAIN,
    arrange: atApi({ kind: 'resetMidBody', afterBytes: 20 }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'api-reset-for-ever',
    happens: 'the connection is reset again and again',
    where: 'api',
    client: 'asks four times, then says so',
    arrange: atApi({ kind: 'reset' }, Infinity),
    ends: lostAtApi,
    apiCalls: 4,
    downloads: 0,
  },
  {
    id: 'api-truncated',
    happens: 'the answer ends early; its length tells',
    where: 'api',
    client: AGAIN,
    arrange: atApi({ kind: 'truncate', afterBytes: 20, promised: true }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'api-truncated-silently',
    happens: 'the answer ends early under a length that fits: half a JSON',
    where: 'api',
    client: AGAIN,
    arrange: atApi({ kind: 'truncate', afterBytes: 20, promised: false }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'api-truncated-for-ever',
    happens: 'half a JSON, again and again',
    where: 'api',
    client: 'guesses nothing: asks four times, then says so',
    arrange: atApi({ kind: 'truncate', afterBytes: 20, promised: false }, Infinity),
    ends: failure('incompleteAnswer', { host: API_HOST, size: 20 }),
    apiCalls: 4,
    downloads: 0,
  },
  {
    id: 'api-length-too-large',
    happens: 'the answer’s length promises more than comes',
    where: 'api',
    client: AGAIN,
    arrange: atApi({ kind: 'contentLength', announced: 1_000_000 }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'blob-reset-before',
    happens: 'the connection is reset before the answer',
    where: 'blob',
    client: 'asks again with the same link',
    arrange: atBlob({ kind: 'reset' }),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
  },
  {
    id: 'blob-reset-middle',
    happens: 'the connection is reset in the middle of the result',
    where: 'blob',
    client: ONWARD,
    arrange: atBlob({ kind: 'resetMidBody', afterBytes: 1000 }),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
    check: resumed,
  },
  {
    id: 'blob-reset-large',
    happens: 'the connection is reset twice in the middle of 14 MB',
    where: 'blob',
    client: ONWARD,
    arrange: atBlob({ kind: 'resetMidBody', afterBytes: 3_000_000 }, 2),
    ask: askLarge,
    ends: OK,
    apiCalls: 1,
    downloads: 3,
    check: (stage) => {
      resumed(stage);
      const sent = stage.tenant.recording.at('blob').reduce((sum, { bytesSent }) => sum + bytesSent, 0);
      // A reset discards the bytes that were sent and not yet read.
      assert.ok(sent < 20_500_000, `${sent} bytes`);
    },
  },
  {
    id: 'blob-reset-for-ever',
    happens: 'the connection is reset after 100 bytes, again and again',
    where: 'blob',
    client: 'goes on four times, then says so',
    arrange: atBlob({ kind: 'resetMidBody', afterBytes: 100 }, Infinity),
    ends: failure('connectionLost', { host: BLOB_HOST, systemCode: 'ECONNRESET' }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'blob-truncated',
    happens: 'the result ends early; its length tells',
    where: 'blob',
    client: ONWARD,
    arrange: atBlob({ kind: 'truncate', afterBytes: 1000, promised: true }),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
    check: resumed,
  },
  {
    id: 'blob-truncated-silently',
    happens: 'the result ends early under a length that fits; its `Content-MD5` tells',
    where: 'blob',
    client: 'throws the bytes away and begins anew',
    arrange: atBlob({ kind: 'truncate', afterBytes: 1000, promised: false }),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
    check: (stage) => {
      assert.equal(headersOf(stage, 'blob', 1)['range'], undefined);
    },
  },
  {
    id: 'blob-stored-truncated',
    happens: 'the result is cut off as it is stored: length and MD5 fit',
    where: 'blob',
    client: 'keeps the bytes, completes nothing, shows no output',
    arrange: () => undefined,
    ask: (stage, signal) => stage.fetch(scenarioRef('largeLogCut'), signal),
    ends: { kind: 'rejection', reason: 'truncated' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'blob-length-too-large',
    happens: 'the length promises more than there is',
    where: 'blob',
    client: 'asks for the missing rest; the host has none, so it begins anew',
    arrange: atBlob({ kind: 'contentLength', announced: 1_000_000 }),
    ends: OK,
    apiCalls: 1,
    downloads: [2, 3],
  },
  {
    id: 'blob-length-too-small',
    happens: 'the length promises less than there is; `Content-MD5` tells',
    where: 'blob',
    client: 'throws the bytes away and begins anew',
    arrange: atBlob({ kind: 'contentLength', announced: 1000 }),
    ends: OK,
    apiCalls: 1,
    downloads: [2, 3],
  },
  {
    id: 'blob-md5-once',
    happens: 'bytes that do not fit `Content-MD5`, once',
    where: 'blob',
    client: 'throws the bytes away and begins anew',
    arrange: (stage) => {
      forge(stage, 1);
    },
    ends: OK,
    apiCalls: 1,
    downloads: 2,
  },
  {
    id: 'blob-md5-resumed',
    happens: 'the result breaks off, and the rest that then comes does not fit the `Content-MD5` of the whole',
    where: 'blob',
    client: 'throws all away and begins anew',
    arrange: (stage) => {
      stage.tenant.faults.add({ door: 'blob', action: { kind: 'truncate', afterBytes: 1000, promised: true } });
      const bytes = stage.stored(SMALL);
      const headers = {
        ...AZURE_HEADERS,
        'content-range': `bytes 1000-${bytes.length - 1}/${bytes.length}`,
        'x-ms-blob-content-md5': createHash('md5').update(bytes).digest('base64'),
      };
      const body = Buffer.alloc(bytes.length - 1000, 'x');
      stage.tenant.faults.add({ door: 'blob', action: { kind: 'answer', status: 206, headers, body } });
    },
    ends: OK,
    apiCalls: 1,
    downloads: 3,
  },
  {
    id: 'blob-md5-for-ever',
    happens: 'bytes that do not fit `Content-MD5`, again and again',
    where: 'blob',
    client: 'begins four times, keeps nothing, then says so',
    arrange: (stage) => {
      forge(stage, Infinity);
    },
    ends: failure('incompleteDownload', { host: BLOB_HOST, size: 0 }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'blob-drip',
    happens: 'the result drips in, some bytes at a time',
    where: 'blob',
    client: 'waits: there is no deadline while bytes flow',
    arrange: atBlob({ kind: 'drip', bytesPerSecond: 6000 }),
    ends: OK,
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'blob-too-slow',
    happens: 'less than 1 kB/s for a minute (a second in this test)',
    where: 'network',
    client: 'gives up after a minute, goes on once where it broke off, then says so',
    speed: 60,
    arrange: atBlob({ kind: 'drip', bytesPerSecond: 60 * 500 }, Infinity),
    ask: (stage, signal) => askLarge(stage, signal),
    ends: failure('timeout', { host: BLOB_HOST }),
    apiCalls: 1,
    downloads: 2,
    check: async (stage) => {
      await stage.allClosed();
    },
  },
]);
