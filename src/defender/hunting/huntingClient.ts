import type { Clock } from '../../base/clock.ts';
import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import type { FailureValues } from '../../base/errors.ts';
import type { FailureCode } from '../../base/failures.ts';
import { readJson, toApiError } from '../answers.ts';
import type { Budget } from '../calls/budget.ts';
import type { DefenderClientOptions } from '../client.ts';
import type { HttpAnswer, SendHuntingQuery } from '../transport.ts';
import type { Refusal } from '../client.ts';
import { LONGEST_HUNT_MS } from './sendQuery.ts';

/** Rows that a hunting query found. */
export interface HuntingAnswer {
  /** The answer as received: JSON with the rows in `results`. */
  readonly text: string;
  /** When the answer arrived, ms since 1970 by the local clock. */
  readonly receivedAt: number;
}

/** Runs hunting queries. Each query is one POST that only reads. It is never repeated without a gesture. */
export interface HuntingClient {
  /**
   * Runs a query.
   *
   * @param query - in Kusto Query Language
   * @throws LiveResponseError `huntingRefused` with a reason, `rateLimited` with the reason `hunting`, `cancelled`, the
   *   failures of a sign-in, and those of the network
   */
  readonly run: (query: string, signal: AbortSignal) => Promise<HuntingAnswer>;
}

/** Parts of a hunting client. */
export interface HuntingClientOptions extends Pick<DefenderClientOptions, 'getAccessToken' | 'onCall'> {
  /** Name of the connection, for errors. */
  readonly connection: string;
  /** Address of Microsoft Graph, without a path. */
  readonly graphUrl: string;
  readonly send: SendHuntingQuery;
  readonly budget: Budget;
  readonly clock: Clock;
}

/** Creates the client for hunting queries. */
export function createHuntingClient(options: HuntingClientOptions): HuntingClient {
  const { connection, graphUrl, getAccessToken, send, budget, clock, onCall } = options;
  const { host } = new URL(graphUrl);
  // A POST is not repeated with another token. The next query gets one that differs.
  let refused: Refusal | undefined;

  const token = async (signal: AbortSignal): Promise<string> => {
    try {
      return await getAccessToken(signal, refused);
    } catch (error) {
      if (isLiveResponseError(error) && WANTS_CONSENT.has(error.values.reason ?? ''))
        throw new LiveResponseError('huntingRefused', { ...error.values, connection, reason: 'consent' });
      throw error;
    }
  };

  const sendOnce = async (query: string, bearer: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const start = clock.now();
    const record = (outcome: number | string): void => {
      onCall?.({ door: 'hunting', target: host, outcome, durationMs: clock.now() - start });
    };
    try {
      const answer = await send({ graphUrl, query, token: bearer, signal });
      record(answer.status);
      return answer;
    } catch (error) {
      record(isLiveResponseError(error) ? error.code : 'unknown');
      throw error;
    }
  };

  return {
    run: async (query, signal) => {
      const bearer = await token(signal);
      const slot = await budget.take('click', signal).catch((error: unknown) => {
        throw isLiveResponseError(error) && error.code === 'rateLimited' ? ofHunting(error.values) : error;
      });
      let isAnswered = false;
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_HUNT_MS)]);
        const answer = await sendOnce(query, bearer, deadline);
        const { text, body } = await readJson(answer, host);
        const receivedAt = clock.now();
        isAnswered = answer.status !== 429;
        if (answer.status === 200) {
          if (!hasRows(body)) throw new LiveResponseError('huntingRefused', { host, reason: 'answer' });
          refused = undefined;
          return { text, receivedAt };
        }
        const error = toApiError(answer, body, host, receivedAt);
        if (error.code === 'notSignedIn') {
          const { claims } = error.values;
          refused = { token: bearer, ...(claims === undefined ? {} : { claims }) };
        }
        if (error.code !== 'rateLimited') throw toRefusal(error, answer, connection);
        const { pausedUntil } = await budget.refused(error.values.retryAt);
        throw ofHunting({ ...error.values, retryAt: pausedUntil });
      } catch (error) {
        if (isLiveResponseError(error) && error.values.path === '(size)')
          throw new LiveResponseError('huntingRefused', { host, reason: 'size' });
        throw error;
      } finally {
        slot.end(isAnswered).catch(() => undefined);
      }
    },
  };
}

/** Reasons of a sign-in that gave no token for Microsoft Graph, and may give one after a consent. */
const WANTS_CONSENT: ReadonlySet<string> = new Set(['consentMissing', 'moreWanted']);

function hasRows(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}

/** Returns the error of a limit that only hunting queries have met. */
function ofHunting(values: FailureValues): LiveResponseError {
  return new LiveResponseError('rateLimited', { ...values, reason: 'hunting' });
}

/** Reasons of a refusal, by the code that the same answer of the Defender API has. */
const REASONS: Readonly<Partial<Record<FailureCode, string>>> = {
  notSignedIn: 'token',
  licence: 'token',
  missingPermission: 'permission',
  featureDisabled: 'permission',
  notFromDefender: 'notGraph',
  redirected: 'notGraph',
  notFound: 'notGraph',
  badRequest: 'query',
  unexpectedAnswer: 'answer',
};

function toRefusal({ code, values }: LiveResponseError, answer: HttpAnswer, connection: string): LiveResponseError {
  const reason = REASONS[code];
  if (reason === undefined) return new LiveResponseError(code, values);
  const correlationId = values.correlationId ?? answer.headers['request-id'];
  // Seen in public reports: `Failed to resolve table or column expression named 'EmailEvents'.`
  const message = values.serverMessage?.toLowerCase() ?? '';
  const hasNoTable = reason === 'query' && message.includes('resolve table') && message.includes('cloudappevents');
  return new LiveResponseError('huntingRefused', {
    ...values,
    connection,
    reason: hasNoTable ? 'noTable' : reason,
    ...(correlationId === undefined ? {} : { correlationId }),
  });
}
