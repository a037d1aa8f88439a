/** Storage for the bytes of a download. The download itself counts, hashes and checks them. */
export interface DownloadSink {
  /**
   * Stores the next bytes. The download reads no more from the network until this call has ended.
   * @throws LiveResponseError and nothing else
   */
  readonly append: (chunk: Uint8Array) => void | Promise<void>;
  /** Discards the stored bytes, because the download starts again. */
  readonly clear: () => void | Promise<void>;
}

/** Keeps all bytes in memory, for results that are opened. */
export class MemorySink implements DownloadSink {
  #chunks: Uint8Array[] = [];

  append(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  clear(): void {
    this.#chunks = [];
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
