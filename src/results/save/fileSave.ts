import { isCancelled, isLiveResponseError } from '../../base/errors.ts';
import type { DownloadLimits } from '../../defender/download/download.ts';
import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { FileSink } from './fileSink.ts';
import { tooLargeThere, WholeSink } from './wholeSink.ts';
import type { SaveSink, WholeTarget } from './wholeSink.ts';

export interface SaveOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

/** Fetches a file into the sink that it was made for. Called again after a failure, it continues at the same place. */
export type FetchFile<Saved> = (signal: AbortSignal, limits: DownloadLimits) => Promise<Saved>;

/** Saves one file of the service, without the store. `Saved` describes it. */
export class FileSave<Saved> {
  readonly #sink: SaveSink;
  readonly #maxBytes: number;
  readonly #prepare: (sink: DownloadSink) => FetchFile<Saved>;
  readonly #unfinished: Set<SaveSink>;
  #fetch: FetchFile<Saved> | undefined;
  #saved: Saved | undefined;

  /**
   * @param prepare - makes the fetch; called again when the file has to begin anew
   * @param unfinished - contains the sink while its file is unfinished
   */
  constructor(
    target: string | WholeTarget,
    prepare: (sink: DownloadSink) => FetchFile<Saved>,
    unfinished: Set<SaveSink>,
  ) {
    const isPath = typeof target === 'string';
    this.#sink = isPath ? new FileSink(target) : new WholeSink(target);
    this.#maxBytes = isPath ? Infinity : target.maxBytes;
    this.#prepare = prepare;
    this.#unfinished = unfinished;
  }

  /**
   * Fetches the file. After a failure, the next run continues at the same place, unless {@link discard} was called.
   * After a cancel, no file is left.
   *
   * @throws LiveResponseError `fileFailed`, and all errors of the fetch
   */
  async run({ signal, onProgress }: SaveOptions): Promise<Saved> {
    this.#unfinished.add(this.#sink);
    try {
      // The file is opened first, because the link costs a call.
      await this.#sink.open();
      this.#fetch ??= this.#prepare(this.#sink);
      this.#saved ??= await this.#fetch(signal, { maxBytes: this.#maxBytes, onProgress });
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
}

/** Whether the unfinished file was removed, for example by a virus scanner. It cannot be continued then. */
function isGone(error: unknown): boolean {
  return isLiveResponseError(error) && error.code === 'fileFailed' && error.values.systemCode === 'ENOENT';
}
