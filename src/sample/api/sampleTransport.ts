import type { HttpAnswer, HttpRequest, SendHuntingQuery, Transport } from '../../defender/transport.ts';
import { checkSampleLink, mintSampleLink, sampleBlobUrl } from './blobLinks.ts';
import { sampleGraphUrl } from '../base/identifiers.ts';
import { createRandom } from '../base/random.ts';
import { createSampleTenant } from './sampleTenant.ts';

/** Base address of the sample's API. Its host is a name that no resolver knows (RFC 2606). */
export const sampleApiUrl = 'https://api.sample.invalid';

/** Inputs of the transport. */
export interface SampleTransportOptions {
  /** The tenant's clock, ms since 1970. */
  readonly now: () => number;
  /** Reference time of the data. See `SampleTenantOptions.startedAt`. */
  readonly startedAt: number;
}

const chunkSize = 64 * 1024;
/** Number of chunks between two pauses for the event loop. The pauses let a user cancel a large download. */
const chunksPerTurn = 16;

const encoder = new TextEncoder();

async function* inChunks(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = 0; chunk * chunkSize < bytes.length; chunk += 1) {
    if (chunk % chunksPerTurn === 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
    }
    signal.throwIfAborted();
    yield bytes.subarray(chunk * chunkSize, (chunk + 1) * chunkSize);
  }
}

/**
 * Returns the range of bytes that a `Range` header requests, without its end; undefined if the header has an unknown
 * format.
 */
function parseRange(
  header: string | undefined,
  length: number,
): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/u.exec(header ?? '') ?? [];
  if (from === undefined) {
    return undefined;
  }
  return { from: Number(from), to: to === undefined || to === '' ? length : Math.min(length, Number(to) + 1) };
}

function headerOf(request: HttpRequest, name: string): string | undefined {
  return Object.entries(request.headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Returns the error that a resolver gives for an unknown host. It is used for every address outside the sample. */
function unknownHost(url: URL): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${url.hostname}`), {
    code: 'ENOTFOUND',
    hostname: url.hostname,
  });
}

/**
 * Creates a {@link Transport} to the sample tenant, without network or sign-in. It generates no data before the first
 * request.
 */
export function createSampleTransport(options: SampleTransportOptions): Transport {
  const { now, startedAt } = options;
  const tenant = createSampleTenant({
    startedAt,
    now,
    mintLink: (blobName, fileName) => mintSampleLink(blobName, fileName, now()),
  });
  let answerCount = 0;

  const dated = (): Record<string, string> => ({ date: new Date(now()).toUTCString() });

  const api = async (request: HttpRequest): Promise<HttpAnswer> => {
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    if (url.origin !== sampleApiUrl) {
      throw unknownHost(url);
    }
    const { status, headers, body } = await tenant.answer({
      method: request.method,
      path: url.pathname,
      query: url.search.slice(1),
      apiUrl: sampleApiUrl,
    });
    request.signal.throwIfAborted();
    const bytes = encoder.encode(body);
    return {
      status,
      headers: { ...dated(), ...headers, 'content-length': String(bytes.length) },
      body: inChunks(bytes, request.signal),
    };
  };

  const blobAnswer = (
    request: HttpRequest,
    status: number,
    headers: Record<string, string>,
    bytes: Uint8Array,
  ): HttpAnswer => {
    answerCount += 1;
    return {
      status,
      headers: {
        'content-length': String(bytes.length),
        ...headers,
        server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
        'x-ms-request-id': createRandom(`blob request ${String(answerCount)}`).guid(),
        'x-ms-version': '2020-06-12',
        ...dated(),
      },
      body: inChunks(bytes, request.signal),
    };
  };
  const blobFailure = (
    request: HttpRequest,
    status: number,
    code: string,
    message: string,
    detail = '',
  ): HttpAnswer => {
    const stamp = `RequestId:${createRandom(`blob request ${String(answerCount + 1)}`).guid()}\nTime:${new Date(now()).toISOString().slice(0, 23)}0000Z`;
    // The XML begins with a BOM, as Azure sends it (api-facts §7).
    const xml = `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\n${stamp}</Message>${detail}</Error>`;
    return blobAnswer(
      request,
      status,
      { 'content-type': 'application/xml', 'x-ms-error-code': code },
      encoder.encode(xml),
    );
  };
  const refused = (request: HttpRequest, detail: string): HttpAnswer =>
    blobFailure(
      request,
      403,
      'AuthenticationFailed',
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
      `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>`,
    );

  const download = async (request: HttpRequest): Promise<HttpAnswer> => {
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    if (url.origin !== sampleBlobUrl) {
      throw unknownHost(url);
    }
    const link = checkSampleLink(url, now());
    if (link.kind === 'forged') {
      return refused(request, 'Signature did not match.');
    }
    if (link.kind === 'expired') {
      const expiry = Number.isNaN(link.expiry.getTime()) ? 'unreadable' : link.expiry.toUTCString();
      return refused(
        request,
        `Signature not valid in the specified time frame: Expiry [${expiry}] - Current [${new Date(now()).toUTCString()}]`,
      );
    }
    const blob = tenant.blob(link.blobName);
    if (blob === undefined) {
      return blobFailure(request, 404, 'BlobNotFound', 'The specified blob does not exist.');
    }
    // This pause for the event loop lets the view show progress before a large result is generated.
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    request.signal.throwIfAborted();
    const bytes = blob.bytes();
    const headers = {
      'content-type': 'application/octet-stream',
      'content-disposition': link.disposition,
      'accept-ranges': 'bytes',
      'x-ms-blob-type': 'BlockBlob',
      'last-modified': new Date(blob.lastModified).toUTCString(),
      etag: `"0x${createRandom(`etag ${blob.name}`).hex(15).toUpperCase()}"`,
    };
    const range = parseRange(headerOf(request, 'range'), bytes.length);
    if (range === undefined) {
      return blobAnswer(request, 200, headers, bytes);
    }
    if (range.from >= bytes.length || range.from >= range.to) {
      return blobFailure(
        request,
        416,
        'InvalidRange',
        'The range specified is invalid for the current size of the resource.',
      );
    }
    const contentRange = `bytes ${String(range.from)}-${String(range.to - 1)}/${String(bytes.length)}`;
    return blobAnswer(
      request,
      206,
      { ...headers, 'content-range': contentRange },
      bytes.subarray(range.from, range.to),
    );
  };

  return { api, download };
}

/** Creates a sender that answers hunting queries from the sample tenant. */
export function createSampleHunting({ now, startedAt }: SampleTransportOptions): SendHuntingQuery {
  const tenant = createSampleTenant({ startedAt, now, mintLink: () => '' });
  return ({ graphUrl, query, signal }) => {
    signal.throwIfAborted();
    if (graphUrl !== sampleGraphUrl) throw unknownHost(new URL(graphUrl));
    const { status, headers, body } = tenant.hunt(JSON.stringify({ Query: query }), graphUrl);
    return Promise.resolve({ status, headers, body: inChunks(encoder.encode(body), signal) });
  };
}
