import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Clock } from '../../base/clock.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from '../../base/errors.ts';
import type { FailureValues } from '../../base/errors.ts';
import type { FailureCode } from '../../base/failures.ts';
import { isSignInAddress } from '../signInHosts.ts';
import { readRetryAfter } from '../../defender/retry.ts';
import type { SendSignIn, SignInAnswer, SignInRequest } from '../../defender/transport.ts';

/**
 * A refusal of the sign-in service, in the service's codes. The service's sentence is not kept, because it contains
 * account names.
 */
export interface ServiceRefusal {
  /** OAuth's code, e.g. `invalid_grant`. */
  readonly error: string;
  readonly suberror: string | undefined;
  /** Entra's number, e.g. 50076 of AADSTS50076. */
  readonly aadsts: number | undefined;
  readonly correlationId: string | undefined;
  /** Claims that conditional access demands, as JSON. */
  readonly claims: string | undefined;
}

/**
 * Poll interval if the service gives none, ms. The interval also grows by this time after each "slow down". Source: RFC
 * 8628.
 */
const POLL_MS = 5_000;
/** Minimum poll interval, ms. If a service gave a shorter interval, we would poll it nearly without a pause. */
const MIN_POLL_MS = 1000;
/**
 * Maximum number of failed polls in a row during a sign-in with a device code. A single failure does not end the
 * sign-in, because the user is typing the code and would have to start again.
 */
const FAILED_POLLS = 3;
/**
 * Failures of the network, not of the sign-in. After such a failure, RFC 8628, section 3.5, demands a longer poll
 * interval.
 */
const PASSING: ReadonlySet<FailureCode> = new Set(['timeout', 'connectionLost', 'offline', 'serverError']);

export interface SignInNetworkOptions {
  readonly send: SendSignIn;
  readonly clock: Clock;
  /** Address of the sign-in service that the connection names. */
  readonly authority: string;
  readonly signal: AbortSignal;
  /** Longest time for a single answer, ms. */
  readonly answerMs: number;
  /**
   * Minimum poll interval for a device code, even if the service gives a shorter one, ms; {@link MIN_POLL_MS} by
   * default.
   */
  readonly minPollMs?: number;
}

/**
 * msal's network module for one operation. A request ends when the operation is cancelled, and it has a time limit.
 * msal's own client supports neither cancellation nor a time limit. It also follows redirects with the secret, and
 * accepts an empty answer as a token.
 *
 * This class also waits between two polls for a device code, because msal's own wait cannot be cancelled.
 */
export class SignInNetwork implements INetworkModule {
  readonly #send: SendSignIn;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #answerMs: number;
  readonly #authority: string;
  readonly #minPollMs: number;
  #pollMs = POLL_MS;

  /**
   * The failure that ended the operation in this class. It is kept, because msal wraps every error that this class
   * throws.
   */
  failure: LiveResponseError | undefined;
  /** The last refusal. It is kept, because msal's errors omit half of its fields. */
  refusal: ServiceRefusal | undefined;

  constructor({ send, clock, authority, signal, answerMs, minPollMs = MIN_POLL_MS }: SignInNetworkOptions) {
    this.#send = send;
    this.#clock = clock;
    this.#authority = authority;
    this.#minPollMs = minPollMs;
    this.#signal = signal;
    this.#answerMs = answerMs;
  }

  async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#answer(url, { method: 'GET', headers: options?.headers ?? {} });
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const body = options?.body ?? '';
    const polls = new URLSearchParams(body).has('device_code');
    for (let failed = 0; ;) {
      let answer: NetworkResponse<T>;
      try {
        answer = await this.#answer<T>(url, { method: 'POST', headers: options?.headers ?? {}, body });
      } catch (error) {
        if (!polls || !isLiveResponseError(error) || !PASSING.has(error.code) || failed === FAILED_POLLS) throw error;
        failed++;
        this.failure = undefined;
        await this.#failing(() => this.#clock.wait(this.#pollMs * 2 ** failed, this.#signal));
        continue;
      }
      failed = 0;
      const { error, interval } = fieldsOf(answer.body);
      if (typeof interval === 'number' && interval > 0) this.#pollMs = Math.max(interval * 1000, this.#minPollMs);
      if (error === 'slow_down') this.#pollMs += POLL_MS;
      else if (error !== 'authorization_pending') return answer;
      await this.#failing(() => this.#clock.wait(this.#pollMs, this.#signal));
    }
  }

  async #answer<T>(
    url: string,
    request: Pick<SignInRequest, 'method' | 'headers' | 'body'>,
  ): Promise<NetworkResponse<T>> {
    return this.#failing(async () => {
      const { host } = new URL(url);
      throwIfCancelled(this.#signal);
      // msal uses any endpoint that the service's metadata names, so each address is checked.
      if (!isSignInAddress(url, this.#authority)) {
        throw new LiveResponseError('signInFailed', { host, reason: 'foreignEndpoint' });
      }
      const { status, headers, text } = await this.#bounded(url, host, request);
      if (status >= 300 && status < 400) throw new LiveResponseError('redirected', { host, status });
      const body = parse(text);
      this.refusal = readRefusal(body ?? {});
      const correlationId = this.refusal?.correlationId;
      const values = { host, status, ...(correlationId === undefined ? {} : { correlationId }) };
      if (status === 429) throw busy(values, headers, this.#clock.now());
      if (status >= 500) throw new LiveResponseError('serverError', values);
      if (body === undefined) throw new LiveResponseError('signInFailed', { ...values, reason: 'notSignInService' });
      return { status, headers, body: body as T };
    });
  }

  async #bounded(
    url: string,
    host: string,
    request: Pick<SignInRequest, 'method' | 'headers' | 'body'>,
  ): Promise<SignInAnswer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort();
    }, this.#answerMs);
    try {
      return await this.#send({ ...request, url, signal: AbortSignal.any([this.#signal, deadline.signal]) });
    } catch (error) {
      throwIfCancelled(this.#signal);
      if (deadline.signal.aborted) throw new LiveResponseError('timeout', { host });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #failing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // The error comes from another bundle, so `instanceof` does not recognize it.
      if (isLiveResponseError(error)) this.failure = error;
      throw error;
    }
  }
}

function busy(values: FailureValues, headers: SignInAnswer['headers'], now: number): LiveResponseError {
  const retryAt = readRetryAfter(headers['retry-after'], now, headers['date']);
  return new LiveResponseError('signInFailed', {
    ...values,
    reason: 'busy',
    ...(retryAt === undefined ? {} : { retryAt }),
  });
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function readRefusal(body: object): ServiceRefusal | undefined {
  const fields = fieldsOf(body);
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const error = text('error');
  if (error === undefined) return undefined;
  const codes: unknown = fields['error_codes'];
  const [aadsts] = Array.isArray(codes) ? (codes as readonly unknown[]) : [];
  return {
    error,
    suberror: text('suberror'),
    aadsts: typeof aadsts === 'number' ? aadsts : readAadsts(text('error_description')),
    correlationId: text('correlation_id'),
    claims: text('claims'),
  };
}

/** Reads Entra's error number from Entra's sentence: `AADSTS50076: …` */
export function readAadsts(description: string | undefined): number | undefined {
  const digits = /AADSTS(\d{4,8})/u.exec(description ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
