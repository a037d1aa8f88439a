import type { DownloadSink } from '../defender/download/downloadSink.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { ResultStore } from './resultStore.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

/** Bytes that are handed to the store at a time. */
const PIECE_BYTES = 256 * 1024;

/**
 * A result on its way into the store, never in memory whole: what it takes at any time is a few pieces.
 *
 * Everything rejects with `largeNotKept`, and with nothing else.
 */
export class StoreSink implements DownloadSink {
  readonly #store: Pick<ResultStore, 'call' | 'keepLarge'>;
  #id: number | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(store: Pick<ResultStore, 'call' | 'keepLarge'>) {
    this.#store = store;
  }

  /** Makes sure that it can be stored, before a download spends anything. */
  async open(): Promise<void> {
    this.#id ??= await orNotKept(this.#store.call('beginLarge'));
  }

  async append(chunk: Uint8Array): Promise<void> {
    // A file that is not on this machine comes in one piece.
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
    if (this.#id !== undefined) await orNotKept(this.#store.call('restartLarge', this.#id));
  }

  /** The bytes are whole. */
  async keep(facts: ReceivedFacts, action: ReceivedAction | undefined): Promise<StoredFacts> {
    await this.#flush();
    const stored = await orNotKept(this.#store.keepLarge(await this.#opened(), facts, action));
    this.#id = undefined;
    return stored;
  }

  /** Leaves nothing behind; fails never. */
  async discard(): Promise<void> {
    this.#held = [];
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await this.#store.call('dropLarge', id).catch(() => undefined);
  }

  async #opened(): Promise<number> {
    await this.open();
    return this.#id ?? 0;
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    // No buffer of a pool: it is moved to the thread, with all that is in it.
    const bytes = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const chunk of this.#held) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    await orNotKept(this.#store.call('addLarge', await this.#opened(), bytes));
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
