import { randomUUID } from 'node:crypto';
import type { SampleTenant } from '../../src/sample/api/sampleTenant.ts';
import type { DoorHandler } from './door.ts';
import { quotaMessage } from './rateLimit.ts';
import type { RateLimiter } from './rateLimit.ts';
import { callKind, splitTarget } from './recording.ts';
import type { DoorAnswer } from './sendAnswer.ts';
import type { TokenVerifier } from './verifyToken.ts';

/** The parts between the endpoint of Microsoft Graph and the tenant's behavior. */
export interface GraphServiceOptions {
  readonly sample: SampleTenant;
  readonly verify: TokenVerifier;
  readonly limiter: RateLimiter;
  readonly graphUrl: () => string;
}

/** Answers hunting queries like Microsoft Graph: checks method, path, token, permission and limit, then the query. */
export function createGraphService(options: GraphServiceOptions): DoorHandler {
  return async (incoming, _response, recorded) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks).toString();
    recorded.body = body;
    const call = callKind('graph', splitTarget(incoming.url ?? '/').path);
    if (call !== 'hunt') return graphError(404, 'ResourceNotFound', 'Resource not found for the segment.');
    if (incoming.method !== 'POST')
      return graphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed.');
    const verdict = await options.verify(incoming.headers.authorization, call);
    if ('refusal' in verdict) return asGraph(verdict.refusal);
    const refused = options.limiter.admit(verdict.caller.tenantId);
    if (refused !== undefined) {
      const seconds = Math.ceil(refused.waitMilliseconds / 1000);
      const answer = graphError(429, 'TooManyRequests', quotaMessage(refused.window));
      return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
    }
    const answer = options.sample.hunt(body, options.graphUrl());
    return { ...answer, body: Buffer.from(answer.body) };
  };
}

/** Gives a refusal of the API the envelope of Microsoft Graph, which has the request's id in `innerError`. */
function asGraph(refusal: DoorAnswer): DoorAnswer {
  const text = refusal.body instanceof Uint8Array ? Buffer.from(refusal.body).toString() : '{}';
  const { error } = JSON.parse(text) as { readonly error: { readonly code: string; readonly message: string } };
  const answer = graphError(refusal.status, error.code, error.message);
  return { ...answer, headers: { ...refusal.headers, ...answer.headers } };
}

function graphError(status: number, code: string, message: string): DoorAnswer {
  const id = randomUUID();
  const innerError = { date: new Date().toISOString().slice(0, 19), 'request-id': id, 'client-request-id': id };
  return {
    status,
    headers: { 'content-type': 'application/json', 'request-id': id, 'client-request-id': id },
    body: Buffer.from(JSON.stringify({ error: { code, message, innerError } })),
  };
}
