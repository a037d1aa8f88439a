import { withoutEnd } from '../evidence/text/trimEnds.ts';
import { readJson, toApiError } from './answers.ts';
import type { JsonAnswer } from './answers.ts';
import { QueuedBudget } from './calls/budget.ts';
import type { Budget, CallSlot, Priority } from './calls/budget.ts';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { Deadline } from './deadline.ts';
import type { Download, DownloadFacts, DownloadLimits } from './download/download.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import { createHttpTransport } from './http.ts';
import { LONGEST_CALL_MS } from './calls/ledger.ts';
import { ListQueries } from './list/listQueries.ts';
import { createLocalLedger } from './calls/localLedger.ts';
import { readMachines } from './machines.ts';
import type { Machine } from './machines.ts';
import { toMachineQuery, toODataQuery } from './list/odata.ts';
import type { ActionQuery } from './list/odata.ts';
import { ReceivedActions } from './list/receivedActions.ts';
import type { ReceivedAction } from './list/receivedActions.ts';
import { ResultLink } from './download/resultLink.ts';
import { withRetry } from './retry.ts';
import type { Allowance } from './retry.ts';
import { readAction, readActionPage, readLink, readOwnAction } from './schema.ts';
import type { ActionPage, MachineAction } from './schema.ts';
import type { HttpAnswer, Transport } from './transport.ts';

/** One log line for one request. It has enough to count calls and find the slow one, and no secret. */
export interface CallRecord {
  readonly door: 'api' | 'download';
  /** API path without query; for downloads only the host. */
  readonly target: string;
  /** HTTP status, or the failure's code where there was no answer. */
  readonly outcome: number | string;
  readonly durationMs: number;
}

/** For the log: the number of odd rows in one answer, and their odd fields. Contains no text of the server. */
export interface OddRows {
  /** Rows without a usable id: no list contains them. */
  readonly leftOut: number;
  readonly odd: number;
  /** Names of the fields that were odd. */
  readonly fields: readonly string[];
}

/** A token that the API has just refused, and its demands on the next one. */
export interface Refusal {
  readonly token: string;
  /** A claims challenge, as JSON: conditional access wants more than a renewed token. */
  readonly claims?: string;
}

export interface DefenderClientOptions {
  /** Name of the connection, for errors. */
  readonly connection?: string;
  /** Base of the API without a slash at the end, e.g. `https://api.security.microsoft.com`. */
  readonly apiUrl: string;
  /** Returns a token for the API; after a refusal, a different one. */
  readonly getAccessToken: (signal: AbortSignal, refusal?: Refusal) => Promise<string>;
  readonly transport?: Transport;
  readonly budget?: Budget;
  readonly clock?: Clock;
  /** Hosts that may serve results besides Azure's, with port where there is one. */
  readonly downloadHosts?: () => readonly string[];
  /** Whether a download without Azure's headers is refused. Off for custom connections only. */
  readonly expectAzureHeaders?: boolean;
  readonly onCall?: (record: CallRecord) => void;
  /** Called for an answer with rows that differ from what the API promises. */
  readonly onOddRows?: (rows: OddRows) => void;
}

/** The Defender API, limited to the calls that this product needs. Every method rejects only with LiveResponseError. */
export interface DefenderClient {
  /**
   * Lists one page of machine actions, newest first. Makes one call, and more the first time that the server refuses a
   * part of the query.
   * @param nextLink - the previous page's next link, if any; followed only to the API's own host
   */
  readonly listMachineActions: (
    query: ActionQuery,
    signal: AbortSignal,
    nextLink?: string,
    priority?: Priority,
  ) => Promise<ActionPage>;
  /** Gets one machine action: one call. */
  readonly getMachineAction: (actionId: string, signal: AbortSignal, priority?: Priority) => Promise<MachineAction>;
  /**
   * Returns the text from which this client read an action, without a call.
   *
   * @param action - the same object that this client returned
   * @returns undefined where the action came too long ago: only the latest texts are kept
   */
  readonly receivedAction: (action: MachineAction) => ReceivedAction | undefined;
  /**
   * Reads an action that another window of this machine received, without a call.
   *
   * @param text - its JSON
   * @param received - how the text arrived; undefined where the text is not the API's own
   * @returns undefined where the text is not an action: another version of this product may have written it
   */
  readonly readFound: (text: string, received: Omit<ReceivedAction, 'text'> | undefined) => MachineAction | undefined;
  /**
   * Finds devices whose name begins with a text: one call. Rejects with `missingPermission` if the token lacks the
   * permission.
   */
  readonly findMachines: (nameStart: string, signal: AbortSignal, priority?: Priority) => Promise<readonly Machine[]>;
  /** Gets a fresh download link, valid for 30 minutes: one call. Runs nothing again on the device. */
  readonly getResultLink: (
    actionId: string,
    commandIndex: number,
    signal: AbortSignal,
    priority?: Priority,
  ) => Promise<ResultLink>;
  /**
   * Downloads the bytes behind a link: no call to the API, no bearer token.
   * @param download - receives the bytes; continued if already begun, also through an earlier link
   */
  readonly downloadResult: (
    link: ResultLink,
    signal: AbortSignal,
    limits: DownloadLimits,
    download: Download,
  ) => Promise<DownloadFacts>;
}

