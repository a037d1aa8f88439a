import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { apiError } from './apiErrors.ts';
import { quotaMessage } from './rateLimit.ts';
import type { RateLimiter, Refusal } from './rateLimit.ts';
import { callKind, splitTarget } from './recording.ts';
import type { CallKind } from './recording.ts';
import type { DoorAnswer } from './sendAnswer.ts';
import type { TokenVerifier } from './verifyToken.ts';

/** Form of `Retry-After` in a 429. The real one may leave it out, or give an HTTP date. */
export type RetryAfter = 'seconds' | 'date' | 'none';

/** The parts between the API's endpoint and the tenant's behavior. */
export interface ApiServiceOptions {
  readonly sample: SampleTenant;
  readonly verify: TokenVerifier;
  readonly limiter: RateLimiter;
  /** Limiter of links to investigation packages. */
  readonly packageLimiter: RateLimiter;
  readonly retryAfter: RetryAfter;
  /** Known only once the endpoint is open. */
  readonly apiUrl: () => string;
}

const LIMITED: ReadonlySet<CallKind> = new Set(['list', 'get', 'link']);
const compress = promisify(gzip);

/**
 * Answers the API's requests: checks method, token, permission and limit, and then returns the sample tenant's answer.
 */
export function createApiService(options: ApiServiceOptions): (incoming: IncomingMessage) => Promise<DoorAnswer> {
  return async (incoming) => {
    const answer = await decide(options, incoming);
    const headers = {
      'request-context': `appId=${randomUUID()}`,
      'x-ms-request-id': randomUUID(),
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'cache-control': 'no-store',
      ...answer.headers,
    };
    return await encoded({ ...answer, headers }, incoming);
  };
}

async function decide(options: ApiServiceOptions, incoming: IncomingMessage): Promise<DoorAnswer> {
  const method = incoming.method ?? '';
  const { path, query } = splitTarget(incoming.url ?? '/');
  if (method !== 'GET') {
    return apiError(405, 'MethodNotAllowed', `The local tenant only answers GET, not ${method}.`, { allow: 'GET' });
  }
  const call = callKind('api', path);
  const verdict = await options.verify(incoming.headers.authorization, call);
  if ('refusal' in verdict) {
    return verdict.refusal;
  }
  const { appId, tenantId } = verdict.caller;
  const limiter = call === 'package' ? options.packageLimiter : LIMITED.has(call) ? options.limiter : undefined;
  const refused = limiter?.admit(`${appId} ${tenantId}`);
  if (refused !== undefined) {
    // The code is the number as a string, as in the real service.
    return apiError(429, '429', quotaMessage(refused.window), retryAfterHeader(options.retryAfter, refused));
  }
  const { status, headers, body } = await options.sample.answer({ method, path, query, apiUrl: options.apiUrl() });
  return { status, headers, body: Buffer.from(body) };
}

function retryAfterHeader(kind: RetryAfter, { waitMilliseconds }: Refusal): Record<string, string> {
  const seconds = Math.ceil(waitMilliseconds / 1000);
  switch (kind) {
    case 'seconds':
      return { 'retry-after': String(seconds) };
    case 'date':
      return { 'retry-after': new Date(Date.now() + seconds * 1000).toUTCString() };
    case 'none':
      return {};
  }
}

async function encoded(answer: DoorAnswer, incoming: IncomingMessage): Promise<DoorAnswer> {
  const asked = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(incoming.headers['accept-encoding'] ?? '');
  if (!asked || !(answer.body instanceof Uint8Array) || answer.body.length === 0) {
    return answer;
  }
  // A length in the sample's answer is that of the plain text.
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => name !== 'content-length'));
  return {
    status: answer.status,
    headers: { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    body: await compress(answer.body),
  };
}
