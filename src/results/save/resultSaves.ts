import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import type { FetchInto } from '../../defender/download/resultFetcher.ts';
import { Emitter } from '../../base/emitter.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import { tenantKey } from '../../base/resultUri.ts';
import type { ActionRef, ResultRef } from '../../base/resultUri.ts';
import { describeReceived } from '../receivedFacts.ts';
import { findActionWithResult } from '../resultSource.ts';
import type { FindSource } from '../resultSource.ts';
import type { ReceivedFacts } from '../../model/storedResult.ts';
import { FileSave } from './fileSave.ts';
import type { FetchFile } from './fileSave.ts';
import { preparePackage } from './packageFetch.ts';
import type { SavedPackage } from './packageFetch.ts';
import type { SaveSink, WholeTarget } from './wholeSink.ts';

/** The facts of a saved result. */
export interface SavedResult {
  readonly facts: ReceivedFacts;
  /** The text from which the action in the facts was read, if it was still available. */
  readonly action: ReceivedAction | undefined;
}

/**
 * Saves files without the store: collected files, results that are too large to be opened, and investigation packages.
 * A file is held in memory only if its target accepts only complete files. It is not also stored in the database,
 * because it belongs to the person.
 */
export class ResultSaves {
  readonly #findSource: FindSource;
  readonly #unfinished = new Set<SaveSink>();
  readonly #packages = new Set<string>();
  readonly #packageSaved = new Emitter<void>();

  /** Fires when this window has saved an investigation package. */
  readonly onDidSavePackage = this.#packageSaved.event;

  constructor(findSource: FindSource) {
    this.#findSource = findSource;
  }

  /**
   * Begins to save a result.
   *
   * @param target - path on this machine, or a place elsewhere. An existing file is replaced only when the result is
   * complete
   */
  begin(ref: ResultRef, target: string | WholeTarget): FileSave<SavedResult> {
    return new FileSave(target, (sink) => this.#prepareResult(ref, sink), this.#unfinished);
  }

  /** Begins to save the investigation package of an action, as {@link begin} saves a result. */
  beginPackage(ref: ActionRef, target: string | WholeTarget): FileSave<SavedPackage> {
    return new FileSave(target, (sink) => preparePackage(ref, sink, this.#findSource), this.#unfinished);
  }

  /** Notes that the package of an action is saved, with the facts beside it. */
  notePackage(ref: ActionRef): void {
    this.#packages.add(packageKey(ref));
    this.#packageSaved.fire();
  }

  /** Whether this window has saved the package of an action. Where it was saved is nobody else's business. */
  hasSavedPackage(ref: ActionRef): boolean {
    return this.#packages.has(packageKey(ref));
  }

  /** Discards unfinished files when the window closes, because no one can continue them. */
  dispose(): void {
    for (const sink of this.#unfinished) sink.discardNow();
  }

  #prepareResult(ref: ResultRef, sink: DownloadSink): FetchFile<SavedResult> {
    let fetch: FetchInto | undefined;
    return async (signal, limits) => {
      const source = await this.#findSource(ref);
      const { action } = await findActionWithResult(source, ref, signal);
      fetch ??= source.fetchInto(sink);
      const downloaded = await fetch(ref.actionId, ref.commandIndex, signal, {
        ...limits,
        actionCreatedAt: parseServerTime(action.creationDateTimeUtc),
      });
      const facts = await describeReceived(source, ref, action, downloaded);
      return { facts, action: source.receivedAction(action) };
    };
  }
}

function packageKey({ actionId, ...tenant }: ActionRef): string {
  return `${tenantKey(tenant)}|${actionId}`;
}