/** Most devices that a search by name returns. Where more match, the user typed too short a name. */
const MOST_MACHINES = 100;

/** Longest time for a download's headers, or for a whole refusal, ms. The same as for a call to the API. */
const LONGEST_HEAD_MS = LONGEST_CALL_MS;

/** Most fields that one log line names. */
const MAX_LOGGED_FIELDS = 20;

interface ApiAnswer extends JsonAnswer {
  /** Local clock when the headers arrived, ms since 1970. */
  readonly receivedAt: number;
  /** The answer's `Date`, by the server's clock. */
  readonly date: string | undefined;
}

/** Creates the client. All requests to the Defender API and the blob host go through one. */
export function createDefenderClient(options: DefenderClientOptions): DefenderClient {
  const clock = options.clock ?? systemClock;
  const transport = options.transport ?? createHttpTransport();
  const budget = options.budget ?? new QueuedBudget(createLocalLedger(clock), clock);
  const apiUrl = withoutEnd(options.apiUrl, '/');
  const { host } = new URL(apiUrl);
  const received = new ReceivedActions();
  const queries = new ListQueries();

  /** Adds the connection's name: the user signs in to a connection, not to a host. */
  const named = (error: LiveResponseError): LiveResponseError =>
    error.code === 'notSignedIn' && options.connection !== undefined
      ? new LiveResponseError(error.code, { ...error.values, connection: options.connection })
      : error;

  const logged = async (
    door: CallRecord['door'],
    target: string,
    send: () => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> => {
    const start = clock.now();
    const record = (outcome: number | string): void => {
      options.onCall?.({ door, target, outcome, durationMs: clock.now() - start });
    };
    try {
      const answer = await send();
      record(answer.status);
      return answer;
    } catch (error) {
      record(isLiveResponseError(error) ? error.code : 'unknown');
      throw error;
    }
  };

  const sendOnce = async (
    path: string,
    token: string,
    signal: AbortSignal,
    slot: CallSlot,
    left: number,
  ): Promise<ApiAnswer> => {
    const longest = Math.min(LONGEST_CALL_MS, Math.max(0, Math.ceil(left)));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
    let answered = false;
    try {
      const answer = await logged('api', path.split('?')[0] ?? path, () =>
        transport.api({
          method: 'GET',
          url: apiUrl + path,
          headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
          signal: deadline,
        }),
      );
      const receivedAt = clock.now();
      const { text, body } = await readJson(answer, host);
      answered = answer.status !== 429;
      if (answer.status === 200) return { text, body, receivedAt, date: answer.headers['date'] };
      const error = named(toApiError(answer, body, host, clock.now()));
      throw error.code === 'rateLimited' ? await noteRefusal(error) : error;
    } finally {
      // The ledger takes requests in order, so no caller waits for this one. If it fails, the local ledger takes over.
      slot.end(answered).catch(() => undefined);
    }
  };

  /** Records the refusal, which pauses all windows. The usage shows whether others spent the calls. */
  const noteRefusal = async ({ values }: LiveResponseError): Promise<LiveResponseError> => {
    const usage = await budget.refused(values.retryAt);
    const { pausedUntil: retryAt, minute: ownCalls } = usage;
    return new LiveResponseError('rateLimited', { ...values, retryAt, ownCalls });
  };

  const accessToken: DefenderClientOptions['getAccessToken'] = async (signal, refusal) => {
    try {
      return await options.getAccessToken(signal, refusal);
    } catch (error) {
      if (isLiveResponseError(error)) throw error;
      throw new LiveResponseError('notSignedIn', { host, reason: 'tokenSource' });
    }
  };

  /**
   * Returns another token than the refused one. If there is none, the error keeps Defender's message and correlation
   * id.
   */
  const renewedToken = async (signal: AbortSignal, token: string, refusal: LiveResponseError): Promise<string> => {
    const { claims } = refusal.values;
    try {
      return await accessToken(signal, { token, ...(claims === undefined ? {} : { claims }) });
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'notSignedIn') throw error;
      // The values of the sign-in service win: an administrator can act on its message.
      throw new LiveResponseError('notSignedIn', { ...refusal.values, ...error.values });
    }
  };

  const get = async (path: string, signal: AbortSignal, priority: Priority): Promise<ApiAnswer> => {
    let token = await accessToken(signal);
    let refusal: LiveResponseError | undefined;
    let renewed = false;
    const renew = async ({ aside }: Allowance): Promise<void> => {
      if (refusal === undefined || renewed) return;
      token = await aside(renewedToken(signal, token, refusal));
      renewed = true;
    };
    const send = async ({ left, aside }: Allowance): Promise<ApiAnswer> => {
      const slot = await aside(budget.take(priority, signal));
      return sendOnce(path, token, signal, slot, left());
    };
    return withRetry(clock, signal, async (allowance) => {
      throwIfCancelled(signal);
      // After a temporary failure of the sign-in service, the retry asks that service again. Otherwise it would send
      // the refused token to the API.
      await renew(allowance);
      try {
        return await send(allowance);
      } catch (error) {
        if (!isLiveResponseError(error) || error.code !== 'notSignedIn' || renewed) throw error;
        refusal = error;
        await renew(allowance);
        return send(allowance);
      }
    });
  };

  const noteOddRows = (actions: readonly MachineAction[], leftOut: number): void => {
    const oddOnes = actions.flatMap(({ odd }) => (odd === undefined ? [] : [odd]));
    if (oddOnes.length === 0 && leftOut === 0) return;
    options.onOddRows?.({
      leftOut,
      odd: oddOnes.length,
      fields: [...new Set(oddOnes.flat())].slice(0, MAX_LOGGED_FIELDS),
    });
  };

  return {
    listMachineActions: async (query, signal, nextLink, priority = 'click') => {
      const ask = async (path: string): Promise<ActionPage> => {
        const answer = await get(path, signal, priority);
        const page = readActionPage(answer.body);
        received.rememberPage(page, answer);
        noteOddRows(page.actions, page.leftOut?.length ?? 0);
        return page;
      };
      const link = pathBelow(nextLink, apiUrl);
      if (link !== undefined) return ask(link);
      return queries.ask(query, (fitting) => ask(`/api/machineactions?${toODataQuery(fitting)}`));
    },

    getMachineAction: async (actionId, signal, priority = 'click') => {
      const answer = await get(`/api/machineactions/${encodeURIComponent(actionId)}`, signal, priority);
      const action = readAction(answer.body);
      received.rememberAction(action, answer);
      noteOddRows([action], 0);
      return action;
    },

    receivedAction: (action) => received.of(action),

    readFound: (text, how) => {
      try {
        const action = how === undefined ? readOwnAction(JSON.parse(text)) : readAction(JSON.parse(text));
        if (how !== undefined) received.remember(action, { text, ...how });
        return action;
      } catch {
        return undefined;
      }
    },

    findMachines: async (nameStart, signal, priority = 'click') =>
      readMachines((await get(`/api/machines?${toMachineQuery(nameStart, MOST_MACHINES)}`, signal, priority)).body),

    getResultLink: async (actionId, commandIndex, signal, priority = 'click') => {
      const id = encodeURIComponent(actionId);
      const call = `GetLiveResponseResultDownloadLink(index=${commandIndex.toString()})`;
      try {
        const { body, date } = await get(`/api/machineactions/${id}/${call}`, signal, priority);
        return new ResultLink(readLink(body), date);
      } catch (error) {
        if (isLiveResponseError(error) && meansNoResult(error)) throw new LiveResponseError('noResult', error.values);
        throw error;
      }
    },

    downloadResult: async (link, signal, limits, download) => {
      const url = link.addressFor(options.downloadHosts?.() ?? []);
      const attempt = async (): Promise<DownloadFacts> => {
        const deadline = new Deadline(clock, signal);
        const source = { host: link.host, limits, expectAzure: options.expectAzureHeaders ?? true, clock, deadline };
        deadline.set(LONGEST_HEAD_MS);
        try {
          const answer = await logged('download', link.host, () =>
            transport.download({ method: 'GET', url, headers: download.headers, signal: deadline.signal }),
          );
          await download.read(answer, source);
          const facts = await download.finish(link.host);
          return { ...facts, receivedAt: clock.now(), promisedName: link.fileName };
        } finally {
          deadline.lift();
        }
      };
      return withRetry(clock, signal, attempt, Math.random, () => download.brought);
    },
  };
}

/** Error codes of a 400 from the link call that mean a faulty request: its address, or the command index. */
const FAULTS_OF_OURS: ReadonlySet<string> = new Set(['ODataError', 'InvalidInput']);

/**
 * Whether the link call reports that there is no result, or none yet. It does so with a 404, or with a 400 while the
 * command has not ended. A 400 that means a faulty request does not count. Source: api-facts §3.
 */
function meansNoResult({ code, values }: LiveResponseError): boolean {
  if (code === 'notFound') return true;
  return code === 'badRequest' && values.status === 400 && !FAULTS_OF_OURS.has(values.serverCode ?? '');
}

/**
 * Returns the path of a link below the API's base, else undefined. A next link may name the serving cluster instead of
 * the requested host, and the token must not go there.
 */
function pathBelow(link: string | undefined, apiUrl: string): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { href } = new URL(link);
  const base = new URL(apiUrl).href.replace(/\/$/u, '');
  return href.startsWith(`${base}/`) ? href.slice(base.length) : undefined;
}
