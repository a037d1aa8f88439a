import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import { isCancelled, isLiveResponseError } from '../../base/errors.ts';
import type { FetchInto } from '../../defender/download/resultFetcher.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { FileSink } from './fileSink.ts';
import { describeReceived } from '../receivedFacts.ts';
import { findActionWithResult } from '../resultSource.ts';
import type { FindSource } from '../resultSource.ts';
import type { ReceivedFacts } from '../../model/storedResult.ts';
import { tooLargeThere, WholeSink } from './wholeSink.ts';
import type { SaveSink, WholeTarget } from './wholeSink.ts';

export interface SaveOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

/** The facts of a saved result. */
export interface SavedResult {
  readonly facts: ReceivedFacts;
  /** The text from which the action in the facts was read, if it was still available. */
  readonly action: ReceivedAction | undefined;
}

/** Saves a result to a file. */
export class ResultSave {
  readonly #ref: ResultRef;
  readonly #sink: SaveSink;
  readonly #maxBytes: number;
  readonly #findSource: FindSource;
  readonly #unfinished: Set<SaveSink>;
  #fetch: FetchInto | undefined;
  #saved: SavedResult | undefined;

  /** @param unfinished - contains the sink while its file is unfinished */
  constructor(ref: ResultRef, target: string | WholeTarget, findSource: FindSource, unfinished: Set<SaveSink>) {
    this.#ref = ref;
    const isPath = typeof target === 'string';
    this.#sink = isPath ? new FileSink(target) : new WholeSink(target);
    this.#maxBytes = isPath ? Infinity : target.maxBytes;
    this.#findSource = findSource;
    this.#unfinished = unfinished;
  }

  /**
   * Fetches the result into its file. After a failure, the next run continues at the same place, unless {@link discard}
   * was called. After a cancel, no file is left.
   *
   * @throws LiveResponseError `fileFailed`, and all errors that fetching a result throws
   */
  async run({ signal, onProgress }: SaveOptions): Promise<SavedResult> {
    this.#unfinished.add(this.#sink);
    try {
      // The file is opened first, because the link costs a call.
      await this.#sink.open();
      this.#saved ??= await this.#download(signal, onProgress);
      await this.#sink.keep();
      this.#unfinished.delete(this.#sink);
      return this.#saved;
    } catch (error) {
      if (isCancelled(error) || this.#sink.size === 0 || isGone(error)) await this.discard();
      else await this.#sink.close().catch(() => undefined);
      const isTooLarge = isLiveResponseError(error) && error.code === 'tooLarge';
      throw isTooLarge ? tooLargeThere(this.#maxBytes) : error;
    }
  }

  /** Deletes the unfinished file. */
  async discard(): Promise<void> {
    this.#fetch = undefined;
    this.#saved = undefined;
    await this.#sink.discard();
    this.#unfinished.delete(this.#sink);
  }

  async #download(signal: AbortSignal, onProgress: SaveOptions['onProgress']): Promise<SavedResult> {
    const source = await this.#findSource(this.#ref);
    const { action } = await findActionWithResult(source, this.#ref, signal);
    this.#fetch ??= source.fetchInto(this.#sink);
    const downloaded = await this.#fetch(this.#ref.actionId, this.#ref.commandIndex, signal, {
      maxBytes: this.#maxBytes,
      onProgress,
      actionCreatedAt: parseServerTime(action.creationDateTimeUtc),
    });
    const facts = await describeReceived(source, this.#ref, action, downloaded);
    return { facts, action: source.receivedAction(action) };
  }
}

/** Whether the unfinished file was removed, for example by a virus scanner. It cannot be continued then. */
function isGone(error: unknown): boolean {
  return isLiveResponseError(error) && error.code === 'fileFailed' && error.values.systemCode === 'ENOENT';
}

/**
 * Saves results to files without the store: collected files, and results that are too large to be opened. A result is
 * held in memory only if its target accepts only complete files. The result is not also stored in the database, because
 * the file belongs to the person.
 */
export class ResultSaves {
  readonly #findSource: FindSource;
  readonly #unfinished = new Set<SaveSink>();

  constructor(findSource: FindSource) {
    this.#findSource = findSource;
  }

  /**
   * Begins to save a result.
   *
   * @param target - path on this machine, or a place elsewhere. An existing file is replaced only when the result is
   * complete
   */
  begin(ref: ResultRef, target: string | WholeTarget): ResultSave {
    return new ResultSave(ref, target, this.#findSource, this.#unfinished);
  }

  /** Discards unfinished files when the window closes, because no one can continue them. */
  dispose(): void {
    for (const sink of this.#unfinished) sink.discardNow();
  }
}
