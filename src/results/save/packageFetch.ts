import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import type { ActionRef } from '../../base/resultUri.ts';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import type { FetchPackageInto } from '../../defender/download/resultFetcher.ts';
import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import { isFinished } from '../../model/machineAction.ts';
import type { ReceivedFacts } from '../../model/storedResult.ts';
import { describeReceived } from '../receivedFacts.ts';
import type { FindSource } from '../resultSource.ts';
import type { FetchFile } from './fileSave.ts';

/** First bytes of a ZIP archive with at least one entry: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const ZIP_START = Buffer.from('PK\u0003\u0004', 'latin1');

/** The facts of a saved investigation package. */
export interface SavedPackage {
  readonly facts: Omit<ReceivedFacts, 'ref'> & { readonly ref: ActionRef };
  /** The text from which the action in the facts was read, if it was still available. */
  readonly action: ReceivedAction | undefined;
  /** Whether the file begins like a ZIP archive, as packages do. Nothing in it is read. */
  readonly isZip: boolean;
}

/**
 * Prepares to fetch an investigation package. Asks for the action's state again if it had not ended when it was loaded,
 * so that no link is asked for in vain: only two a minute are allowed.
 *
 * @returns a fetch that rejects with `noPackage` and the action's state if the action has no package
 */
export function preparePackage(ref: ActionRef, sink: DownloadSink, findSource: FindSource): FetchFile<SavedPackage> {
  const start = new StartOfFile(sink);
  let fetch: FetchPackageInto | undefined;
  return async (signal, limits) => {
    const source = await findSource(ref);
    const known = source.knownAction(ref.actionId);
    const action =
      known !== undefined && isFinished(known) ? known : await source.fetchAction(ref.actionId, signal, 'click');
    if (action.status !== 'Succeeded') {
      const reason = isFinished(action) ? 'ended' : 'open';
      throw new LiveResponseError('noPackage', { state: action.status, reason });
    }
    fetch ??= source.fetchPackageInto(start);
    const downloaded = await fetch(ref.actionId, signal, limits).catch((error: unknown) => {
      throw inWordsOfPackage(error);
    });
    const facts = await describeReceived(source, ref, action, downloaded);
    return { facts, action: source.receivedAction(action), isZip: start.bytes.equals(ZIP_START) };
  };
}

/** Returns a failure of the host as one of the package: it refuses, wants to know who asks, or has no such file. */
function inWordsOfPackage(error: unknown): unknown {
  if (!isLiveResponseError(error) || error.values.host === undefined) return error;
  const { code, values } = error;
  if (code === 'noResult' || values.status === 410)
    return new LiveResponseError('noPackage', { ...values, reason: 'gone' });
  if (code === 'linkRefused' || (code === 'unexpectedAnswer' && values.status === 401))
    return new LiveResponseError('linkRefused', { ...values, reason: 'package' });
  return error;
}

/** Passes bytes on, and remembers the first of them. */
class StartOfFile implements DownloadSink {
  readonly #sink: DownloadSink;
  bytes = Buffer.alloc(0);

  constructor(sink: DownloadSink) {
    this.#sink = sink;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#sink.append(chunk);
    const missing = ZIP_START.length - this.bytes.length;
    if (missing > 0) this.bytes = Buffer.concat([this.bytes, chunk.subarray(0, missing)]);
  }

  async clear(): Promise<void> {
    this.bytes = Buffer.alloc(0);
    await this.#sink.clear();
  }
}
