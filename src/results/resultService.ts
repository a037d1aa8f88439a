import type { FetchResult } from '../defender/fetchResult.ts';
import { LiveResponseError, throwIfCancelled } from '../defender/errors.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../defender/serverTime.ts';
import { resultKey } from '../evidence/uri.ts';
import type { ResultName, ResultRef } from '../evidence/uri.ts';
import { findCommand, hostOf, resultOf, subjectOf } from './commands.ts';
import type { ResultStore } from './resultStore.ts';
import { SharedWork } from './sharedWork.ts';
import type { StoredFacts } from './storedResult.ts';

/** One tenant, as far as fetching results needs it. */
export interface ResultSource {
  readonly connectionName: string;
  readonly fetchResult: FetchResult;
  /** The action as it was loaded, without a call. */
  readonly knownAction: (actionId: string) => MachineAction | undefined;
  /** The action as the server has it now: one call. */
  readonly fetchAction: (actionId: string, signal: AbortSignal) => Promise<MachineAction>;
}

export interface ResultServiceOptions {
  readonly store: ResultStore;
  /** @throws LiveResponseError `noConnection` when no connection leads to this tenant */
  readonly sourceFor: (ref: ResultRef) => Promise<ResultSource>;
  /** The largest result that is kept, bytes. */
  readonly maxBytes: () => number;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

type ProgressListener = NonNullable<OpenOptions['onProgress']>;

interface Flight {
  readonly work: SharedWork<StoredFacts>;
  readonly listeners: Set<ProgressListener>;
}

/**
 * The path of a click: stored already, else link, download, decode, store. Whoever asks while a result is on its way
 * waits for the same one; it is given up only when nobody waits any more.
 */
export class ResultService {
  readonly #options: ResultServiceOptions;
  readonly #flights = new Map<string, Flight>();

  constructor(options: ResultServiceOptions) {
    this.#options = options;
  }

  /**
   * A stored result, fetched first where it is not stored yet.
   *
   * @throws LiveResponseError `noResultByDesign`, `resultIsFile`, `commandNotFinished`, `noResult`, and all that the
   *   client throws
   */
  async open(ref: ResultRef, options: OpenOptions): Promise<StoredFacts> {
    const stored = await this.#options.store.facts(ref);
    throwIfCancelled(options.signal);
    return stored ?? this.#join(ref, options);
  }

  #join(ref: ResultRef, { signal, onProgress }: OpenOptions): Promise<StoredFacts> {
    const key = resultKey(ref);
    const flight = this.#flights.get(key) ?? this.#takeOff(ref);
    this.#flights.set(key, flight);
    if (onProgress !== undefined) flight.listeners.add(onProgress);
    return flight.work.join(signal, () => {
      // One that was given up may end after its successor has begun.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
  }

  #takeOff(ref: ResultRef): Flight {
    const listeners = new Set<ProgressListener>();
    const report: ProgressListener = (received, total) => {
      for (const listener of listeners) listener(received, total);
    };
    return { work: new SharedWork((signal) => this.#fetch(ref, signal, report)), listeners };
  }

  async #fetch(ref: ResultRef, signal: AbortSignal, onProgress: ProgressListener): Promise<StoredFacts> {
    const source = await this.#options.sourceFor(ref);
    const action = await actionWithResult(source, ref, signal);
    const maxBytes = this.#options.maxBytes();
    const downloaded = await source.fetchResult(ref.actionId, ref.commandIndex, signal, {
      maxBytes,
      onProgress,
      actionCreatedAt: parseServerTime(action.creationDateTimeUtc),
    });
    // From here on nothing is given up: the answer was paid for.
    return this.#options.store.put(
      {
        ref,
        name: nameOf(source.connectionName, action, ref.commandIndex),
        action,
        sha256: downloaded.sha256,
        size: downloaded.bytes.length,
        fetchedAt: downloaded.receivedAt,
        promisedName: downloaded.promisedName,
        blob: downloaded.blob,
      },
      downloaded.bytes,
    );
  }
}

/** The action, asked for again where the one that is known says that the command is still running. */
async function actionWithResult(source: ResultSource, ref: ResultRef, signal: AbortSignal): Promise<MachineAction> {
  const known = source.knownAction(ref.actionId);
  const command = known === undefined ? undefined : findCommand(known, ref.commandIndex);
  const mayHaveMovedOn = known === undefined || command === undefined || resultOf(known, command) === 'notYet';
  const action = mayHaveMovedOn ? await source.fetchAction(ref.actionId, signal) : known;
  checkThatThereIsOne(action, ref.commandIndex);
  return action;
}

/** Refuses what would only spend a call: by the command's type and state, nothing can come. */
function checkThatThereIsOne(action: MachineAction, commandIndex: number): void {
  const command = findCommand(action, commandIndex);
  if (command === undefined) throw new LiveResponseError('notFound');
  const state = command.commandStatus;
  switch (resultOf(action, command)) {
    case 'none':
      throw new LiveResponseError('noResultByDesign');
    case 'file':
      throw new LiveResponseError('resultIsFile');
    case 'notYet':
      throw new LiveResponseError('commandNotFinished', { state });
    case 'never':
      throw new LiveResponseError('commandNeverRan', { state: action.status });
    case 'transcript':
  }
}

/** What the tab of a result will be called, for good: the same result keeps its address whatever is renamed later. */
function nameOf(connection: string, action: MachineAction, commandIndex: number): ResultName {
  const command = findCommand(action, commandIndex);
  return {
    connection,
    device: hostOf(action),
    script: command === undefined ? action.type : subjectOf(command),
    createdAt: action.creationDateTimeUtc,
  };
}
