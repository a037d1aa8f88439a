import { traitsOf } from '../base/failures.ts';
import { RunRecords } from './runRecords.ts';
import { refOf } from '../model/run.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { KeptFailure, OrderOwner, RunRecord } from '../model/runRecord.ts';
import { ownerOfOrder, ownWindow } from './orderOwner.ts';
import { lookAgain } from './orderWatch.ts';
import { isAvailable, isTransient, keep, memberKey, UNREACHABLE } from './runFailures.ts';
import { RunJob } from './runJob.ts';
import type { RunFetchesOptions, StartOptions } from './runOptions.ts';
import { StoreRoom } from './storeRoom.ts';

/**
 * Number of results that are fetched at once. More would not be faster, because calls wait in the call budget. After a
 * pause, at most this number of results is still completed.
 */
const AT_ONCE = 3;
/** Pause after a fetch on order that could not be sent, ms. */
const UNREACHABLE_MS = 60_000;

/** States of a run whose work goes on, unless its window was closed. */
const INTERRUPTED: ReadonlySet<RunRecord['state']> = new Set(['running', 'waiting', 'watching']);

/**
 * Fetches the results of runs in the background. Only the store determines which results are missing. So no window
 * fetches a stored result again, even if the work ended early. If a window is closed during the work, the state in the
 * record stays `running`.
 */
export class RunFetches {
  readonly #options: RunFetchesOptions;
  /** Aborted when this window closes. */
  readonly #disposed = new AbortController();
  readonly #records: RunRecords;
  readonly #room: StoreRoom;
  readonly #jobs = new Map<string, RunJob>();

  constructor(options: RunFetchesOptions) {
    this.#options = options;
    this.#room = new StoreRoom(options.room);
    const mayStore = (key: string): boolean => this.#jobs.get(key)?.holdsRun !== false;
    this.#records = new RunRecords({ ...options, now: options.clock.now, mayStore });
  }

  /** Fires with the key of a run when its record has changed, or one of its results has been stored. */
  get onDidChange(): RunRecords['onDidChange'] {
    return this.#records.onDidChange;
  }

