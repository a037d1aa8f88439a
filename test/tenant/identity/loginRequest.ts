import { IncomingMessage } from 'node:http';
import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ORIGINAL_HOST } from '../recording.ts';
import type { DoorAnswer } from '../sendAnswer.ts';
import type { Credential } from './registration.ts';

/** A request to the sign-in service, with its body. */
export interface LoginRequest {
  readonly incoming: IncomingMessage;
  readonly method: string;
  /** Address with the host that the sender meant. */
  readonly url: URL;
  /** The form in its body; empty if it has none. */
  readonly form: URLSearchParams;
  readonly credential: Credential;
}

/** Reads a request. */
export async function readLoginRequest(incoming: IncomingMessage): Promise<LoginRequest> {
  const host = incoming.headers[ORIGINAL_HOST] ?? incoming.headers.host ?? 'localhost';
  const form = new URLSearchParams((await buffer(incoming)).toString('utf8'));
  return {
    incoming,
    method: incoming.method ?? '',
    url: new URL(incoming.url ?? '/', `https://${String(host)}`),
    form,
    credential: form.has('client_assertion') ? 'assertion' : form.has('client_secret') ? 'secret' : 'none',
  };
}

/** The changes to a request for the OpenID provider. */
export interface Translation {
  /** Path below the tenant's part, which is the provider's mount point. */
  readonly target: string;
  readonly mountPoint: string;
  readonly form: URLSearchParams;
  readonly cookie: string | undefined;
}

/** Creates the request for the provider. A new one is needed, because a body can be read only once. */
export function translated(request: LoginRequest, translation: Translation): IncomingMessage {
  const replay: IncomingMessage & { originalUrl?: string } = new IncomingMessage(request.incoming.socket);
  const body = Buffer.from(translation.form.toString());
  const headers = { ...request.incoming.headers, host: request.url.host };
  delete headers.cookie;
  replay.headers = {
    ...headers,
    ...(translation.cookie === undefined ? {} : { cookie: translation.cookie }),
    ...(headers['content-length'] === undefined ? {} : { 'content-length': String(body.length) }),
  };
  replay.method = request.method;
  replay.httpVersion = '1.1';
  replay.httpVersionMajor = 1;
  replay.httpVersionMinor = 1;
  // The provider derives the addresses in its answers from both, as it does when mounted in a web framework.
  replay.originalUrl = `${translation.mountPoint}${translation.target}`;
  replay.url = translation.target;
  replay.complete = true;
  if (request.method === 'POST') replay.push(body);
  replay.push(null);
  return replay;
}

/**
 * Runs the provider, which writes to Node's response itself, and returns what it wrote. The end is removed from the
 * response, so that delays, cuts and slow sending apply to its answers as to all others.
 */
export async function capture(response: ServerResponse, work: () => Promise<unknown>): Promise<DoorAnswer> {
  const end = response.end.bind(response);
  let body: Uint8Array = new Uint8Array();
  response.end = ((chunk?: string | Uint8Array) => {
    body = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk ?? body);
    return response;
  }) as typeof response.end;
  try {
    await work();
  } finally {
    response.end = end;
  }
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.getHeaders())) {
    headers[name] = typeof value === 'number' ? String(value) : (value ?? '');
    response.removeHeader(name);
  }
  return { status: response.statusCode, headers, body };
}
