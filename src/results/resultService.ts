import { LiveResponseError, throwIfCancelled } from '../defender/errors.ts';
import { parseServerTime } from '../defender/serverTime.ts';
import { refOf, resultKey } from '../evidence/uri.ts';
import type { ResultRef } from '../evidence/uri.ts';
import { Urgency } from '../defender/urgency.ts';
import type { Priority } from '../defender/urgency.ts';
import { describeReceived } from './receivedFacts.ts';
import { findActionWithResult } from './resultSource.ts';
import type { FindSource } from './resultSource.ts';
import type { ResultStore } from './resultStore.ts';
import { SharedWork } from '../defender/sharedWork.ts';
import type { StoredFacts } from './storedResult.ts';

export interface ResultServiceOptions {
  readonly store: ResultStore;
  readonly findSource: FindSource;
  /** The largest result that is kept, bytes. */
  readonly maxBytes: () => number;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** A click unless it is said otherwise. Whoever clicks hurries up what is under way in the background. */
  readonly priority?: Exclude<Priority, Urgency>;
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

type ProgressListener = NonNullable<OpenOptions['onProgress']>;

interface Flight {
  readonly work: SharedWork<StoredFacts>;
  readonly urgency: Urgency;
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

  #join(ref: ResultRef, { signal, onProgress, priority = 'click' }: OpenOptions): Promise<StoredFacts> {
    const key = resultKey(ref);
    const flight = this.#flights.get(key) ?? this.#takeOff(ref, priority);
    this.#flights.set(key, flight);
    if (priority === 'click') flight.urgency.raise();
    if (onProgress !== undefined) flight.listeners.add(onProgress);
    return flight.work.join(signal, () => {
      // One that was given up may end after its successor has begun.
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
  }

  #takeOff(ref: ResultRef, priority: 'click' | 'background'): Flight {
    const urgency = new Urgency(priority);
    const listeners = new Set<ProgressListener>();
    const report: ProgressListener = (received, total) => {
      for (const listener of listeners) listener(received, total);
    };
    return { work: new SharedWork((signal) => this.#fetch(ref, signal, urgency, report)), urgency, listeners };
  }

  async #fetch(
    ref: ResultRef,
    signal: AbortSignal,
    urgency: Urgency,
    onProgress: ProgressListener,
  ): Promise<StoredFacts> {
    const source = await this.#options.findSource(ref);
    const { action, kind } = await findActionWithResult(source, ref, signal, urgency);
    if (kind === 'file') throw new LiveResponseError('resultIsFile');
    const maxBytes = this.#options.maxBytes();
    const downloaded = await source.fetchResult(ref.actionId, ref.commandIndex, signal, {
      maxBytes,
      onProgress,
      priority: urgency,
      actionCreatedAt: parseServerTime(action.creationDateTimeUtc),
    });
    // From here on nothing is given up: the answer was paid for.
    const facts = await describeReceived(source, refOf(ref), action, downloaded);
    return this.#options.store.put(facts, downloaded.bytes, source.receivedAction(action));
  }
}
