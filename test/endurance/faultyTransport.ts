import { LiveResponseError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failures.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../src/defender/transport.ts';
import { createSampleTransport, sampleApiUrl } from '../../src/sample/api/sampleTransport.ts';

/** A fault of the network: the nth request fails, and all after it if it lasts. */
export interface NetworkFault {
  readonly kind: string;
  readonly nth: number;
  readonly lasts: boolean;
}

/** The sample tenant behind a network that can fail, with a record of what reached the tenant. */
export interface FaultyNetwork {
  readonly transport: Transport;
  /** Requests that reached the API, as paths. */
  readonly calls: string[];
  /** Requests that reached the host of results, as paths. */
  readonly downloads: string[];
  /** Whether the fault happened. */
  readonly hasFired: () => boolean;
}

const lost = (code: FailureCode, systemCode: string) => (): never => {
  throw new LiveResponseError(code, { host: 'test', systemCode });
};

type Change = (answer: HttpAnswer) => HttpAnswer;

/** Failures before an answer, as `defender/http.ts` reports them: that mapping has tests of its own. */
const BEFORE: Readonly<Record<string, () => never>> = {
  reset: lost('connectionLost', 'ECONNRESET'),
  refused: lost('offline', 'ECONNREFUSED'),
  unknownHost: lost('unknownHost', 'ENOTFOUND'),
  timeout: lost('timeout', 'ETIMEDOUT'),
  certificate: lost('tls', 'CERT_HAS_EXPIRED'),
};

const status =
  (code: number): Change =>
  () => ({
    status: code,
    headers: { 'content-type': 'application/json', 'x-ms-request-id': '0', 'x-ms-version': '2020-06-12' },
    body: bytesOf('{"error":{"code":"Made","message":"by a test"}}'),
  });

/** Other answers than the tenant's. A 429 is left out: it makes the product wait for minutes, and has tests of its own. */
const INSTEAD: Readonly<Record<string, Change>> = {
  cutBody: (answer) => ({ ...answer, body: cut(answer.body, () => undefined) }),
  brokenBody: (answer) => ({ ...answer, body: cut(answer.body, lost('connectionLost', 'ECONNRESET')) }),
  403: status(403),
  404: status(404),
  500: status(500),
  503: status(503),
  page: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: bytesOf('<html>Sign in</html>') }),
};

/** Kinds of faults of the network. */
export const NETWORK_KINDS: readonly string[] = [...Object.keys(BEFORE), ...Object.keys(INSTEAD)];

/** Kinds after which the same request is worth another try: one of them must cost nothing but time. */
export const PASSING_KINDS: ReadonlySet<string> = new Set(['reset', 'timeout', 'cutBody', 'brokenBody', '503']);

/** Time of the sample tenant, ms since 1970. It stands still. */
export const STARTED_AT = Date.UTC(2026, 10, 23, 21);
const sample = createSampleTransport({ now: () => STARTED_AT, startedAt: STARTED_AT });

/** Puts a network with a fault before the sample tenant. */
export function openNetwork(fault?: NetworkFault): FaultyNetwork {
  const calls: string[] = [];
  const downloads: string[] = [];
  let count = 0;
  let fired = false;
  const through =
    (send: (request: HttpRequest) => Promise<HttpAnswer>, record: string[]) =>
    async (request: HttpRequest): Promise<HttpAnswer> => {
      count++;
      const isFault = fault !== undefined && (count === fault.nth || (fault.lasts && count > fault.nth));
      fired ||= isFault;
      if (isFault) BEFORE[fault.kind]?.();
      record.push(
        request.url.slice(request.url.startsWith(sampleApiUrl) ? sampleApiUrl.length : 0).split('?')[0] ?? '',
      );
      const answer = await send(request);
      return isFault ? (INSTEAD[fault.kind]?.(answer) ?? answer) : answer;
    };
  return {
    transport: { api: through(sample.api, calls), download: through(sample.download, downloads) },
    calls,
    downloads,
    hasFired: () => fired,
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

/** Ends a body after half of its first piece. */
async function* cut(body: AsyncIterable<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk.subarray(0, Math.floor(chunk.length / 2));
    break;
  }
  end();
}
