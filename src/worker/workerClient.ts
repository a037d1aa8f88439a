import { Emitter } from '../base/emitter.ts';
import { LiveResponseError } from '../base/errors.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { StorageState, WorkerAnswer, WorkerCalls, WorkerMethod, WorkerRequest } from './protocol.ts';

/** The thread that stores and decodes, as `node:worker_threads` offers it. */
export interface StoreThread {
  readonly send: (request: WorkerRequest) => void;
  readonly onAnswer: (listener: (answer: WorkerAnswer) => void) => void;
  /** Calls a listener when the thread has ended. All its open requests are lost. */
  readonly onEnd: (listener: (reason: string) => void) => void;
  readonly stop: () => Promise<void>;
}

/** The requests that one user of the thread makes, such as `WorkerPort<'takeLease' | 'releaseLease'>`. */
export interface WorkerPort<Allowed extends WorkerMethod> {
  /** @throws LiveResponseError `databaseFailed`, and what the request's own comment names */
  readonly call: <Method extends Allowed>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ) => Promise<WorkerCalls[Method]['answer']>;
}

export interface WorkerClientOptions {
  /** Our folder on disk; undefined where there is none. */
  readonly folder: string | undefined;
  readonly startThread: () => Promise<StoreThread>;
  /** Whether results may be written to the disk at all. */
  readonly keeps: () => boolean;
  /** Called once when results are kept for this session only. */
  readonly onMemoryOnly: (reason: string) => void;
  /** Called when something is wrong with the file of results, once for each kind of fault and each file set aside. */
  readonly onFault?: (fault: StorageFault) => void;
}

interface Pending {
  readonly thread: StoreThread;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: LiveResponseError) => void;
}

/** Sends requests to the thread of the databases. The thread starts at the first request, and again after its end. */
export class WorkerClient implements WorkerPort<WorkerMethod> {
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #ended = new Emitter<undefined>();
  readonly #faulted = new Emitter<StorageFault>();
  #thread: Promise<StoreThread> | undefined;
  #running: StoreThread | undefined;
  #saidMemory = false;
  readonly #saidFaults = new Set<StorageFault['kind']>();
  #lastId = 0;

  /** Fires when the thread has ended by itself. Without a database, everything it kept is lost. */
  readonly onDidEnd = this.#ended.event;
  /** Fires at every fault of the file of results, also one that is not reported again. */
  readonly onDidFault = this.#faulted.event;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request to the thread, and starts the thread where it does not run.
   * @throws LiveResponseError `databaseFailed`, and what the request's own comment names
   */
  async call<Method extends WorkerMethod>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ): Promise<WorkerCalls[Method]['answer']> {
    this.#thread ??= this.#start().catch((error: unknown) => {
      this.#thread = undefined;
      throw new LiveResponseError('databaseFailed', { reason: error instanceof Error ? error.message : 'unknown' });
    });
    return this.#send(await this.#thread, method, args);
  }

  async dispose(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread)?.stop();
  }

  async #start(): Promise<StoreThread> {
    const thread = await this.#options.startThread();
    thread.onAnswer((answer) => {
      if (answer.notice !== undefined) this.#report(answer.notice.fault);
      const waiting = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (answer.failure === undefined) waiting?.resolve(answer.answer);
      else waiting?.reject(toFailure(answer, answer.failure));
    });
    thread.onEnd((reason) => {
      // Its successor may be running already: only the requests of this thread are lost.
      if (this.#running === thread) {
        this.#running = undefined;
        this.#thread = undefined;
        this.#ended.fire(undefined);
      }
      for (const [id, waiting] of this.#pending) {
        if (waiting.thread !== thread) continue;
        this.#pending.delete(id);
        waiting.reject(new LiveResponseError('databaseFailed', { reason }));
      }
    });
    this.#running = thread;
    try {
      const state: StorageState = await this.#send(thread, 'open', [this.#options.folder]);
      if (state === 'memory') this.#sayMemoryOnly('no folder');
      // Another window may have kept something before the user changed this.
      else if (!this.#options.keeps()) await this.#send(thread, 'forgetShared', []).catch(() => undefined);
    } catch (error) {
      // Reading goes on without a database; the thread keeps new results in memory.
      this.#sayMemoryOnly(error instanceof LiveResponseError ? (error.values.reason ?? '') : '');
    }
    return thread;
  }

  #sayMemoryOnly(reason: string): void {
    if (this.#saidMemory) return;
    this.#saidMemory = true;
    this.#options.onMemoryOnly(reason);
  }

  /** Reports a fault. The same kind of fault is reported once, unless a file was set aside. */
  #report(fault: StorageFault): void {
    const isNew = !this.#saidFaults.has(fault.kind) || fault.setAside !== undefined;
    this.#saidFaults.add(fault.kind);
    if (isNew) this.#options.onFault?.(fault);
    this.#faulted.fire(fault);
  }

  #send<Method extends WorkerMethod>(
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

/** Converts the thread's error. @param said - name and message of that error */
function toFailure({ failureName }: WorkerAnswer, said: string): LiveResponseError {
  switch (failureName) {
    case 'ResultDamaged':
      return new LiveResponseError('resultDamaged', { reason: said });
    case 'TextTooLarge':
      return new LiveResponseError('textTooLarge', { reason: said });
    case 'FileFailed':
      return new LiveResponseError('fileFailed', { systemCode: said.replace(/^FileFailed: /u, '') });
    default:
      return new LiveResponseError('databaseFailed', { reason: said });
  }
}
