import { withoutEnd } from '../evidence/text/trimEnds.ts';
import { meansNoResult, ofPackages, pathBelow, readJson, toApiError } from './answers.ts';
import type { JsonAnswer } from './answers.ts';
import { QueuedBudget } from './calls/budget.ts';
import type { Budget, CallSlot, Priority } from './calls/budget.ts';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { Deadline } from './deadline.ts';
import type { Download, DownloadFacts, DownloadLimits } from './download/download.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import { createHttpTransport } from './http.ts';
import { LONGEST_CALL_MS, PACKAGE_WINDOWS } from './calls/ledger.ts';
import { ListQueries } from './list/listQueries.ts';
import { refund, takePaid } from './calls/paidSlot.ts';
import { createLocalLedger } from './calls/localLedger.ts';
import { readMachine, readMachines } from './machines.ts';
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

/** Log entry for one request. Its fields suffice to count calls and to find the slow call. It contains no secret. */
export interface CallRecord {
  readonly door: 'api' | 'download' | 'hunting';
  /** API path without query; for downloads and hunting queries only the host. */
  readonly target: string;
  /** HTTP status, or the failure's code if no answer arrived. */
  readonly outcome: number | string;
  readonly durationMs: number;
}

/**
 * Log entry for the odd rows of one answer: rows that differ from what the API promises. Contains no text from the
 * server.
 */
export interface OddRows {
  /** Number of rows that are left out because they have no usable id. */
  readonly leftOut: number;
  readonly odd: number;
  /** Names of the fields with odd values. */
  readonly fields: readonly string[];
}

/** A token that the API has just refused, and the API's demands on the next token. */
export interface Refusal {
  readonly token: string;
  /**
   * A claims challenge, as JSON. Conditional access demands these claims, so a renewed token without them would be
   * refused too.
   */
  readonly claims?: string;
}

export interface DefenderClientOptions {
  /** Name of the connection, for errors. */
  readonly connection?: string;
  /** Base of the API without a slash at the end, e.g. `https://api.security.microsoft.com`. */
  readonly apiUrl: string;
  /** Returns a token for the API. With `refusal`, the token differs from the refused token. */
  readonly getAccessToken: (signal: AbortSignal, refusal?: Refusal) => Promise<string>;
  readonly transport?: Transport;
  readonly budget?: Budget;
  /** Budget of the links to investigation packages. */
  readonly packageBudget?: Budget;
  readonly clock?: Clock;
  /**
   * Hosts that may serve results in addition to Azure's blob hosts. Each is a host name, with its port if it has one.
   */
  readonly downloadHosts?: () => readonly string[];
  /** Whether a download without Azure's headers is refused. False only for custom connections. */
  readonly expectAzureHeaders?: boolean;
  readonly onCall?: (record: CallRecord) => void;
  /**
   * Called for a 429 of a call other than for a package, also if the call is repeated. `ownCalls` is the number of our
   * calls in the last minute.
   */
  readonly onRefused?: (ownCalls: number) => void;
  /** Called for an answer with rows that differ from what the API promises. */
  readonly onOddRows?: (rows: OddRows) => void;
}

/** The Defender API, limited to the calls that this product needs. Every method rejects only with LiveResponseError. */
export interface DefenderClient {
  /**
   * Lists one page of machine actions, newest first. Makes one call. The first time that the server refuses a part of
   * the query, it makes more calls with simpler queries.
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
   * Returns the JSON text from which this client read an action. Makes no call.
   *
   * @param action - the same object that this client returned
   * @returns undefined if the text was dropped: the client keeps only the latest texts
   */
  readonly receivedAction: (action: MachineAction) => ReceivedAction | undefined;
  /**
   * Reads an action that another window of this machine received, without a call.
   *
   * @param text - the action's JSON
   * @param received - how the text arrived; undefined if the text is not the API's own
   * @returns undefined if the text is not an action: another version of this product may have written the text
   */
  readonly readFound: (text: string, received: Omit<ReceivedAction, 'text'> | undefined) => MachineAction | undefined;
  /**
   * Finds devices whose name begins with a text: one call. Rejects with `missingPermission` if the token lacks the
   * permission.
   */
  readonly findMachines: (nameStart: string, signal: AbortSignal, priority?: Priority) => Promise<readonly Machine[]>;
  /** Gets the record of a device: one call. Rejects with `notFound` if Defender does not know it, or must not show it. */
  readonly getMachine: (machineId: string, signal: AbortSignal, priority?: Priority) => Promise<Machine>;
  /**
   * Gets a fresh download link, valid for 30 minutes: one call. The call does not run the command again on the device.
   */
  readonly getResultLink: (
    actionId: string,
    commandIndex: number,
    signal: AbortSignal,
    priority?: Priority,
  ) => Promise<ResultLink>;
  /**
   * Gets a link to the investigation package of an action: one call, of which two a minute are allowed. Rejects with
   * `noPackage` if Defender has none yet, or none any more.
   */
  readonly getPackageLink: (actionId: string, signal: AbortSignal) => Promise<ResultLink>;
  /**
   * Downloads the bytes behind a link: no call to the API, no bearer token.
   * @param download - receives the bytes. A download that has begun is continued, even if it began with an earlier link
   */
  readonly downloadResult: (
    link: ResultLink,
    signal: AbortSignal,
    limits: DownloadLimits,
    download: Download,
  ) => Promise<DownloadFacts>;
}

