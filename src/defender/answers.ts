import { scanJson } from '../evidence/decode/jsonRepair.ts';
import { LiveResponseError } from '../base/errors.ts';
import type { FailureValues } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import { readRetryAfter } from './retry.ts';
import { readServerFault } from './schema.ts';
import type { HttpAnswer } from './transport.ts';

/**
 * Pause after a 429 that says that the calls of the hour are used up, ms. After a shorter pause, the server would
 * refuse again.
 */
const HOUR_PAUSE_MS = 10 * 60_000;
/** Maximum size of an API answer, bytes. 10,000 actions take about 20 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** A JSON answer, as received and as parsed. */
export interface JsonAnswer {
  readonly text: string;
  /** The parsed JSON. Undefined if the text is empty. An object that fits no schema if the text is not JSON. */
  readonly body: unknown;
}

/**
 * Reads a complete JSON answer of the API.
 * @param host - named in the message that the user reads
 * @throws LiveResponseError `unexpectedAnswer` if the answer is too large; `incompleteAnswer` if a 200 contains only
 *   the beginning of JSON. If an intermediary truncates an answer, it can state the length of the truncated answer.
 *   Neither that length nor decompression then shows that the answer is incomplete
 */
export async function readJson(answer: HttpAnswer, host: string): Promise<JsonAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      answer.discard?.();
      throw new LiveResponseError('unexpectedAnswer', { path: '(size)', size });
    }
    chunks.push(chunk);
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  try {
    return { text, body: JSON.parse(text) };
  } catch {
    if (isCutOff(answer, text)) {
      throw new LiveResponseError('incompleteAnswer', { host, size });
    }
    return { text, body: text === '' ? undefined : { notJson: true } };
  }
}

/** Whether the answer ends in the middle of its JSON. An answer that states a length of 0 is complete. */
function isCutOff({ status, headers }: HttpAnswer, text: string): boolean {
  return status === 200 && headers['content-length'] !== '0' && scanJson(text).end === 'cut';
}

/**
 * Converts an API answer that is not a success into a LiveResponseError. The message shows `host` to the user. Only a
 * refusal by Defender itself can become an error about sign-in or permissions.
 */
export function toApiError(answer: HttpAnswer, body: unknown, host: string, now: number): LiveResponseError {
  const fault = readServerFault(body);
  const values: FailureValues = {
    status: answer.status,
    host,
    ...(fault === undefined ? {} : { serverCode: fault.code, serverMessage: fault.message }),
    ...(fault?.correlationId === undefined ? {} : { correlationId: fault.correlationId }),
  };
  if (answer.status === 429) {
    const named = readRetryAfter(answer.headers['retry-after'], now, answer.headers['date']);
    const hourSpent = (fault?.message ?? '').includes('per 01:00:00');
    // If the server gives no time, the ledger derives the time from the length of its last pause.
    const retryAt = named ?? (hourSpent ? now + HOUR_PAUSE_MS : undefined);
    return new LiveResponseError('rateLimited', { ...values, ...(retryAt === undefined ? {} : { retryAt }) });
  }
  const retryAt =
    answer.status === 503 ? readRetryAfter(answer.headers['retry-after'], now, answer.headers['date']) : undefined;
  if (!isDefenders(answer, body)) {
    return new LiveResponseError('notFromDefender', { status: answer.status, host });
  }
  const claims = answer.status === 401 ? readClaimsChallenge(answer.headers['www-authenticate']) : undefined;
  return new LiveResponseError(codeFor(answer.status, fault?.code ?? '', fault?.message ?? ''), {
    ...values,
    ...(claims === undefined ? {} : { claims }),
    ...(retryAt === undefined ? {} : { retryAt }),
  });
}

/**
 * Statuses that any intermediary can send. Without Defender's error envelope, such a status says nothing about
 * permissions in Defender.
 */
const ANYONES: ReadonlySet<number> = new Set([401, 403, 407, 451, 511]);

/**
 * Whether Defender itself sent a refusal. Defender's error envelope is `{"error":{"code","message"}}` (api-facts §5). A
 * 401 without the envelope counts if it asks for a bearer token: proxies do not ask for one, and the caller then renews
 * the token. A 403, 407, 451 or 511 without the envelope does not count. Any other 4xx counts if it has no body, and
 * does not count if its body is not an envelope. Server errors and redirections count too, because their messages name
 * the host.
 */
function isDefenders({ status, headers }: HttpAnswer, body: unknown): boolean {
  if ((readServerFault(body)?.code ?? '') !== '') return true;
  if (status === 401) return /(?:^|,)\s*bearer\b/iu.test(headers['www-authenticate'] ?? '');
  if (ANYONES.has(status)) return false;
  return status < 400 || status >= 500 || body === undefined;
}

/**
 * Returns the claims that conditional access demands in a token, as JSON. The header has this format:
 * `Bearer …, error="insufficient_claims", claims="<base64>"`.
 */
function readClaimsChallenge(header: string | undefined): string | undefined {
  const encoded = /\bclaims="([\w+/=-]+)"/u.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    JSON.parse(claims);
    return claims;
  } catch {
    return undefined;
  }
}

/**
 * Whether the message reports a missing license. The API would then refuse a renewed token too. Source: api-facts §5.
 */
function isLicenceMatter(message: string): boolean {
  return /Account mode is inactive|No Tvm license/iu.test(message);
}

function codeFor(status: number, serverCode: string, message: string): FailureCode {
  if (status === 401) return isLicenceMatter(message) ? 'licence' : 'notSignedIn';
  if (status === 403) return serverCode === 'DisabledFeature' ? 'featureDisabled' : 'missingPermission';
  if (status === 404) return 'notFound';
  if (status >= 300 && status < 400) return 'redirected';
  if (status >= 500) return 'serverError';
  return status >= 400 ? 'badRequest' : 'unexpectedAnswer';
}

/** Error codes of a 400 from the link call that report a faulty request: a wrong address or a wrong command index. */
const FAULTS_OF_OURS: ReadonlySet<string> = new Set(['ODataError', 'InvalidInput']);

/**
 * Whether the link call reports that a result does not exist, or does not exist yet. The API reports this with a 404,
 * or with a 400 while the command has not ended. A 400 that reports a faulty request does not count. Source: api-facts
 * §3.
 */
export function meansNoResult({ code, values }: LiveResponseError): boolean {
  if (code === 'notFound') return true;
  return code === 'badRequest' && values.status === 400 && !FAULTS_OF_OURS.has(values.serverCode ?? '');
}

/** Returns the error of a limit that only links to packages have met. */
export function ofPackages(values: FailureValues): LiveResponseError {
  return new LiveResponseError('rateLimited', { ...values, reason: 'package' });
}

/**
 * Returns the path of a link, relative to the API's base; undefined if the link leads to another base. A next link may
 * name the serving cluster instead of the requested host, and the token must not be sent to that cluster.
 */
export function pathBelow(link: string | undefined, apiUrl: string): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { href } = new URL(link);
  const base = new URL(apiUrl).href.replace(/\/$/u, '');
  return href.startsWith(`${base}/`) ? href.slice(base.length) : undefined;
}
