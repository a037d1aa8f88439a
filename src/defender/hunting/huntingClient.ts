import type { Clock } from '../../base/clock.ts';
import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import type { FailureValues } from '../../base/errors.ts';
import type { FailureCode } from '../../base/failures.ts';
import { readJson, toApiError } from '../answers.ts';
import type { Budget } from '../calls/budget.ts';
import { LONGEST_HUNT_MS } from '../calls/ledger.ts';
import type { DefenderClientOptions } from '../client.ts';
import type { HttpAnswer, SendHuntingQuery } from '../transport.ts';
import type { Refusal } from '../client.ts';

/** Rows that a hunting query found. */
export interface HuntingAnswer {
  /** The answer as received: JSON with the rows in `results`. */
  readonly text: string;
  /** Number of its rows, whatever they are. */
  readonly rows: number;
  /** When the answer arrived, ms since 1970: the later one of the local clock and the server's. */
  readonly receivedAt: number;
}

/** Runs hunting queries. Each query is one POST that only reads. It is never repeated without a gesture. */
export interface HuntingClient {
  /**
   * Runs a query.
   *
   * @param query - in Kusto Query Language
   * @param mayStillSend - called right before the query is sent, which can be minutes later; throws if it must not be
   * @throws LiveResponseError `huntingRefused` with a reason, `rateLimited` with the reason `hunting`, `cancelled`, the
   *   failures of a sign-in, and those of the network
   */
  readonly run: (query: string, signal: AbortSignal, mayStillSend?: () => Promise<void>) => Promise<HuntingAnswer>;
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
  // A POST is not repeated with another token. The next query gets one that differs: also after a missing permission,
  // because a token names the permissions of its time, and they may have been granted since.
  let refused: (Refusal & { readonly reason: string }) | undefined;

  const token = async (signal: AbortSignal, refusal: typeof refused): Promise<string> => {
    try {
      return await getAccessToken(signal, refusal);
    } catch (error) {
      if (!isLiveResponseError(error)) throw error;
      const { values } = error;
      // A command-line tool has only this token until it ends. Sent again, it is refused in Microsoft's own words.
      if (values.reason === 'rejected' && refusal?.reason === 'permission') return getAccessToken(signal);
      const reason = SIGN_IN_REASONS[values.reason ?? ''];
      throw reason === undefined
        ? error
        : new LiveResponseError('huntingRefused', { ...values, connection, host, reason });
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
    run: async (query, signal, mayStillSend) => {
      // A person may have to consent first, and must not hold a slot meanwhile.
      let bearer = await token(signal, refused);
      const askedAt = clock.now();
      const slot = await budget.take('click', signal).catch((error: unknown) => {
        throw isLiveResponseError(error) && error.code === 'rateLimited' ? ofHunting(error.values) : error;
      });
      let isSent = false;
      let isAnswered = false;
      try {
        // The token may have ended during a long wait, and a refused POST is not repeated.
        if (clock.now() - askedAt > TOKEN_STAYS_MS) bearer = await token(signal, undefined);
        await mayStillSend?.();
        isSent = true;
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_HUNT_MS)]);
        const answer = await sendOnce(query, bearer, deadline);
        const { text, body } = await readJson(answer, host);
        const receivedAt = clock.now();
        isAnswered = answer.status !== 429;
        if (answer.status === 200) {
          const rows = countRows(body);
          if (rows === undefined || rows > MOST_ROWS)
            throw new LiveResponseError('huntingRefused', { host, reason: 'answer' });
          refused = undefined;
          return { text, rows, receivedAt: Math.max(receivedAt, Date.parse(answer.headers['date'] ?? '') || 0) };
        }
        const error = toApiError(answer, body, host, receivedAt);
        if (error.code === 'notSignedIn' || error.code === 'missingPermission') {
          const { claims } = error.values;
          refused = { token: bearer, reason: TOKEN_REASONS[error.code], ...(claims === undefined ? {} : { claims }) };
        }
        if (error.code !== 'rateLimited') throw toRefusal(error, answer, connection);
        const { pausedUntil } = await budget.refused(error.values.retryAt);
        throw ofHunting({ ...error.values, retryAt: pausedUntil });
      } catch (error) {
        if (isLiveResponseError(error) && error.values.path === '(size)')
          throw new LiveResponseError('huntingRefused', { host, reason: 'size' });
        throw error;
      } finally {
        (isSent ? slot.end(isAnswered) : slot.giveBack()).catch(() => undefined);
      }
    },
  };
}

/** Wait for a slot after which the token is asked for again, ms. It comes from memory, unless it has ended. */
const TOKEN_STAYS_MS = 1000;

/** Largest number of rows that is taken: twice what the service says that it sends. */
const MOST_ROWS = 200_000;

/** Reasons why there is no token for Microsoft Graph, by those of a sign-in. Its other reasons say enough themselves. */
const SIGN_IN_REASONS: Readonly<Partial<Record<string, string>>> = {
  consentMissing: 'consent',
  rejected: 'token',
  // Without this, the words would be about Defender.
  noDefenderHere: 'noToken',
  otherAudience: 'noToken',
};

function countRows(body: unknown): number | undefined {
  const hasRows = typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
  return hasRows ? (body.results as readonly unknown[]).length : undefined;
}

/** Returns the error of a limit that only hunting queries have met. */
function ofHunting(values: FailureValues): LiveResponseError {
  return new LiveResponseError('rateLimited', { ...values, reason: 'hunting' });
}

/** Reasons of a refusal for which another token is needed, by the code that the same answer of the Defender API has. */
const TOKEN_REASONS = { notSignedIn: 'token', missingPermission: 'permission' } as const;

/** Reasons of every refusal, by the same codes. */
const REASONS: Readonly<Partial<Record<FailureCode, string>>> = {
  ...TOKEN_REASONS,
  featureDisabled: 'permission',
  notFromDefender: 'notGraph',
  redirected: 'notGraph',
  notFound: 'notHere',
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
