import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { createHttpTransport } from '../../src/defender/http.ts';
import type { Transport } from '../../src/defender/transport.ts';
import type { FaultAction } from '../tenant/faults.ts';
import { CORRELATION_ID } from './fault.ts';
import { LARGE } from './stage.ts';
import type { Stage } from './stage.ts';

/** Creates a refusal in the API's own envelope. */
export function refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): FaultAction {
  const body = JSON.stringify({ error: { code, message, target: CORRELATION_ID } });
  return { kind: 'answer', status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** Makes the API endpoint do this, so many times. */
export function atApi(action: FaultAction, times = 1): (stage: Stage) => void {
  return ({ tenant }) => {
    tenant.faults.add({ door: 'api', times, action });
  };
}

/** Makes the blob host do this, so many times. */
export function atBlob(action: FaultAction, times = 1): (stage: Stage) => void {
  return ({ tenant }) => {
    tenant.faults.add({ door: 'blob', times, action });
  };
}

/** Combines the faults of several parts: the first at the API, the second at the blob host. */
export function both(...parts: readonly ((stage: Stage) => void)[]): (stage: Stage) => void {
  return (stage) => {
    for (const part of parts) part(stage);
  };
}

/** Headers that Azure sets on every answer of its own. */
export const AZURE_HEADERS = {
  'x-ms-request-id': '00000000-0000-4000-8000-000000000000',
  'x-ms-version': '2020-06-12',
} as const;

/** Creates an answer with these bytes, as the blob host would send them. */
export function stored(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): FaultAction {
  return { kind: 'answer', status: 200, headers: { ...AZURE_HEADERS, ...headers }, body };
}

/** Returns a few bytes that unpack to `megabytes`. */
export function bomb(megabytes: number): Uint8Array {
  const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  return Buffer.concat(Array.from({ length: Math.ceil(megabytes / 16) }, () => member));
}

/** Answers the link call with another link. */
export function answerLink(link: string): (stage: Stage) => void {
  return ({ tenant }) => {
    tenant.faults.add({
      door: 'api',
      call: 'link',
      action: {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ value: link }),
      },
    });
  };
}

/** Creates the network transport, but with every link altered on its way. */
export function tamperingTransport(): Transport {
  const { api, download } = createHttpTransport();
  return {
    api,
    download: (request) => download({ ...request, url: request.url.replace(/([?&])sp=[a-z]+/u, '$1sp=racwd') }),
  };
}

/** Creates the network transport with a deadline of `ms` for one request, in place of the real one of 100 s. */
export function hastyTransport(ms: number): Transport {
  const { api, download } = createHttpTransport();
  return {
    api: (request) => api({ ...request, signal: AbortSignal.any([request.signal, AbortSignal.timeout(ms)]) }),
    download,
  };
}

/** Fetches the large result. */
export async function askLarge(stage: Stage, signal: AbortSignal, maxBytes?: number): Promise<unknown> {
  const result = await stage.fetch(LARGE, signal, maxBytes === undefined ? {} : { maxBytes });
  assert.ok(Buffer.from(stage.stored(LARGE)).equals(result.bytes), 'the bytes differ');
  return result;
}

/** Returns the headers of the nth request at an endpoint, names in lower case. */
export function headersOf(stage: Stage, door: 'api' | 'blob', index: number): Record<string, string> {
  const request = stage.tenant.recording.at(door)[index];
  return Object.fromEntries((request?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Returns the ms between the end of one API call and the next call. */
export function gapAfter(stage: Stage, index: number): number {
  const calls = stage.tenant.recording.at('api');
  return (calls[index + 1]?.at ?? Number.NaN) - (calls[index]?.endedAt ?? Number.NaN);
}
