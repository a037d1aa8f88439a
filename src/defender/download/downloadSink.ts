/** Where the bytes of a download are kept. Counting, hashing and checking them is the download's own work. */
export interface DownloadSink {
  /**
   * Keeps the next bytes. No more of them are taken from the network until that is done.
   * @throws LiveResponseError and nothing else
   */
  readonly append: (chunk: Uint8Array) => void | Promise<void>;
  /** Throws away what is kept: the download begins anew. */
  readonly clear: () => void | Promise<void>;
}

/** Keeps all in memory: for what is opened. */
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
