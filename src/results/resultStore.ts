import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { LineSpan } from '../evidence/text/lineSpan.ts';
import { resultKey, tenantKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import type { TextView } from '../base/textView.ts';
import type { StorageFault } from '../storage/storageFault.ts';
import type { Analysis } from '../analysis/analysis.ts';
import { Emitter } from '../base/emitter.ts';
import { isViewAddress, StoredAnalysis } from './storedAnalysis.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';
import type { PlainAddress } from '../worker/viewCalls.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';
import type { StorageState, WorkerAnswer, WorkerCalls, WorkerMethod, WorkerRequest } from '../worker/protocol.ts';

/** The thread that stores and decodes, as `node:worker_threads` offers it. */
export interface StoreThread {
  readonly send: (request: WorkerRequest) => void;
  readonly onAnswer: (listener: (answer: WorkerAnswer) => void) => void;
  /** Calls a listener when the thread has ended. All its open requests are lost. */
  readonly onEnd: (listener: (reason: string) => void) => void;
  readonly stop: () => Promise<void>;
}

export interface ResultStoreOptions {
  /** Our folder on disk; undefined where there is none. */
  readonly folder: string | undefined;
  readonly startThread: () => Promise<StoreThread>;
  /** The thread that reads texts. Its creator ends it. */
  readonly analysis: Pick<Analysis, 'run'>;
  /** Called once when results are kept for this session only. */
  readonly onMemoryOnly: (reason: string) => void;
  /** Called when something is wrong with the file of results. */
  readonly onFault?: (fault: StorageFault) => void;
  /** Returns what may be written to the disk, for each result; by default everything, for good. */
  readonly rules?: () => KeepRules;
}

/** The person's settings for keeping results. */
export interface KeepRules {
  /** Whether results may be written to the disk at all. */
  readonly keep: boolean;
  /** Limit for all results together, in bytes; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Maximum age, ms; undefined: no limit. */
  readonly maxAge: number | undefined;
}

/** The lines of a text that are needed, and the time for which they are needed. */
export interface WantedText {
  /** Only these lines are needed. Other lines of a large text may then be empty, each in its place. */
  readonly lines?: readonly LineSpan[] | undefined;
  /** Aborted when the text is not needed any more. A view is then not made. */
  readonly signal?: AbortSignal | undefined;
}

const KEEP_ALL: KeepRules = { keep: true, maxBytes: undefined, maxAge: undefined };

interface Pending {
  readonly thread: StoreThread;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: LiveResponseError) => void;
}

/** The fetched results on this machine. The extension host sends requests, and a thread stores them. */
export class ResultStore {
  readonly #options: ResultStoreOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #known = new Map<string, StoredFacts>();
  readonly #stored = new Emitter<StoredFacts>();
  readonly #forgotten = new Emitter<readonly StoredFacts[]>();
  readonly #learned = new Map<string, Pick<ResultRef, 'cloud' | 'tenantId'>>();
  #thread: Promise<StoreThread> | undefined;
  #running: StoreThread | undefined;
  #saidMemory = false;
  readonly #saidFaults = new Set<StorageFault['kind']>();
  #lastId = 0;

  /** Reads stored texts by patterns. */
  readonly analysis: StoredAnalysis;
  /** Fires when a result was stored. */
  readonly onDidStore = this.#stored.event;
  /** Fires when known results are not stored any more: cleared or purged, here or in another window. */
  readonly onDidForget = this.#forgotten.event;

  constructor(options: ResultStoreOptions) {
    this.#options = options;
    this.analysis = new StoredAnalysis(
      {
        facts: (ref) => this.facts(ref),
        short: (ref, stream) => this.text(ref, stream),
        text: (ref, stream, lines) => this.#reading(ref, this.call('packText', ref, stream, lines)),
        view: (ref, stream, view) => this.#reading(ref, this.call('packView', ref, stream, view)),
        transcript: (ref) => this.#reading(ref, this.call('packTranscript', ref)),
      },
      options.analysis,
    );
  }

