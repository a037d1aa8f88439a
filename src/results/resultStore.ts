import type { LineRange } from '../base/places.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import { resultKey, tenantKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import type { TextView } from '../base/textView.ts';
import type { Analysis } from '../analysis/analysis.ts';
import { Emitter } from '../base/emitter.ts';
import { StoreSink } from './storeSink.ts';
import { isViewAddress, StoredAnalysis } from './storedAnalysis.ts';
import type { PackedSource } from './storedAnalysis.ts';
import { StoredTables } from './storedTables.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';
import type { PlainAddress } from '../worker/viewCalls.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';
import type { WorkerCalls } from '../worker/protocol.ts';
import type { WorkerClient } from '../worker/workerClient.ts';

export interface ResultStoreOptions {
  readonly worker: WorkerClient;
  /** The thread that reads texts. The owner of the store ends it. */
  readonly analysis: Pick<Analysis, 'run'>;
  /** The thread that holds tables; the thread that reads texts by default. */
  readonly tabling?: Pick<Analysis, 'run'>;
  /**
   * Returns the rules for results on the disk, read again for each result. By default, all results are kept forever.
   */
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

/** Limits a request for a text to the lines that are needed, and to the time in which the text is needed. */
export interface WantedText {
  /** The only lines that are needed. Other lines of a large text may be empty, but their number is right. */
  readonly lines?: readonly LineRange[] | undefined;
  /** Aborted when the text is not needed any more. A view is then not created. */
  readonly signal?: AbortSignal | undefined;
}

const KEEP_ALL: KeepRules = { keep: true, maxBytes: undefined, maxAge: undefined };

/** The fetched results on this machine. The extension host sends requests, and a thread stores them. */
export class ResultStore {
  readonly #options: ResultStoreOptions;
  readonly #known = new Map<string, StoredFacts>();
  readonly #stored = new Emitter<StoredFacts>();
  readonly #received = new Emitter<StoredFacts>();
  readonly #damaged = new Emitter<StoredFacts>();
  readonly #forgotten = new Emitter<readonly StoredFacts[]>();
  readonly #learned = new Map<string, Pick<ResultRef, 'cloud' | 'tenantId'>>();
  readonly #worker: WorkerClient;

  /** Reads stored texts with regular expressions, in the analysis thread. */
  readonly analysis: StoredAnalysis;
  /** Reads the tables of stored results, in a thread of their own. */
  readonly tables: StoredTables;
  /** Fires when a result has been stored. */
  readonly onDidStore = this.#stored.event;
  /** Fires when this window has received a result, and stored it. Those of a pack come all at once, and do not count. */
  readonly onDidReceive = this.#received.event;
  /** Fires when a stored result no longer has its hash. It was set aside. */
  readonly onDidFindDamage = this.#damaged.event;
  /** Fires when known results have been removed from the store: cleared or purged, in this or another window. */
  readonly onDidForget = this.#forgotten.event;

