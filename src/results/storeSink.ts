import type { DownloadSink } from '../defender/download/downloadSink.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** The worker's requests for a result that arrives in pieces. */
export type LargePort = WorkerPort<'beginLarge' | 'addLarge' | 'restartLarge' | 'dropLarge'>;

/** The store to which the complete result is added. */
interface LargeStore {
  readonly keepLarge: (id: number, facts: ReceivedFacts, action: ReceivedAction | undefined) => Promise<StoredFacts>;
}

/** Number of bytes that are sent to the store in one request. */
const PIECE_BYTES = 256 * 1024;

/**
 * Stores a result as it arrives. Only a few pieces are in memory at any time.
 *
 * Every method rejects only with `largeNotKept`.
 */
export class StoreSink implements DownloadSink {
  readonly #store: LargeStore;
  readonly #worker: LargePort;
  #id: number | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(store: LargeStore, worker: LargePort) {
    this.#store = store;
    this.#worker = worker;
  }

  /** Makes sure that the result can be stored, before the download costs a call. */
  async open(): Promise<void> {
    await this.#opened();
  }

  async append(chunk: Uint8Array): Promise<void> {
    // A file that is not on this machine can arrive as one large chunk, so the chunk is divided.
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      const part = chunk.subarray(from, from + PIECE_BYTES);
      this.#held.push(part);
      this.#heldBytes += part.length;
      if (this.#heldBytes >= PIECE_BYTES) await this.#flush();
    }
  }

  async clear(): Promise<void> {
    this.#held = [];
    this.#heldBytes = 0;
    if (this.#id !== undefined) await orNotKept(this.#worker.call('restartLarge', this.#id));
  }

  /** Completes the result, and stores it with its facts. */
  async keep(facts: ReceivedFacts, action: ReceivedAction | undefined): Promise<StoredFacts> {
    await this.#flush();
    const stored = await orNotKept(this.#store.keepLarge(await this.#opened(), facts, action));
    this.#id = undefined;
    return stored;
  }

  /** Deletes the stored pieces. Never fails. */
  async discard(): Promise<void> {
    this.#held = [];
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await this.#worker.call('dropLarge', id).catch(() => undefined);
  }

  async #opened(): Promise<number> {
    return (this.#id ??= await orNotKept(this.#worker.call('beginLarge')));
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    // The buffer is not pooled, because it is moved to the thread with its complete memory.
    const bytes = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const chunk of this.#held) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    await orNotKept(this.#worker.call('addLarge', await this.#opened(), bytes));
  }
}

async function orNotKept<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    const reason = isLiveResponseError(error) ? (error.values.reason ?? error.code) : 'unknown';
    throw new LiveResponseError('largeNotKept', { reason });
  }
}
