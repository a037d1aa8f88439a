import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { MemorySink } from '../../defender/download/downloadSink.ts';
import { LiveResponseError } from '../../base/errors.ts';

/** A place that takes a file whole only, out of memory. */
export interface WholeTarget {
  /** The largest file that may go there, bytes. */
  readonly maxBytes: number;
  /** @throws LiveResponseError `fileFailed` */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** Where a file is put together: `FileSink`, or {@link WholeSink} where there is no such way. */
export interface SaveSink extends DownloadSink {
  /** Bytes that are kept by now. */
  readonly size: number;
  readonly open: () => Promise<void>;
  readonly keep: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly discard: () => Promise<void>;
  readonly discardNow: () => void;
}

/** Holds a file in memory until it is whole. Nothing of it is anywhere else before {@link keep}. */
export class WholeSink implements SaveSink {
  readonly #target: WholeTarget;
  readonly #memory = new MemorySink();
  #size = 0;

  constructor(target: WholeTarget) {
    this.#target = target;
  }

  get size(): number {
    return this.#size;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws LiveResponseError `fileFailed` where it is more than may go there */
  append(chunk: Uint8Array): void {
    const { maxBytes } = this.#target;
    if (this.#size + chunk.length > maxBytes) throw tooLargeThere(maxBytes);
    this.#memory.append(chunk);
    this.#size += chunk.length;
  }

  clear(): void {
    this.#memory.clear();
    this.#size = 0;
  }

  /** The bytes are whole: they are written at once. */
  async keep(): Promise<void> {
    await this.#target.write(this.#memory.bytes());
    this.clear();
  }

  /** What is kept stays, and may be continued. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.clear();
    return Promise.resolve();
  }

  discardNow(): void {
    this.clear();
  }
}

/** Why a file cannot go there: the way out is another place. */
export function tooLargeThere(limit: number): LiveResponseError {
  return new LiveResponseError('fileFailed', { reason: 'tooLargeThere', limit });
}