  constructor(options: ResultStoreOptions) {
    this.#options = options;
    this.#worker = options.worker;
    // Without a database, the texts are lost with the thread. With a database, the facts are read again on request.
    this.#worker.onDidEnd(() => {
      this.#known.clear();
    });
    this.#worker.onDidFault(({ kind }) => {
      // The database file may have been replaced, so the facts are read again on request.
      if (kind === 'corrupt' || kind === 'vanished') this.#forget([...this.#known.keys()]);
    });
    const source: PackedSource = {
      facts: (ref) => this.facts(ref),
      short: (ref, stream) => this.text(ref, stream),
      text: (ref, stream, lines) => this.#reading(ref, this.#worker.call('packText', ref, stream, lines)),
      view: (ref, stream, view) => this.#reading(ref, this.#worker.call('packView', ref, stream, view)),
      transcript: (ref) => this.#reading(ref, this.#worker.call('packTranscript', ref)),
    };
    this.analysis = new StoredAnalysis(source, options.analysis);
    this.tables = new StoredTables(source, options.tabling ?? options.analysis);
  }

  /**
   * Stores a complete result, and returns its facts.
   * @param action - the text from which the action in the facts was read, if it is available
   */
  async put(facts: ReceivedFacts, bytes: Uint8Array, action?: ReceivedAction): Promise<StoredFacts> {
    // Results of a pack are never written to the disk: they live as long as the pack is open.
    const isOfPack = facts.ref.cloud === 'pack';
    const keep = this.keeps && !isOfPack;
    const stored = await this.#worker.call('put', facts, bytes, { keep, action });
    this.#know(stored);
    if (!isOfPack) this.#received.fire(stored);
    if (keep) await this.purge(stored.ref);
    return stored;
  }

  /**
   * Completes a result that arrived in pieces, so that it is stored like any other result.
   * @param id - the answer of `beginLarge`
   */
  async keepLarge(id: number, facts: ReceivedFacts, action: ReceivedAction | undefined): Promise<StoredFacts> {
    // The person may have turned off storing while the result arrived.
    if (!this.keeps) throw new LiveResponseError('largeNotKept', { reason: 'notAllowed' });
    const stored = await this.#worker.call('endLarge', id, facts, action);
    this.#know(stored);
    this.#received.fire(stored);
    await this.purge(stored.ref);
    return stored;
  }

  /** Returns a sink that stores a result too large for memory. */
  largeSink(): StoreSink {
    return new StoreSink(this, this.#worker);
  }

  /** Whether results may be written to the disk at all. */
  get keeps(): boolean {
    return this.#rules().keep;
  }

  /**
   * Removes results that exceed the person's limits for size or age. Ignores a failure, so that a result that was just
   * fetched is not lost.
   * @param except - a result that is never removed
   */
  async purge(except?: ResultRef): Promise<void> {
    const { keep, maxBytes, maxAge } = this.#rules();
    // The person may have turned off storing. Then records that windows shared before must be deleted, too.
    if (!keep) await this.#worker.call('forgetShared').catch(() => undefined);
    if (maxBytes === undefined && maxAge === undefined) return;
    const gone = await this.#worker.call('purge', { maxBytes, maxAge, except }).catch(() => []);
    this.#forget(gone);
  }

  /** Deletes results permanently. @throws LiveResponseError `databaseFailed` */
  async delete(refs: readonly ResultRef[]): Promise<void> {
    await this.#worker.call('deleteResults', refs);
    this.#forget(refs.map(resultKey));
  }

  /** Deletes every result of a tenant. @throws LiveResponseError `databaseFailed` */
  async deleteOf(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Promise<void> {
    this.#learned.delete(tenantKey(tenant));
    await this.delete((await this.storedOf(tenant)).map(({ ref }) => ref));
  }

  /** Deletes all contents of the databases. @throws LiveResponseError `databaseFailed` */
  async removeAll(): Promise<void> {
    await this.#worker.call('removeAll');
    this.#forget([...this.#known.keys()]);
  }

  /**
   * Notes that a part of a result was copied or quoted, so that the result is not purged. Does not delay the caller,
   * and never fails.
   */
  noteQuoted(ref: ResultRef): void {
    this.#worker.call('quoteResult', ref).catch(() => undefined);
  }

  /** Reads which results other windows have stored, cleared or purged. Takes almost no time if there are none. */
  async catchUp(): Promise<void> {
    const stamps = await this.#worker.call('changedElsewhere');
    if (stamps === undefined) return;
    const now = new Map(stamps);
    const stale = [...this.#known].filter(([key, { fetchedAt }]) => now.get(key) !== fetchedAt).map(([key]) => key);
    this.#forget(stale);
    for (const tenant of this.#learned.values()) {
      for await (const facts of this.#listed(tenant)) {
        if (!this.#known.has(resultKey(facts.ref))) this.#know(facts);
      }
    }
  }

  /** Returns the facts of a stored result, or undefined if it is not stored. */
  async facts(ref: ResultRef): Promise<StoredFacts | undefined> {
    const known = this.#known.get(resultKey(ref));
    if (known !== undefined) return known;
    const stored = await this.#worker.call('facts', ref);
    if (stored !== undefined) this.#known.set(resultKey(ref), stored);
    return stored;
  }

  /** Returns facts that were requested before. Does not wait, so that the tree and the status bar can use it. */
  known(ref: ResultRef): StoredFacts | undefined {
    return this.#known.get(resultKey(ref));
  }

  /** Reads the facts of all stored results of a tenant, so that {@link known} returns all of them. */
  async learn(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Promise<void> {
    this.#learned.set(tenantKey(tenant), tenant);
    for await (const facts of this.#listed(tenant)) this.#known.set(resultKey(facts.ref), facts);
  }

  /** Yields the facts of a tenant's stored results, newest first. All at once would take 100 MB for 10,000 results. */
  async *#listed(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): AsyncGenerator<StoredFacts> {
    let behind: WorkerCalls['list']['answer']['next'];
    do {
      const { facts, next } = await this.#worker.call('list', tenant, behind);
      yield* facts;
      behind = next;
    } while (behind !== undefined);
  }

  /** Returns every stored result of this machine. @throws LiveResponseError `databaseFailed` */
  stored(): Promise<WorkerCalls['stored']['answer']> {
    return this.#worker.call('stored');
  }

  /** Returns the size of all stored results, in bytes. @throws LiveResponseError `databaseFailed` */
  storedBytes(): Promise<number> {
    return this.#worker.call('storedBytes');
  }

  /** Returns the facts of every stored result of a tenant. @throws LiveResponseError `databaseFailed` */
  async storedOf(tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): Promise<StoredFacts[]> {
    const found: StoredFacts[] = [];
    for await (const facts of this.#listed(tenant)) found.push(facts);
    return found;
  }

  /** Returns the text from which the action of a result was read. @throws LiveResponseError `databaseFailed` */
  receivedAction(ref: ResultRef): Promise<ReceivedAction | undefined> {
    return this.#worker.call('receivedAction', ref);
  }

  document(ref: ResultRef, stream: ResultStream): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#reading(ref, this.#worker.call('document', ref, stream));
  }

  /** Returns the document of a text or a view, or of a part. @throws LiveResponseError `analysisStopped` for a view */
  part(address: ResultAddress): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return isViewAddress(address)
      ? this.analysis.viewDocument(address)
      : this.#reading(address, this.#worker.call('partDocument', plain(address)));
  }

  /** Returns the parts of a text, or of a view of a text. Returns undefined if the text is not stored. */
  parts(address: ResultAddress): Promise<TextParts | undefined> {
    return isViewAddress(address)
      ? this.analysis.viewParts(address)
      : this.#reading(address, this.#worker.call('textParts', plain(address)));
  }

  /**
   * Returns a decoded text, or a complete view of it.
   * @throws LiveResponseError `textTooLarge` if the needed text does not fit in memory; `analysisStopped` for a view
   */
  text(ref: ResultRef, stream: ResultStream, view?: TextView, wanted: WantedText = {}): Promise<string | undefined> {
    return view === undefined
      ? this.#reading(ref, this.#worker.call('text', ref, stream, wanted.lines))
      : this.analysis.viewText({ ...ref, stream, view }, wanted.signal);
  }

  /**
   * Writes a text, or a view of a text, into a file as UTF-8.
   * @returns its size in bytes, or undefined if the text is not stored
   * @throws LiveResponseError `fileFailed`; `analysisStopped` for a view
   */
  async saveText(address: ResultAddress, path: string, signal?: AbortSignal): Promise<number | undefined> {
    if (!isViewAddress(address)) return this.#reading(address, this.#worker.call('saveText', plain(address), path));
    const bytes = await this.analysis.viewBytes(address, signal);
    return bytes === undefined ? undefined : this.#worker.call('saveBytes', bytes, path);
  }

  raw(ref: ResultRef): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#reading(ref, this.#worker.call('raw', ref));
  }

  /** Writes the file of a result that is stored in pieces. See `LargeCalls`. */
  saveFile(ref: ResultRef, path: string): Promise<number | undefined> {
    return this.#reading(ref, this.#worker.call('saveFile', ref, path));
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

  /** Waits for a read. If the result is damaged, forgets its facts, because it is not in the store any more. */
  async #reading<Answer>(ref: ResultRef, asked: Promise<Answer>): Promise<Answer> {
    try {
      return await asked;
    } catch (error) {
      if (isLiveResponseError(error) && error.code === 'resultDamaged') {
        const damaged = this.#known.get(resultKey(ref));
        this.#forget([resultKey(ref)]);
        if (damaged !== undefined) this.#damaged.fire(damaged);
      }
      throw error;
    }
  }
}

/** Returns the same address without a view. */
function plain(address: ResultAddress): PlainAddress {
  return { ...address, view: undefined };
}