  /**
   * Stores a whole result, and returns its facts.
   * @param action - the text that the action in the facts was read from, where it is available
   */
  async put(facts: ReceivedFacts, bytes: Uint8Array, action?: ReceivedAction): Promise<StoredFacts> {
    const { keep } = this.#rules();
    const stored = await this.call('put', facts, bytes, { keep, action });
    this.#know(stored);
    if (keep) await this.purge(stored.ref);
    return stored;
  }

  /**
   * Ends a result that arrived in pieces: from now on it is stored like any other.
   * @param id - what `beginLarge` answered
   */
  async keepLarge(id: number, facts: ReceivedFacts, action: ReceivedAction | undefined): Promise<StoredFacts> {
    // The person may have changed this while the result arrived.
    if (!this.keeps) throw new LiveResponseError('largeNotKept', { reason: 'notAllowed' });
    const stored = await this.call('endLarge', id, facts, action);
    this.#know(stored);
    await this.purge(stored.ref);
    return stored;
  }

  /** Whether results may be written to the disk at all. */
  get keeps(): boolean {
    return this.#rules().keep;
  }

  /**
   * Removes results that are too many or too old by the rules. Ignores a failure, so that what was just fetched is not
   * lost.
   * @param except - stays in any case
   */
  async purge(except?: ResultRef): Promise<void> {
    const { keep, maxBytes, maxAge } = this.#rules();
    // The person may have changed this: what windows shared before must not be kept either.
    if (!keep) await this.call('forgetShared').catch(() => undefined);
    if (maxBytes === undefined && maxAge === undefined) return;
    const gone = await this.call('purge', { maxBytes, maxAge, except }).catch(() => []);
    this.#forget(gone);
  }

  /** Deletes results for good. @throws LiveResponseError `databaseFailed` */
  async delete(refs: readonly ResultRef[]): Promise<void> {
    await this.call('deleteResults', refs);
    this.#forget(refs.map(resultKey));
  }

  /** Deletes everything that the databases hold. @throws LiveResponseError `databaseFailed` */
  async removeAll(): Promise<void> {
    await this.call('removeAll');
    this.#forget([...this.#known.keys()]);
  }

  /**
   * Notes that something of a result was copied or quoted, so that it is not purged. Delays nothing, and never fails.
   */
  noteQuoted(ref: ResultRef): void {
    this.call('quoteResult', ref).catch(() => undefined);
  }