/**
 * Maximum number of devices that a search by name returns. If more devices match, the name that the user typed is too
 * short.
 */
const MOST_MACHINES = 100;

/**
 * Longest time for the headers of a download, or for a complete refusal, ms. Equal to the longest time for a call to
 * the API.
 */
const LONGEST_HEAD_MS = LONGEST_CALL_MS;

/** Maximum number of field names in one log entry. */
const MAX_LOGGED_FIELDS = 20;

interface ApiAnswer extends JsonAnswer {
  /** Time by the local clock when the headers arrived, ms since 1970. */
  readonly receivedAt: number;
  /** The answer's `Date`, by the server's clock. */
  readonly date: string | undefined;
}

/** Creates the client. Every request to the Defender API or to the blob host goes through a `DefenderClient`. */
export function createDefenderClient(options: DefenderClientOptions): DefenderClient {
  const clock = options.clock ?? systemClock;
  const transport = options.transport ?? createHttpTransport();
  const budget = options.budget ?? new QueuedBudget(createLocalLedger(clock), clock);
  const packageBudget = options.packageBudget ?? new QueuedBudget(createLocalLedger(clock, PACKAGE_WINDOWS), clock);
  const apiUrl = withoutEnd(options.apiUrl, '/');
  const { host } = new URL(apiUrl);
  const received = new ReceivedActions();
  const queries = new ListQueries();

  /** Adds the connection's name to `notSignedIn`, because the user signs in to a connection, not to a host. */
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
    { slot, budget: payer, left }: { readonly slot: CallSlot; readonly budget: Budget; readonly left: number },
  ): Promise<ApiAnswer> => {
    const longest = Math.min(LONGEST_CALL_MS, Math.max(0, Math.ceil(left)));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
    let answered = false;
    try {
      const answer = await logged('api', path.replace(/\?.*$/su, ''), () =>
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
      throw error.code === 'rateLimited' ? await noteRefusal(error, payer) : error;
    } finally {
      // The ledger processes its requests in order, so the client need not wait here. If the shared ledger fails, a
      // local ledger replaces it.
      slot.end(answered).catch(() => undefined);
    }
  };

  /**
   * Records a 429, which pauses all windows. The error gets the number of our own calls, which shows whether other
   * programs used the limit.
   */
  const noteRefusal = async ({ values }: LiveResponseError, payer: Budget): Promise<LiveResponseError> => {
    const usage = await payer.refused(values.retryAt);
    const { pausedUntil: retryAt, minute: ownCalls } = usage;
    if (payer === packageBudget) return ofPackages({ ...values, retryAt });
    options.onRefused?.(ownCalls);
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
   * Returns a new token in place of the refused token. If the renewal fails with `notSignedIn`, the error keeps
   * Defender's message and correlation id.
   */
  const renewedToken = async (signal: AbortSignal, token: string, refusal: LiveResponseError): Promise<string> => {
    const { claims } = refusal.values;
    try {
      return await accessToken(signal, { token, ...(claims === undefined ? {} : { claims }) });
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'notSignedIn') throw error;
      // The values of the sign-in service replace Defender's values, because an administrator can act on the service's
      // message.
      throw new LiveResponseError('notSignedIn', { ...refusal.values, ...error.values });
    }
  };

  const get = async (
    path: string,
    signal: AbortSignal,
    priority: Priority,
    payer: Budget = budget,
  ): Promise<ApiAnswer> => {
    let token = await accessToken(signal);
    let refusal: LiveResponseError | undefined;
    let renewed = false;
    const renew = async ({ aside }: Allowance): Promise<void> => {
      if (refusal === undefined || renewed) return;
      token = await aside(renewedToken(signal, token, refusal));
      renewed = true;
    };
    const send = async ({ left, aside }: Allowance): Promise<ApiAnswer> => {
      const slot = await aside(takePaid(payer, priority, signal)).catch((error: unknown) => {
        const isOwn = payer === packageBudget && isLiveResponseError(error) && error.code === 'rateLimited';
        throw isOwn ? ofPackages(error.values) : error;
      });
      return sendOnce(path, token, signal, { slot, budget: payer, left: left() }).catch(refund(priority));
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

    getMachine: async (machineId, signal, priority = 'click') =>
      readMachine((await get(`/api/machines/${encodeURIComponent(machineId)}`, signal, priority)).body),

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

    getPackageLink: async (actionId, signal) => {
      const path = `/api/machineactions/${encodeURIComponent(actionId)}/getPackageUri`;
      try {
        const { body, date } = await get(path, signal, 'click', packageBudget);
        // The documented value has quotation marks of its own inside the string.
        return new ResultLink(
          readLink(body)
            .trim()
            .replace(/^"(.*)"$/u, '$1'),
          date,
          'package',
        );
      } catch (error) {
        if (isLiveResponseError(error) && meansNoResult(error)) throw new LiveResponseError('noPackage', error.values);
        throw error;
      }
    },

    downloadResult: async (link, signal, limits, download) => {
      const url = link.addressFor(options.downloadHosts?.() ?? []);
      const attempt = async (): Promise<DownloadFacts> => {
        const deadline = new Deadline(clock, signal);
        const expectAzure = (options.expectAzureHeaders ?? true) && link.expectsAzure;
        const source = { host: link.host, limits, expectAzure, clock, deadline };
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
