import type { DownloadSink } from '../../defender/download/downloadSink.ts';
import { MemorySink } from '../../defender/download/downloadSink.ts';
import { LiveResponseError } from '../../base/errors.ts';

/** A place that accepts only complete files, from memory. */
export interface WholeTarget {
  /** Size of the largest file that this place accepts, in bytes. */
  readonly maxBytes: number;
  /** Writes the file. @throws LiveResponseError `fileFailed` */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** Collects the bytes of a file: a `FileSink`, or a {@link WholeSink} if the file cannot be written in pieces. */
export interface SaveSink extends DownloadSink {
  /** Number of bytes that have been received so far. */
  readonly size: number;
  readonly open: () => Promise<void>;
  readonly keep: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly discard: () => Promise<void>;
  readonly discardNow: () => void;
}

/** Holds a file in memory until it is complete. Writes nothing before {@link keep} is called. */
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

  /** Adds bytes. @throws LiveResponseError `fileFailed` if they exceed the limit of the target */
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

  /** Writes the complete file at once. */
  async keep(): Promise<void> {
    await this.#target.write(this.#memory.bytes());
    this.clear();
  }

  /** Keeps the bytes in memory, so that a later run can continue. */
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

/** Creates the error for a file that is too large for its target. The person can choose another place. */
export function tooLargeThere(limit: number): LiveResponseError {
  return new LiveResponseError('fileFailed', { reason: 'tooLargeThere', limit });
}
