import axios from 'axios';
import type { AxiosInstance } from 'axios';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { LiveResponseError } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import type { HttpAnswer, HttpRequest, SendSignIn, Transport } from './transport.ts';

/** Longest time without data on the socket, ms. After it, the request fails. */
const IDLE_MS = 60_000;

const COMMON = {
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  timeout: IDLE_MS,
  validateStatus: () => true,
} as const;

/** Maximum size of an answer of the sign-in service, bytes. Real answers are many times smaller. */
const MAX_SIGN_IN_ANSWER = 1024 * 1024;

/**
 * Creates the sender for the sign-in service. It uses a separate axios instance. So no setting for the API reaches the
 * sign-in service, and no setting for the sign-in service reaches the API.
 */
export function createSignInSender(): SendSignIn {
  const instance = axios.create({ ...COMMON, responseType: 'text', maxContentLength: MAX_SIGN_IN_ANSWER });
  return async ({ method, url, headers, body, signal }) => {
    try {
      const answer = await instance.request<string>({ method, url, headers: { ...headers }, data: body, signal });
      return { status: answer.status, headers: lowerCaseHeaders(answer.headers), text: answer.data };
    } catch (error) {
      throw toLiveResponseError(error, new URL(url).host, signal);
    }
  };
}

/**
 * Creates the transport to the network, through axios.
 *
 * API and downloads use separate axios instances. An instance with a default bearer token would also send the token to
 * an absolute download link. `proxy: false` leaves proxies to VS Code, which patches Node's agents. Axios's own proxy
 * handling has leaked bearer tokens to a proxy in clear text.
 */
export function createHttpTransport(): Transport {
  const api = axios.create({ ...COMMON, responseType: 'stream' });
  // The hash must cover the stored bytes, so no layer may decompress them.
  const download = axios.create({ ...COMMON, responseType: 'stream', decompress: false });
  return {
    api: (request) => send(api, request),
    download: (request) =>
      send(download, { ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } }),
  };
}

/** A request whose answer is streamed. */
export interface StreamedRequest extends Omit<HttpRequest, 'method'> {
  readonly method: string;
  readonly data?: string | Buffer;
}

/**
 * Creates a sender with an axios instance of its own, for a service other than the Defender API.
 *
 * @param timeoutMs - longest time without data on the socket
 */
export function createStreamedSender(timeoutMs: number): (request: StreamedRequest) => Promise<HttpAnswer> {
  const instance = axios.create({ ...COMMON, responseType: 'stream', timeout: timeoutMs });
  return (request) => send(instance, request);
}

async function send(instance: AxiosInstance, request: StreamedRequest): Promise<HttpAnswer> {
  const { host } = new URL(request.url);
  try {
    const answer = await instance.request<Readable>({
      method: request.method,
      url: request.url,
      headers: request.headers,
      data: request.data,
      signal: request.signal,
    });
    return {
      status: answer.status,
      headers: lowerCaseHeaders(answer.headers),
      body: readBody(addAbortSignal(request.signal, answer.data), host, request.signal),
      discard: () => {
        // Without a listener, an abort in the same turn of the event loop would raise an unhandled error.
        answer.data.on('error', () => undefined);
        answer.data.destroy();
      },
    };
  } catch (error) {
    throw toLiveResponseError(error, host, request.signal);
  }
}

async function* readBody(stream: Readable, host: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw toLiveResponseError(error, host, signal);
  } finally {
    stream.destroy();
  }
}

function lowerCaseHeaders(headers: object): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') plain[name.toLowerCase()] = value;
    else if (Array.isArray(value)) plain[name.toLowerCase()] = value.join(', ');
  }
  return plain;
}

const CODES: readonly (readonly [RegExp, FailureCode])[] = [
  [/^(?:ENOTFOUND|EAI_\w+)$/u, 'unknownHost'],
  [/^(?:ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EADDRNOTAVAIL)$/u, 'offline'],
  [/^(?:ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/u, 'timeout'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/u, 'tls'],
];

/**
 * Converts an error of axios. The properties of an AxiosError contain the token and the link. So only the host and the
 * system's code are kept, and the error does not become a `cause`.
 */
function toLiveResponseError(error: unknown, host: string, signal: AbortSignal): LiveResponseError {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
    return new LiveResponseError(timedOut ? 'timeout' : 'cancelled', timedOut ? { host } : {});
  }
  const systemCode = hasCode(error) ? error.code : '';
  const code = CODES.find(([pattern]) => pattern.test(systemCode))?.[1] ?? 'connectionLost';
  return new LiveResponseError(code, { host, ...(systemCode === '' ? {} : { systemCode }) });
}

function hasCode(error: unknown): error is { readonly code: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
