import { LiveResponseError } from '../defender/errors.ts';
import type { ReceivedAction } from '../defender/receivedActions.ts';
import { resultKey } from '../evidence/uri.ts';
import type { ResultRef, ResultStream } from '../evidence/uri.ts';
import { Emitter } from './emitter.ts';
import type { ReceivedFacts, StoredFacts } from './storedResult.ts';
import type { StorageState, WorkerAnswer, WorkerCalls, WorkerMethod, WorkerRequest } from './worker/protocol.ts';

/** The thread that stores and decodes, as `node:worker_threads` offers it. */
export interface StoreThread {
  readonly send: (request: WorkerRequest) => void;
  readonly onAnswer: (listener: (answer: WorkerAnswer) => void) => void;
  /** The thread is gone, with all that was asked of it. */
  readonly onEnd: (listener: (reason: string) => void) => void;
  readonly stop: () => Promise<void>;
}

export interface ResultStoreOptions {
  /** Our folder on disk; undefined where there is none. */
  readonly folder: string | undefined;
  readonly startThread: () => Promise<StoreThread>;
  /** Results are kept for this session only; told once. */
  readonly onMemoryOnly: (reason: string) => void;
}

interface Pending {
  readonly thread: StoreThread;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: LiveResponseError) => void;
}

/** What was fetched, on this machine: asked in the extension host, kept by a thread of its own. */
export class ResultStore {
  readonly #options: ResultStoreOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #known = new Map<string, StoredFacts>();
  readonly #stored = new Emitter<StoredFacts>();
  #thread: Promise<StoreThread> | undefined;
  #running: StoreThread | undefined;
  #saidMemory = false;
  #lastId = 0;

  /** A result was stored. */
  readonly onDidStore = this.#stored.event;

  constructor(options: ResultStoreOptions) {
    this.#options = options;
  }

  /**
   * Stores a result whole, and answers what is known of it.
   * @param action - the text that the action in the facts was read from, where it is at hand
   */
  async put(facts: ReceivedFacts, bytes: Uint8Array, action?: ReceivedAction): Promise<StoredFacts> {
    const stored = await this.call('put', facts, bytes, action);
    this.#known.set(resultKey(stored.ref), stored);
    this.#stored.fire(stored);
    return stored;
  }

  /** What is known of a stored result; undefined when it is not stored. */
  async facts(ref: ResultRef): Promise<StoredFacts | undefined> {
    const known = this.#known.get(resultKey(ref));
    if (known !== undefined) return known;
    const stored = await this.call('facts', ref);
    if (stored !== undefined) this.#known.set(resultKey(ref), stored);
    return stored;
  }

  /** What was asked for before, without waiting: for the tree and the status bar. */
  known(ref: ResultRef): StoredFacts | undefined {
    return this.#known.get(resultKey(ref));
  }

  /** Makes {@link known} complete for a tenant. */
  async learn(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Promise<void> {
    for (const facts of await this.call('list', tenant)) this.#known.set(resultKey(facts.ref), facts);
  }

  document(ref: ResultRef, stream: ResultStream): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.call('document', ref, stream);
  }

  text(ref: ResultRef, stream: ResultStream): Promise<string | undefined> {
    return this.call('text', ref, stream);
  }

  raw(ref: ResultRef): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.call('raw', ref);
  }

  /**
   * Asks the thread, starting it where it does not run.
   * @throws LiveResponseError `databaseFailed`
   */
  async call<Method extends WorkerMethod>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ): Promise<WorkerCalls[Method]['answer']> {
    this.#thread ??= this.#start().catch((error: unknown) => {
      this.#thread = undefined;
      throw new LiveResponseError('databaseFailed', { reason: error instanceof Error ? error.message : 'unknown' });
    });
    return this.#ask(await this.#thread, method, args);
  }

  async dispose(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread)?.stop();
  }

  async #start(): Promise<StoreThread> {
    const thread = await this.#options.startThread();
    thread.onAnswer((answer) => {
      const waiting = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (answer.failure === undefined) waiting?.resolve(answer.answer);
      else waiting?.reject(new LiveResponseError('databaseFailed', { reason: answer.failure }));
    });
    thread.onEnd((reason) => {
      // Its successor may be at work already: only what this one owes is lost.
      if (this.#running === thread) {
        this.#running = undefined;
        this.#thread = undefined;
        // Without a database the texts went with the thread; with one, the facts are read again.
        this.#known.clear();
      }
      for (const [id, waiting] of this.#pending) {
        if (waiting.thread !== thread) continue;
        this.#pending.delete(id);
        waiting.reject(new LiveResponseError('databaseFailed', { reason }));
      }
    });
    this.#running = thread;
    try {
      const state: StorageState = await this.#ask(thread, 'open', [this.#options.folder]);
      if (state === 'memory') this.#sayMemoryOnly('no folder');
    } catch (error) {
      // Reading goes on without a database; the thread keeps what comes in memory.
      this.#sayMemoryOnly(error instanceof LiveResponseError ? (error.values.reason ?? '') : '');
    }
    return thread;
  }

  #sayMemoryOnly(reason: string): void {
    if (this.#saidMemory) return;
    this.#saidMemory = true;
    this.#options.onMemoryOnly(reason);
  }

  #ask<Method extends WorkerMethod>(
    thread: StoreThread,
    method: Method,
    args: readonly unknown[],
  ): Promise<WorkerCalls[Method]['answer']> {
    const id = ++this.#lastId;
    return new Promise<WorkerCalls[Method]['answer']>((resolve, reject) => {
      // The answer's type follows from the method on both ends of the thread.
      this.#pending.set(id, { thread, resolve: resolve as (answer: unknown) => void, reject });
      thread.send({ id, method, args });
    });
  }
}
