import { systemClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { LiveResponseError } from '../base/errors.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { StorageState, WorkerAnswer, WorkerCalls, WorkerMethod, WorkerRequest } from './protocol.ts';

/** The thread that stores and decodes results. `node:worker_threads` provides it. */
export interface StoreThread {
  readonly send: (request: WorkerRequest) => void;
  readonly onAnswer: (listener: (answer: WorkerAnswer) => void) => void;
  /** Registers a listener that is called when the thread has ended. All its open requests are then lost. */
  readonly onEnd: (listener: (reason: string) => void) => void;
  readonly stop: () => Promise<void>;
}

/** The requests that one user of the thread can make, such as `WorkerPort<'takeLease' | 'releaseLease'>`. */
export interface WorkerPort<Allowed extends WorkerMethod> {
  /** @throws LiveResponseError `databaseFailed`, and the errors that the comment on the request names */
  readonly call: <Method extends Allowed>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ) => Promise<WorkerCalls[Method]['answer']>;
}

export interface WorkerClientOptions {
  /** The extension's folder on the disk, or undefined if it has none. */
  readonly folder: string | undefined;
  readonly startThread: () => Promise<StoreThread>;
  /** Whether results may be written to the disk at all. */
  readonly keeps: () => boolean;
  /** Called once if the databases could not be opened, or if there is no folder for them. */
  readonly onMemoryOnly: (reason: string) => void;
  /**
   * Called when the results file has a fault. It is called once for each kind of fault, and for each file that was set
   * aside.
   */
  readonly onFault?: (fault: StorageFault) => void;
  /** Longest wait for the last answers at the end, ms: {@link LAST_ANSWERS_MS} by default. */
  readonly lastAnswersMs?: number;
}

/** Pause before the databases are opened again if that failed, ms. Each try can wait for a lock. */
const OPEN_AGAIN_MS = 10_000;

/** Longest wait for the last answers, ms. VS Code ends its extension host five seconds after it said so. */
const LAST_ANSWERS_MS = 3000;

interface Pending {
  readonly thread: StoreThread;
  readonly answered: Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: LiveResponseError) => void;
}

/**
 * Sends requests to the database thread. The thread starts at the first request. After its end, the next request starts
 * it again.
 */
export class WorkerClient implements WorkerPort<WorkerMethod> {
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #ended = new Emitter<undefined>();
  readonly #faulted = new Emitter<StorageFault>();
  #thread: Promise<StoreThread> | undefined;
  #running: StoreThread | undefined;
  #saidMemory = false;
  #isOver = false;
  readonly #saidFaults = new Set<StorageFault['kind']>();
  #lastId = 0;
  /** Time of the last try to open the databases, if it failed. */
  #notOpenSince: number | undefined;

  /** Fires when the thread has ended by itself. If it had no database, all its results are lost. */
  readonly onDidEnd = this.#ended.event;
  /** Fires at every fault of the results file, even if the fault is not reported again. */
  readonly onDidFault = this.#faulted.event;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request to the thread, and starts the thread if it is not running.
   * @throws LiveResponseError `databaseFailed`, and the errors that the comment on the request names
   */
  async call<Method extends WorkerMethod>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ): Promise<WorkerCalls[Method]['answer']> {
    if (this.#isOver) throw new LiveResponseError('databaseFailed', { reason: 'closed' });
    this.#thread ??= this.#start().catch((error: unknown) => {
      this.#thread = undefined;
      throw new LiveResponseError('databaseFailed', { reason: error instanceof Error ? error.message : 'unknown' });
    });
    const thread = await this.#thread;
    if (this.#notOpenSince !== undefined && performance.now() - this.#notOpenSince > OPEN_AGAIN_MS) {
      await this.#open(thread).catch(() => undefined);
    }
    return this.#send(thread, method, args);
  }

  /**
   * Ends the thread, which closes the databases. What it was asked before is answered first: a result that has arrived is
   * stored.
   */
  async dispose(): Promise<void> {
    this.#isOver = true;
    const over = new AbortController();
    const longest = this.#options.lastAnswersMs ?? LAST_ANSWERS_MS;
    const last = systemClock.wait(longest, over.signal).catch(() => undefined);
    await Promise.race([this.#thread?.catch(() => undefined), last]);
    const answers = [...this.#pending.values()].map(({ answered }) => answered);
    await Promise.race([Promise.allSettled(answers), last]);
    over.abort();
    const thread = this.#running;
    this.#thread = undefined;
    // It does not end by itself.
    this.#running = undefined;
    await thread?.stop();
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
      // The next thread may be running already. Only the requests of this thread are lost.
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
      // Another window can hold a file for longer than SQLite waits. The second try is worth its time.
      await this.#open(thread).catch(() => this.#open(thread));
    } catch (error) {
      // Without a database, requests still work. The thread then keeps new results in memory.
      this.#sayMemoryOnly(error instanceof LiveResponseError ? (error.values.reason ?? '') : '');
    }
    return thread;
  }

  /** Opens the databases. What was kept in memory until then goes into them. */
  async #open(thread: StoreThread): Promise<void> {
    this.#notOpenSince = performance.now();
    const state: StorageState = await this.#send(thread, 'open', [this.#options.folder]);
    this.#notOpenSince = undefined;
    if (state === 'memory') this.#sayMemoryOnly('no folder');
    // The user has turned off storing. Another window may have shared records before that.
    else if (!this.#options.keeps()) await this.#send(thread, 'forgetShared', []).catch(() => undefined);
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
    const { promise, resolve, reject } = Promise.withResolvers<WorkerCalls[Method]['answer']>();
    // The type of the answer follows from the method, on both sides of the thread's border.
    this.#pending.set(id, { thread, answered: promise, resolve: resolve as (answer: unknown) => void, reject });
    try {
      thread.send({ id, method, args });
    } catch (error) {
      this.#pending.delete(id);
      throw error;
    }
    return promise;
  }
}

/** Converts the thread's error. @param said - name and message of the thread's error */
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
