import type { DownloadSink } from '../defender/download/downloadSink.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** Requests about a result that arrives in pieces. */
export type LargePort = WorkerPort<'beginLarge' | 'addLarge' | 'restartLarge' | 'dropLarge'>;

/** The store of which a result becomes part when all of it has arrived. */
interface LargeStore {
  readonly keepLarge: (id: number, facts: ReceivedFacts, action: ReceivedAction | undefined) => Promise<StoredFacts>;
}

/** Number of bytes that are handed to the store at a time. */
const PIECE_BYTES = 256 * 1024;

/**
 * Stores a result as it arrives. The result is never in memory whole: only a few pieces are held at any time.
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

  /** Makes sure that the result can be stored, before a download costs anything. */
  async open(): Promise<void> {
    this.#id ??= await orNotKept(this.#worker.call('beginLarge'));
  }

  async append(chunk: Uint8Array): Promise<void> {
    // A file that is not on this machine arrives in one piece.
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

  /** Ends the result, and stores it with its facts. */
  async keep(facts: ReceivedFacts, action: ReceivedAction | undefined): Promise<StoredFacts> {
    await this.#flush();
    const stored = await orNotKept(this.#store.keepLarge(await this.#opened(), facts, action));
    this.#id = undefined;
    return stored;
  }

  /** Deletes what was stored. Never fails. */
  async discard(): Promise<void> {
    this.#held = [];
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await this.#worker.call('dropLarge', id).catch(() => undefined);
  }

  async #opened(): Promise<number> {
    await this.open();
    return this.#id ?? 0;
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    // Not a pooled buffer, because it is moved to the thread with all that is in it.
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
