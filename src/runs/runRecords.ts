import { Emitter } from '../base/emitter.ts';
import { tenantKey } from '../base/resultUri.ts';
import type { Run } from '../model/run.ts';
import type { RunRecord, StandingOrder } from '../model/runRecord.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { readRunFilter } from './filterRun.ts';
import { boundOrder } from './standingOrder.ts';

export interface RunRecordsOptions {
  readonly store: Pick<ResultStore, 'keeps'>;
  readonly worker: WorkerPort<'runs' | 'putRun'>;
  readonly now: () => number;
  /** Whether this window may store the record of a run. It may not while another window works on that run. */
  readonly mayStore: (key: string) => boolean;
}

/**
 * Number of calls of an order that its record states in advance. A large run is too long to be stored at each call, and a
 * window that is killed must not forget a call.
 */
const AHEAD = 10;
/** Bytes that the record states in advance for each of these calls. A larger result is stored as it begins. */
const AHEAD_BYTES = 1_000_000;
/** States in which calls go on. */
const GOES_ON: ReadonlySet<RunRecord['state']> = new Set(['running', 'watching']);

/** Records of runs, in memory and in the database that all windows share. */
export class RunRecords {
  readonly #options: RunRecordsOptions;
  readonly #records = new Map<string, RunRecord>();
  /** Records as this window wrote them last. */
  readonly #written = new Map<string, string>();
  /** Calls and bytes that the stored record says that an order has taken. */
  readonly #stated = new Map<string, Pick<StandingOrder, 'calls' | 'bytes'>>();
  /** Bytes of the results under way. */
  readonly #underWay = new Map<string, number>();
  readonly #changed = new Emitter<string>();

  /** Fires with the key of a run when its record has changed, or one of its results has been stored. */
  readonly onDidChange = this.#changed.event;

  constructor(options: RunRecordsOptions) {
    this.#options = options;
  }