  /**
   * Reads the records that earlier windows stored. Returns the records whose work had not ended. Another window may
   * still be working on some of them.
   */
  async load(): Promise<RunRecord[]> {
    const records = await this.#records.load((key) => this.#jobs.has(key));
    return records.filter(({ state, run }) => INTERRUPTED.has(state) && !this.#jobs.has(run.key));
  }

  get(key: string): RunRecord | undefined {
    return this.#records.get(key);
  }

  /** Gets all records, the latest record first. */
  get all(): readonly RunRecord[] {
    return this.#records.all;
  }

  /** Whether this window is fetching the run. */
  isActive(key: string): boolean {
    return this.#jobs.has(key);
  }

  /** Keeps the record of a run, without fetching its results. */
  note(run: Run): RunRecord {
    return this.#records.note(run);
  }

  /** Drops the record of a run that was noted, and never started. */
  forget(key: string): void {
    if (!this.#jobs.has(key)) this.#records.drop(key);
  }

  /** Returns the signs of this window, and of the account that would give an order for a run now. */
  async owner(run: Run): Promise<OrderOwner> {
    const by = ownerOfOrder(run, await this.#options.account?.(run).catch(() => undefined));
    return { window: ownWindow, ...(by !== undefined && { by }) };
  }

  /** Returns the members whose results are available and not stored yet. */
  async missing(record: RunRecord): Promise<RunMember[]> {
    const missing: RunMember[] = [];
    for (const member of record.run.members) {
      if (!isAvailable(member)) continue;
      if ((await this.#options.store.facts(refOf(record.run, member))) === undefined) missing.push(member);
    }
    return missing;
  }

  /**
   * Starts or resumes fetching a run.
   * @returns a promise that resolves when nothing is left to do. Failures are in the record
   */
  start(run: Run, { again, order }: StartOptions): Promise<void> {
    const { key } = run;
    const active = this.#jobs.get(key);
    if (active !== undefined) {
      this.resume(key);
      return active.done;
    }
    const known = this.note(run);
    const failures = again
      ? {}
      : Object.fromEntries(Object.entries(known.failures).filter(([, { code }]) => traitsOf(code).isFinal === true));
    const kept = again || known.order?.end !== undefined ? undefined : known.order;
    // An order whose time is over must not keep a person's gesture from fetching what there is.
    const isLeft = kept !== undefined && kept.endsAt > this.#options.clock.now();
    const wanted = order ?? (isLeft ? kept : undefined);
    const open = this.#options.keepsOrders === false ? undefined : wanted;
    const job = new RunJob(key, {
      options: this.#options,
      records: this.#records,
      room: this.#room,
      continues: order === undefined && open !== undefined,
      work: (one) => this.#hold(one),
    });
    this.#jobs.set(key, job);
    // Stored as soon as this window has the lease. Until then another window may work on it, and keep its record.
    this.#records.hold(key, { run, state: 'waiting', failures, ...(open === undefined ? {} : { order: open }) });
    job.begin();
    return job.done;
  }

  /** Pauses the work: no further fetch starts. A running fetch is completed, because it has already cost a call. */
  pause(key: string): void {
    const record = this.#records.get(key);
    if (record !== undefined && this.#jobs.get(key)?.pause(record.state) === true)
      this.#records.change(key, { state: 'paused' });
  }

  resume(key: string): void {
    const state = this.#jobs.get(key)?.resume();
    if (state !== undefined) this.#records.change(key, { state });
  }

  /**
   * Cancels the work. Stored results stay. Work that only waits for another window leaves that window's work alone: it
   * goes on, and only its own window can cancel it.
   */
  cancel(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    const job = this.#jobs.get(key);
    // Without its order, which Resume must not bring back.
    const { run, failures } = record;
    const cancelled: RunRecord = { run, failures, state: 'cancelled' };
    // While another window works on the run, the stored record is that window's.
    const isOurs = job === undefined || job.holdsRun;
    this.#jobs.delete(key);
    if (isOurs) this.#records.set(key, cancelled);
    else {
      this.#records.hold(key, cancelled);
      this.#storeLater(key, cancelled);
    }
    job?.end();
  }

  /** Stores a record when no window works on the run, unless another one has written since: after a sleep, none may. */
  #storeLater(key: string, record: RunRecord): void {
    const store = async (): Promise<void> => {
      if (this.#records.get(key) === record && (await this.#records.isOwn(key))) this.#records.store(key, 'exactly');
    };
    this.#options.hold(`run|${key}`, this.#disposed.signal, store).catch(() => undefined);
  }

  /** Ends all work, and drops all records without storing them: their data is being removed. */
  forgetAll(): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#records.clear();
    for (const job of jobs) job.end();
  }

  /** Ends the work on the runs of a tenant, and forgets them. */
  forgetOf(tenant: Run['tenant']): void {
    for (const key of this.#records.clearOf(tenant)) {
      const job = this.#jobs.get(key);
      this.#jobs.delete(key);
      job?.end();
    }
  }

  /** Ends the work of this window. The records do not change, so that the next window offers to continue. */
  dispose(): void {
    this.#disposed.abort();
    for (const [key, job] of this.#jobs) {
      // While another window works on the run, the stored record is that window's.
      this.#records.store(key, 'exactly');
      job.end();
    }
    this.#jobs.clear();
  }

  /** Works on a run until its end. If the lease is lost meanwhile, waits for it again like a window that comes later. */
  async #hold(job: RunJob): Promise<void> {
    const { key } = job;
    try {
      const begun = this.#records.get(key);
      if (begun?.order !== undefined) job.owner = await this.owner(begun.run);
      while (!job.hasEnded()) {
        await this.#options.hold(`run|${key}`, job.ended, async (lease) => {
          job.hold(lease);
          try {
            await this.#work(job);
            const isStopped = this.#records.get(key)?.state === 'stopped';
            // Work that a failure stopped does not begin again by itself.
            if (job.hasEnded() || (!job.holdsRun && !isStopped)) return;
            if (!isStopped) this.#records.change(key, { state: 'ended' });
            this.#jobs.delete(key);
            job.finish();
          } finally {
            job.release();
          }
        });
        if (job.hasEnded()) return;
        job.continues = true;
        const record = this.#records.get(key);
        // A pause lasts until a person ends it.
        if (record !== undefined && !job.isPaused) this.#records.hold(key, { ...record, state: 'waiting' });
      }
    } catch (error) {
      if (job.hasEnded()) return;
      this.#jobs.delete(key);
      job.finish();
      this.#records.change(key, { state: 'stopped', stoppedBy: keep(error, this.#options.clock.now()) });
    }
  }

  async #work(job: RunJob): Promise<void> {
    const { key, account } = job;
    await job.resumed();
    if (job.continues) await this.#takeOver(job);
    const record = this.#records.get(key);
    if (job.isOver() || record === undefined) return;
    const { order, ...rest } = record;
    // The gesture that began or resumed it is an order of the account that made it.
    const owned = order === undefined ? {} : { order: { ...order, ...job.owner } };
    this.#records.set(key, { ...rest, ...owned, state: 'running' });
    const payment = { signal: job.signal, meter: account };
    await this.#options.prepare?.(record.run, await this.missing(record), payment).catch(() => undefined);
    await this.#fetchAll(job);
    const parts = {
      options: this.#options,
      records: this.#records,
      missing: (one: RunRecord) => this.missing(one),
      stop: (one: RunJob, failure: KeptFailure) => {
        this.#stop(one, failure);
      },
    };
    while (await lookAgain(job, parts)) await this.#fetchAll(job);
  }

  /**
   * Takes the account of an order from the window that worked on it last. Ends if that window has ended the order, or
   * cancelled the run.
   */
  async #takeOver(job: RunJob): Promise<void> {
    const { key } = job;
    const stored = await this.#records.stored(key).catch(() => undefined);
    const own = this.#records.get(key);
    if (stored === undefined || own === undefined || job.isOver()) return;
    const { order, run, state } = stored;
    const isEnded = own.order !== undefined && (order === undefined || order.end !== undefined);
    if (isEnded || state === 'cancelled') {
      this.#jobs.delete(key);
      this.#records.hold(key, stored);
      job.end();
      return;
    }
    const whole = run.members.length < own.run.members.length ? own.run : run;
    this.#records.hold(key, { ...own, run: whole, ...(own.order !== undefined && order !== undefined && { order }) });
  }

