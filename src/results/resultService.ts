import { isLiveResponseError, LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import type { FetchOptions } from '../defender/download/resultFetcher.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { refOf, resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Urgency } from '../base/urgency.ts';
import type { CallMeter, Priority } from '../base/urgency.ts';
import { describeReceived } from './receivedFacts.ts';
import { findActionWithResult } from './resultSource.ts';
import type { FindSource, ResultSource } from './resultSource.ts';
import type { ResultStore } from './resultStore.ts';
import { SharedWork } from '../base/sharedWork.ts';
import { findCommand } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';

export interface ResultServiceOptions {
  readonly store: ResultStore;
  readonly findSource: FindSource;
  /** Returns the size limit of results, in bytes. It does not apply if the person accepted any size. */
  readonly maxBytes: () => number;
}

/** Size of the largest result that is held in memory, in bytes. A larger result is stored piece by piece. */
export const MEMORY_BYTES = 64 * 1024 * 1024;

export interface OpenOptions {
  readonly signal: AbortSignal;
  /**
   * Priority of the calls, a click by default. A click also raises the priority of a running background fetch of the
   * same result.
   */
  readonly priority?: Exclude<Priority, Urgency>;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** Account that pays for the calls of a fetch in the background, until a click also asks for the result. */
  readonly meter?: CallMeter | undefined;
  /** Returns whether a result of this size may be received, as long as nobody clicked on it. */
  readonly admits?: ((size: number) => boolean) | undefined;
  /** Whether to open a result of any size. Set if the person knows the size and accepted it. */
  readonly anySize?: boolean;
}

type ProgressListener = NonNullable<OpenOptions['onProgress']>;

interface Flight {
  readonly work: SharedWork<StoredFacts>;
  readonly urgency: Urgency;
  readonly listeners: Set<ProgressListener>;
  /** Whether the account of the first caller has refused a call or the size. */
  isRefused: boolean;
}

/**
 * Opens results. A result that is not stored is fetched: by link, download, decoding and storing. Callers that request
 * the same result meanwhile share the fetch. The fetch is cancelled only when no caller waits any more.
 */
export class ResultService {
  readonly #options: ResultServiceOptions;
  readonly #flights = new Map<string, Flight>();

  constructor(options: ResultServiceOptions) {
    this.#options = options;
  }

  /**
   * Returns the facts of a stored result. Fetches the result first if it is not stored yet.
   *
   * @throws LiveResponseError `noResultByDesign`, `resultIsFile`, `commandNotFinished`, `noResult`, `tooLarge`,
   * `largeNotKept`, and all errors that the client throws
   */
  async open(ref: ResultRef, options: OpenOptions): Promise<StoredFacts> {
    const stored = await this.#options.store.facts(ref);
    throwIfCancelled(options.signal);
    return stored ?? this.#join(ref, options);
  }

  async #join(ref: ResultRef, options: OpenOptions): Promise<StoredFacts> {
    const joined = this.#flights.get(resultKey(ref));
    if (joined === undefined) return this.#board(ref, options, this.#takeOff(ref, options));
    try {
      return await this.#board(ref, options, joined);
    } catch (error) {
      // The account that paid for it allowed no more. That says nothing about this caller's own account.
      if (!joined.isRefused || options.signal.aborted) throw error;
      return await this.open(ref, options);
    }
  }

  #board(ref: ResultRef, options: OpenOptions, flight: Flight): Promise<StoredFacts> {
    const { signal, onProgress, priority = 'click' } = options;
    const key = resultKey(ref);
    this.#flights.set(key, flight);
    if (priority === 'click') flight.urgency.raise();
    if (onProgress !== undefined) flight.listeners.add(onProgress);
    return flight.work.join(signal, () => {
      // A cancelled fetch may end after the next fetch has begun. It must not remove that fetch from the map.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
  }

  #takeOff(ref: ResultRef, { priority = 'click', meter, admits, anySize = false }: OpenOptions): Flight {
    const flight = { isRefused: false };
    const noted = (isAllowed: boolean): boolean => {
      if (!isAllowed) flight.isRefused = true;
      return isAllowed;
    };
    const paid = meter && { take: async () => noted(await meter.take()), giveBack: meter.giveBack };
    const urgency = new Urgency(priority, paid);
    const listeners = new Set<ProgressListener>();
    const report: ProgressListener = (received, total) => {
      for (const listener of listeners) listener(received, total);
    };
    const limits = {
      priority: urgency,
      onProgress: report,
      maxBytes: anySize ? Infinity : this.#options.maxBytes(),
      ...(admits !== undefined && { admits: (size: number) => urgency.isClick || noted(admits(size)) }),
    };
    const fetch = (signal: AbortSignal): Promise<StoredFacts> => this.#fetch(ref, signal, limits);
    return Object.assign(flight, { work: new SharedWork(fetch), urgency, listeners });
  }

  async #fetch(ref: ResultRef, signal: AbortSignal, limits: FetchOptions): Promise<StoredFacts> {
    const source = await this.#options.findSource(ref);
    const { action, kind } = await findActionWithResult(source, ref, signal, limits.priority);
    if (kind === 'file') throw new LiveResponseError('resultIsFile');
    const limit = limits.maxBytes;
    const options = {
      ...limits,
      actionCreatedAt: parseServerTime(action.creationDateTimeUtc),
    };
    try {
      return await this.#fetchWhole(source, ref, action, signal, {
        ...options,
        maxBytes: Math.min(limit, MEMORY_BYTES),
      });
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'tooLarge' || limit <= MEMORY_BYTES) {
        throw withDeviceErrors(error, action, ref.commandIndex);
      }
      const { size } = error.values;
      if (size !== undefined && size > limit) throw new LiveResponseError('tooLarge', { size, limit });
    }
    return this.#fetchLarge(source, ref, action, signal, { ...options, maxBytes: limit });
  }

  async #fetchWhole(
    source: ResultSource,
    ref: ResultRef,
    action: MachineAction,
    signal: AbortSignal,
    options: FetchOptions,
  ): Promise<StoredFacts> {
    const downloaded = await source.fetchResult(ref.actionId, ref.commandIndex, signal, options);
    // The result is stored even after a cancel, because its download has cost a call.
    const facts = await describeReceived(source, refOf(ref), action, downloaded);
    return this.#options.store.put(facts, downloaded.bytes, source.receivedAction(action));
  }

  /**
   * Downloads a result into the store piece by piece. Uses the same link as the download that was too large for memory,
   * so no second link is requested.
   */
  async #fetchLarge(
    source: ResultSource,
    ref: ResultRef,
    action: MachineAction,
    signal: AbortSignal,
    options: FetchOptions,
  ): Promise<StoredFacts> {
    const { store } = this.#options;
    if (!store.keeps) throw new LiveResponseError('largeNotKept', { reason: 'notAllowed' });
    const sink = store.largeSink();
    try {
      await sink.open();
      const downloaded = await source.fetchInto(sink, options.priority)(
        ref.actionId,
        ref.commandIndex,
        signal,
        options,
      );
      const facts = await describeReceived(source, refOf(ref), action, downloaded);
      return await sink.keep(facts, source.receivedAction(action));
    } catch (error) {
      await sink.discard();
      throw error;
    }
  }
}

/** Adds the device's own words to a failure that says that there is no result. */
function withDeviceErrors(error: unknown, action: MachineAction, commandIndex: number): unknown {
  const deviceErrors = findCommand(action, commandIndex)?.errors ?? [];
  return isLiveResponseError(error) && error.code === 'noResult' && deviceErrors.length > 0
    ? new LiveResponseError('noResult', { ...error.values, deviceErrors })
    : error;
}