  /**
   * Reads the stored records. A record of a run that this window works on stays as it is; of any other run the stored
   * record is newer, because another window may have gone on with it.
   */
  async load(isActive: (key: string) => boolean): Promise<RunRecord[]> {
    const now = this.#options.now();
    const records = (await this.#options.worker.call('runs')).map((json) => readRecord(json, now));
    const stored = new Set(records.map(({ run }) => run.key));
    const own = [...this.#records.values()].filter(({ run }) => isActive(run.key) || !stored.has(run.key));
    this.#records.clear();
    for (const record of [...records.toReversed(), ...own]) this.#records.set(record.run.key, record);
    return records;
  }

  get(key: string): RunRecord | undefined {
    return this.#records.get(key);
  }

  /** Gets all records, the latest record first. */
  get all(): readonly RunRecord[] {
    return [...this.#records.values()].reverse();
  }

  /** Keeps the record of a run in memory. */
  note(run: Run): RunRecord {
    const known = this.#records.get(run.key);
    const record: RunRecord = known === undefined ? { run, state: 'none', failures: {} } : { ...known, run };
    this.#records.set(run.key, record);
    return record;
  }

  /** Forgets a record that is in memory only. */
  drop(key: string): void {
    if (this.#records.get(key)?.state === 'none') this.#records.delete(key);
  }

  /** Forgets the records of a tenant. @returns the keys of its runs */
  clearOf(tenant: Run['tenant']): string[] {
    const runs = [...this.#records.values()].filter(({ run }) => tenantKey(run.tenant) === tenantKey(tenant));
    const keys = runs.map(({ run }) => run.key);
    for (const key of keys) this.#records.delete(key);
    for (const key of keys) this.#changed.fire(key);
    return keys;
  }

  /** Forgets all records. The caller deletes the stored ones. */
  clear(): void {
    const keys = [...this.#records.keys()];
    this.#records.clear();
    for (const key of keys) this.#changed.fire(key);
  }

  /** Tells that a result of the run has been stored. */
  tell(key: string): void {
    this.#changed.fire(key);
  }

  change(key: string, change: Partial<RunRecord>): void {
    const record = this.#records.get(key);
    if (record !== undefined) this.set(key, { ...record, ...change });
  }

  /** Replaces a record in memory only. */
  hold(key: string, record: RunRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    this.#changed.fire(key);
  }

  /** Reads the stored record of a run, which another window may have changed. */
  async stored(key: string): Promise<RunRecord | undefined> {
    const all = await this.#options.worker.call('runs');
    return all.map((json) => readRecord(json, this.#options.now())).find(({ run }) => run.key === key);
  }

  /** Replaces and stores a record. */
  set(key: string, record: RunRecord): void {
    this.hold(key, record);
    this.store(key, GOES_ON.has(record.state) ? 'inAdvance' : 'exactly');
  }

  /**
   * Stores a record, if it is this window's. The call is not awaited. If the record is lost, a restarted window requests
   * failed results again, but the store still knows which results were fetched.
   *
   * @param how - whether the account of an order also states what may be taken before the next time
   */
  store(key: string, how: 'exactly' | 'inAdvance'): void {
    const { mayStore, store, worker } = this.#options;
    const record = this.#records.get(key);
    if (record === undefined || !mayStore(key)) return;
    // Of a pack, nothing leaves the memory of this object, which forgets it when the pack is closed.
    if (record.run.tenant.cloud === 'pack') return;
    const { order } = record;
    const stated = order !== undefined && how === 'inAdvance' ? this.#inAdvance(key, order) : order;
    if (stated !== undefined) this.#stated.set(key, stated);
    const json = JSON.stringify(stated === undefined ? record : { ...record, order: stated });
    this.#written.set(key, json);
    worker.call('putRun', key, json, { keep: store.keeps }).catch(() => undefined);
  }

  /** Whether the stored record of a run is still the one that this window wrote last. */
  async isOwn(key: string): Promise<boolean> {
    const written = this.#written.get(key);
    return written !== undefined && (await this.#options.worker.call('runs')).includes(written);
  }

  /** Adds to what the order of a run has taken. A negative number takes back what was not used. */
  spend(key: string, calls: number, bytes: number): void {
    const record = this.#records.get(key);
    if (record?.order === undefined) return;
    const { order } = record;
    this.#records.set(key, { ...record, order: { ...order, calls: order.calls + calls, bytes: order.bytes + bytes } });
    this.#state(key);
  }

  /** Notes the number of bytes that the results under way will bring. */
  reserve(key: string, underWay: number): void {
    this.#underWay.set(key, underWay);
    this.#state(key);
  }

  /** Stores a record if an order takes more than its stored record says. */
  #state(key: string): void {
    const order = this.#records.get(key)?.order;
    const stated = this.#stated.get(key);
    if (order === undefined) return;
    const bytes = order.bytes + (this.#underWay.get(key) ?? 0);
    if (stated === undefined || order.calls > stated.calls || bytes > stated.bytes) this.store(key, 'inAdvance');
  }

  #inAdvance(key: string, order: StandingOrder): StandingOrder {
    const bytes = order.bytes + (this.#underWay.get(key) ?? 0) + AHEAD * AHEAD_BYTES;
    return {
      ...order,
      calls: Math.min(order.mostCalls, order.calls + AHEAD - 1),
      bytes: Math.min(order.mostBytes, bytes),
    };
  }
}

/**
 * Reads a stored record. The worker has already checked its fields; the numbers of an order and the conditions of a
 * filter can still be anything.
 */
function readRecord(json: string, now: number): RunRecord {
  const { order, ...stored } = JSON.parse(json) as RunRecord;
  const { filter } = stored.run;
  const record: RunRecord =
    filter === undefined ? stored : { ...stored, run: { ...stored.run, filter: readRunFilter(filter, now) } };
  return order === undefined ? record : { ...record, order: boundOrder(order, record.run, now) };
}