  /** Stops a run for a failure that affects all its results, also while it is paused. */
  #stop(job: RunJob, stoppedBy: KeptFailure): void {
    job.resume();
    this.#records.change(job.key, { state: 'stopped', stoppedBy });
  }

  /** Fetches all results that are available, some at once. */
  async #fetchAll(job: RunJob): Promise<void> {
    const record = this.#records.get(job.key);
    if (record === undefined || job.isOver() || record.state === 'stopped') return;
    const { run, failures, order } = record;
    const isWanted = (failure: KeptFailure | undefined): boolean =>
      failure === undefined || (order !== undefined && isTransient(failure));
    const queue = run.members.filter(
      (member) =>
        isAvailable(member) && isWanted(failures[memberKey(member)]) && !job.account.hasFetched(refOf(run, member)),
    );
    const work = async (): Promise<void> => {
      for (;;) {
        await job.resumed();
        if (job.isOver() || this.#records.get(job.key)?.state === 'stopped') return;
        const member = queue.shift();
        if (member === undefined) return;
        if (!(await this.#fetch(run, member, job))) queue.unshift(member);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /**
   * Fetches one result. @returns false if the result must be requested again, because the failure was not about this
   * result
   */
  async #fetch(run: Run, member: RunMember, job: RunJob): Promise<boolean> {
    const { key, signal, account } = job;
    const { now, wait } = this.#options.clock;
    try {
      const outcome = await account.fetch(refOf(run, member), signal);
      if (!job.isOver() && outcome === 'stored') this.#succeeded(key, member);
      return true;
    } catch (error) {
      if (job.isOver()) return true;
      const failure = keep(error, now());
      if (failure.code === 'rateLimited' || (account.isOnOrder && UNREACHABLE.has(failure.code))) {
        const pause = failure.code === 'rateLimited' ? (failure.values.retryAt ?? 0) - now() : UNREACHABLE_MS;
        await wait(Math.max(1000, pause), signal).catch(() => undefined);
        return false;
      }
      if (traitsOf(failure.code).stopsRun === true) {
        this.#stop(job, failure);
        return false;
      }
      const failures = this.#records.get(key)?.failures;
      this.#records.change(key, { failures: { ...failures, [memberKey(member)]: failure } });
      return true;
    }
  }

  /** Forgets an earlier failure of a member whose result has arrived. */
  #succeeded(key: string, member: RunMember): void {
    const failures = this.#records.get(key)?.failures;
    const own = memberKey(member);
    if (failures?.[own] === undefined) this.#records.tell(key);
    else
      this.#records.change(key, {
        failures: Object.fromEntries(Object.entries(failures).filter(([other]) => other !== own)),
      });
  }
}
