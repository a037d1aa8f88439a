import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { keepText } from '../secrets/runFolder.ts';

/** The header with the host that a request was meant for, where a test sends it here instead. */
export const ORIGINAL_HOST = 'x-original-host';

/** The services of a tenant. */
export type DoorName = 'api' | 'blob' | 'login' | 'graph';

/** The kinds of requests. */
export type CallKind =
  | 'list'
  | 'get'
  | 'link'
  | 'machine'
  | 'package'
  | 'hunt'
  | 'download'
  | 'discovery'
  | 'keys'
  | 'token'
  | 'authorize'
  | 'devicecode'
  | 'instance'
  | 'other';

/** The end of a request. `left`: the client closed the connection before the answer was complete. */
export type Outcome = 'open' | 'answered' | 'cut' | 'reset' | 'left' | 'failed';

/** One request as it arrived. Contains no token, no secret and no signature. */
export interface RecordedRequest {
  readonly door: DoorName;
  readonly kind: CallKind;
  /** ISO 8601 time of arrival. */
  readonly time: string;
  /** Arrival in monotonic milliseconds, for the time between calls. */
  readonly at: number;
  readonly method: string;
  /** The path as on the wire. Nothing is decoded, so a test sees whether `(index=0)` came literally. */
  readonly path: string;
  /** The query as on the wire, without `?`. A fingerprint replaces the signature. */
  readonly query: string;
  /** Headers with names in the sender's spelling and order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The host that the sender meant, with its port. A test may send a request for a cloud's host here. */
  readonly host: string;
  /** Present where the request had an Authorization header: its scheme, and the SHA-256 of the rest. */
  readonly authorization?: { readonly scheme: string; readonly sha256: string };
  /**
   * Fields of a request for a token or a device code: grant type, scope, client id and claims. `credential` says
   * whether it came with a secret, an assertion or none.
   */
  form?: Readonly<Record<string, string>>;
  /** Body of a hunting query. */
  body?: string;
  status?: number;
  /** End of the answer in monotonic milliseconds. */
  endedAt?: number;
  outcome: Outcome;
  /** Number of body bytes that were sent. */
  bytesSent: number;
  /** The kind of the fault that was applied. */
  fault?: string;
}

/** All requests that reached a tenant, in order of arrival. */
export interface Recording {
  readonly requests: readonly RecordedRequest[];
  /** Returns the requests of one kind. */
  readonly calls: (kind: CallKind) => readonly RecordedRequest[];
  readonly at: (door: DoorName) => readonly RecordedRequest[];
  /**
   * Returns the requests for a token, optionally of one grant type. The type is as on the wire, so `device_code` and
   * not its URN.
   */
  readonly tokenRequests: (grantType?: string) => readonly RecordedRequest[];
  /** Returns the requests to the API whose method is not GET: the product must never send one. */
  readonly writes: () => readonly RecordedRequest[];
  readonly clear: () => void;
  readonly begin: (door: DoorName, incoming: IncomingMessage) => RecordedRequest;
}

/** Creates an empty recording. */
export function createRecording(): Recording {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    calls: (kind) => requests.filter((request) => request.kind === kind),
    at: (door) => requests.filter((request) => request.door === door),
    tokenRequests: (grantType) =>
      requests.filter(
        ({ kind, form }) => kind === 'token' && (grantType === undefined || form?.['grant_type'] === grantType),
      ),
    writes: () => requests.filter((request) => request.door === 'api' && request.method !== 'GET'),
    clear: () => {
      keepText('recording.json', JSON.stringify(requests));
      requests.length = 0;
    },
    begin: (door, incoming) => {
      const request = record(door, incoming);
      requests.push(request);
      return request;
    },
  };
}

/** Splits a request target without decoding it. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Returns the kind of a request. */
export function callKind(door: DoorName, path: string): CallKind {
  if (door === 'blob') {
    return 'download';
  }
  const rules = { api: API_RULES, login: LOGIN_RULES, graph: GRAPH_RULES }[door];
  return rules.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}

// The first match counts. Case does not matter: the real API is an OData service of ASP.NET.
const API_RULES: readonly (readonly [RegExp, CallKind])[] = [
  [/^\/api(\/v1\.0)?\/machineactions\/[^/]+\/GetLiveResponseResultDownloadLink\b/i, 'link'],
  [/^\/api(\/v1\.0)?\/machineactions\/[^/]+\/getPackageUri$/i, 'package'],
  [/^\/api(\/v1\.0)?\/machineactions\/?$/i, 'list'],
  [/^\/api(\/v1\.0)?\/machineactions\/[^/]+\/?$/i, 'get'],
  [/^\/api(\/v1\.0)?\/machines(\/|$)/i, 'machine'],
];
const GRAPH_RULES: readonly (readonly [RegExp, CallKind])[] = [[/^\/v1\.0\/security\/runHuntingQuery$/, 'hunt']];
const LOGIN_RULES: readonly (readonly [RegExp, CallKind])[] = [
  [/\/\.well-known\/openid-configuration$/, 'discovery'],
  [/\/discovery\/v2\.0\/keys$/, 'keys'],
  [/\/oauth2\/v2\.0\/token$/, 'token'],
  [/\/oauth2\/v2\.0\/authorize$/, 'authorize'],
  [/\/oauth2\/v2\.0\/devicecode$/, 'devicecode'],
  [/\/discovery\/instance$/, 'instance'],
];

const SECRET_PARAMETER =
  /(^|[?&])(sig|code|state|client_secret|client_assertion|refresh_token|access_token|device_code|user_code|code_verifier)=([^&\s]*)/gi;
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

function record(door: DoorName, incoming: IncomingMessage): RecordedRequest {
  const { path, query } = splitTarget(incoming.url ?? '/');
  const raw = incoming.rawHeaders;
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    headers.push([name, headerValue(name, raw[index + 1] ?? '')]);
  }
  const authorization = incoming.headers.authorization;
  return {
    door,
    kind: callKind(door, path),
    time: new Date().toISOString(),
    at: performance.now(),
    method: incoming.method ?? '',
    path: withoutSecrets(path),
    query: withoutSecrets(query),
    headers,
    host: String(incoming.headers[ORIGINAL_HOST] ?? incoming.headers.host ?? ''),
    ...(authorization === undefined ? {} : { authorization: describeAuthorization(authorization) }),
    outcome: 'open',
    bytesSent: 0,
  };
}

function headerValue(name: string, value: string): string {
  if (/^(proxy-)?authorization$/i.test(name)) {
    const { scheme, sha256 } = describeAuthorization(value);
    return `${scheme} <sha256:${sha256}>`;
  }
  return /^cookie$/i.test(name) ? `<sha256:${hash(value)}>` : withoutSecrets(value);
}

function describeAuthorization(value: string): { scheme: string; sha256: string } {
  const space = value.indexOf(' ');
  return space < 0
    ? { scheme: '', sha256: hash(value) }
    : { scheme: value.slice(0, space), sha256: hash(value.slice(space + 1)) };
}

// A fingerprint instead of asterisks, so that a test can see whether a second link was really a new one.
function withoutSecrets(text: string): string {
  return text
    .replace(
      SECRET_PARAMETER,
      (_all, before: string, name: string, value: string) => `${before}${name}=<sha256:${hash(value).slice(0, 12)}>`,
    )
    .replace(JWT, (token) => `<token sha256:${hash(token)}>`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