  /** Catches up with what other windows stored, cleared or purged. Costs almost nothing where they did nothing. */
  async catchUp(): Promise<void> {
    const stamps = await this.call('changedElsewhere');
    if (stamps === undefined) return;
    const now = new Map(stamps);
    const stale = [...this.#known].filter(([key, { fetchedAt }]) => now.get(key) !== fetchedAt).map(([key]) => key);
    this.#forget(stale);
    for (const tenant of this.#learned.values()) {
      for (const facts of await this.call('list', tenant)) {
        if (!this.#known.has(resultKey(facts.ref))) this.#know(facts);
      }
    }
  }

  /** Returns the facts of a stored result; undefined when it is not stored. */
  async facts(ref: ResultRef): Promise<StoredFacts | undefined> {
    const known = this.#known.get(resultKey(ref));
    if (known !== undefined) return known;
    const stored = await this.call('facts', ref);
    if (stored !== undefined) this.#known.set(resultKey(ref), stored);
    return stored;
  }

  /** Returns facts that were requested before, without waiting: for the tree and the status bar. */
  known(ref: ResultRef): StoredFacts | undefined {
    return this.#known.get(resultKey(ref));
  }

  /** Makes {@link known} complete for a tenant. */
  async learn(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Promise<void> {
    this.#learned.set(tenantKey(tenant), tenant);
    for (const facts of await this.call('list', tenant)) this.#known.set(resultKey(facts.ref), facts);
  }

  document(ref: ResultRef, stream: ResultStream): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#reading(ref, this.call('document', ref, stream));
  }

  /** Returns the document of a view, or of a part. @throws LiveResponseError `analysisStopped` for a view */
  part(address: ResultAddress): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return isViewAddress(address)
      ? this.analysis.viewDocument(address)
      : this.#reading(address, this.call('partDocument', plain(address)));
  }

  /** Returns the parts of a text, or of a view of one; undefined where it is not stored. */
  parts(address: ResultAddress): Promise<TextParts | undefined> {
    return isViewAddress(address)
      ? this.analysis.viewParts(address)
      : this.#reading(address, this.call('textParts', plain(address)));
  }

  /**
   * Returns a text as decoded, or a whole view of it.
   * @throws LiveResponseError `textTooLarge` where more is needed than fits in memory; `analysisStopped` for a view
   */
  text(ref: ResultRef, stream: ResultStream, view?: TextView, wanted: WantedText = {}): Promise<string | undefined> {
    return view === undefined
      ? this.#reading(ref, this.call('text', ref, stream, wanted.lines))
      : this.analysis.viewText({ ...ref, stream, view }, wanted.signal);
  }

  /**
   * Writes a text, or a view of one, into a file, as UTF-8.
   * @returns its size in bytes; undefined where it is not stored
   * @throws LiveResponseError `fileFailed`; `analysisStopped` for a view
   */
  async saveText(address: ResultAddress, path: string, signal?: AbortSignal): Promise<number | undefined> {
    if (!isViewAddress(address)) return this.#reading(address, this.call('saveText', plain(address), path));
    const bytes = await this.analysis.viewBytes(address, signal);
    return bytes === undefined ? undefined : this.call('saveBytes', bytes, path);
  }

  raw(ref: ResultRef): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#reading(ref, this.call('raw', ref));
  }

  /** Writes the file of a result that is stored in pieces. See `LargeCalls`. */
  saveFile(ref: ResultRef, path: string): Promise<number | undefined> {
    return this.#reading(ref, this.call('saveFile', ref, path));
  }

  #rules(): KeepRules {
    return this.#options.rules?.() ?? KEEP_ALL;
  }

  #know(facts: StoredFacts): void {
    this.#known.set(resultKey(facts.ref), facts);
    this.#stored.fire(facts);
  }

  #forget(keys: readonly string[]): void {
    const gone = keys.flatMap((key) => this.#known.get(key) ?? []);
    for (const key of keys) this.#known.delete(key);
    if (gone.length > 0) this.#forgotten.fire(gone);
  }

  /** Waits for a read. Forgets a result that proved damaged: it was set aside, and is not stored any more. */
  async #reading<Answer>(ref: ResultRef, asked: Promise<Answer>): Promise<Answer> {
    try {
      return await asked;
    } catch (error) {
      if (isLiveResponseError(error) && error.code === 'resultDamaged') this.#forget([resultKey(ref)]);
      throw error;
    }
  }

  /**
   * Sends a request to the thread, and starts the thread where it does not run.
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
      if (answer.notice !== undefined) this.#tellFault(answer.notice.fault);
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
        // Without a database the texts are lost with the thread; with one, the facts are read again.
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
      // Another window may have kept something before the person changed this.
      else if (!this.keeps) await this.#ask(thread, 'forgetShared', []).catch(() => undefined);
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
  #tellFault(fault: StorageFault): void {
    const isNews = !this.#saidFaults.has(fault.kind) || fault.setAside !== undefined;
    this.#saidFaults.add(fault.kind);
    if (isNews) this.#options.onFault?.(fault);
    // The file may now hold other results: facts are read again.
    if (fault.kind === 'corrupt' || fault.kind === 'vanished') this.#forget([...this.#known.keys()]);
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

/** Returns the same address without a view. */
function plain(address: ResultAddress): PlainAddress {
  return { ...address, view: undefined };
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
