import { traitsOf } from '../base/failures.ts';
import { RunRecords } from './runRecords.ts';
import { refOf } from '../model/run.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { KeptFailure, RunRecord } from '../model/runRecord.ts';
import { OrderAccount } from './orderAccount.ts';
import { isAvailable, isTransient, keep, memberKey, UNREACHABLE } from './runFailures.ts';
import type { RenewRun, RunFetchesOptions, StartOptions } from './runOptions.ts';
import { countOpen, nextLookIn, whyOver } from './standingOrder.ts';

/**
 * Number of results that are fetched at once. More would not be faster, because calls wait in the call budget. After a
 * pause, at most this number of results is still completed.
 */
const AT_ONCE = 3;
/** Number of failed questions in a row after which an order stops: it would look healthy, and keep nothing. */
const MOST_FAILED_LOOKS = 12;
/** Pause after a fetch on order that could not be sent, ms. */
const UNREACHABLE_MS = 60_000;

/** States of a run whose work goes on, unless its window was closed. */
const INTERRUPTED: ReadonlySet<RunRecord['state']> = new Set(['running', 'waiting', 'watching']);

interface Job {
  readonly controller: AbortController;
  /** Ends the pause. Called when the person resumes. */
  resume: (() => void) | undefined;
  paused: Promise<void> | undefined;
  /** State before the pause. */
  before: RunRecord['state'];
  readonly account: OrderAccount;
  /** Whether it goes on with an order that the run has. Another window may have gone on with it, or ended it. */
  readonly continues: boolean;
  /** Number of questions in a row that Defender did not answer as asked. */
  failedLooks: number;
  readonly done: Promise<void>;
}

/**
 * Fetches the results of runs in the background. Only the store determines which results are missing. So no window
 * fetches a stored result again, even if the work ended early. If a window is closed during the work, the state in the
 * record stays `running`.
 */
export class RunFetches {
  readonly #options: RunFetchesOptions;
  readonly #records: RunRecords;
  readonly #jobs = new Map<string, Job>();

  constructor(options: RunFetchesOptions) {
    this.#options = options;
    this.#records = new RunRecords({ ...options, now: options.clock.now });
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
    const controller = new AbortController();
    const begin = Promise.withResolvers<undefined>();
    const job: Job = {
      controller,
      resume: undefined,
      paused: undefined,
      before: 'running',
      account: new OrderAccount(key, this.#options, this.#records),
      failedLooks: 0,
      continues: order === undefined && open !== undefined,
      done: begin.promise.then(() => this.#hold(key, job)),
    };
    this.#jobs.set(key, job);
    const waiting: RunRecord = { run, state: 'waiting', failures, ...(open === undefined ? {} : { order: open }) };
    // The window that works on it counts what the order takes, in the stored record.
    if (job.continues) this.#records.hold(key, waiting);
    else this.#records.set(key, waiting);
    begin.resolve(undefined);
    return job.done;
  }

  /** Pauses the work: no further fetch starts. A running fetch is completed, because it has already cost a call. */
  pause(key: string): void {
    const job = this.#jobs.get(key);
    if (job === undefined || job.paused !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    job.paused = promise;
    job.resume = () => {
      resolve(undefined);
    };
    job.before = this.#records.get(key)?.state ?? 'running';
    this.#records.change(key, { state: 'paused' });
  }

  resume(key: string): void {
    const job = this.#jobs.get(key);
    if (job?.resume === undefined) return;
    job.resume();
    job.resume = undefined;
    job.paused = undefined;
    this.#records.change(key, { state: job.before });
  }

  /** Cancels the work. Stored results stay. */
  cancel(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    const job = this.#jobs.get(key);
    this.#jobs.delete(key);
    job?.controller.abort();
    job?.resume?.();
    // Without its order, which Resume must not bring back.
    const { run, failures } = record;
    this.#records.set(key, { run, failures, state: 'cancelled' });
  }

  /** Ends all work, and drops all records without storing them: their data is being removed. */
  forgetAll(): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#records.clear();
    for (const { controller, resume } of jobs) {
      controller.abort();
      resume?.();
    }
  }

  /** Ends the work on the runs of a tenant, and forgets them. */
  forgetOf(tenant: Run['tenant']): void {
    for (const key of this.#records.clearOf(tenant)) {
      const job = this.#jobs.get(key);
      this.#jobs.delete(key);
      job?.controller.abort();
      job?.resume?.();
    }
  }

  /** Ends the work of this window. The records do not change, so that the next window offers to continue. */
  dispose(): void {
    for (const [key, { controller, resume }] of this.#jobs) {
      controller.abort();
      resume?.();
      // While another window works on the run, the stored record is that window's.
      if (this.#records.get(key)?.state !== 'waiting') this.#records.store(key);
    }
    this.#jobs.clear();
  }

  async #hold(key: string, job: Job): Promise<void> {
    try {
      await this.#options.hold(`run|${key}`, job.controller.signal, () => this.#work(key, job));
      if (this.#isOver(key, job)) return;
      this.#jobs.delete(key);
      if (this.#records.get(key)?.state !== 'stopped') this.#records.change(key, { state: 'ended' });
    } catch (error) {
      if (this.#isOver(key, job)) return;
      this.#jobs.delete(key);
      this.#records.change(key, { state: 'stopped', stoppedBy: keep(error, this.#options.clock.now()) });
    }
  }

  async #work(key: string, job: Job): Promise<void> {
    await this.#resumed(key, job);
    if (job.continues) await this.#takeOver(key, job);
    if (this.#isOver(key, job)) return;
    this.#records.change(key, { state: 'running' });
    const record = this.#records.get(key);
    if (record === undefined) return;
    await this.#options.prepare?.(record.run, await this.missing(record), job.controller.signal).catch(() => undefined);
    await this.#fetchAll(key, job);
    while (await this.#lookAgain(key, job)) await this.#fetchAll(key, job);
  }

  /** Takes the account of an order from the window that worked on it last. Ends if that window has ended the order. */
  async #takeOver(key: string, job: Job): Promise<void> {
    const stored = await this.#records.stored(key).catch(() => undefined);
    if (stored === undefined || this.#isOver(key, job)) return;
    const { order, run, state } = stored;
    if (order === undefined || order.end !== undefined || state === 'cancelled') {
      this.#jobs.delete(key);
      this.#records.hold(key, stored);
      return;
    }
    const own = this.#records.get(key);
    if (own === undefined) return;
    this.#records.hold(key, { ...own, order, run: run.members.length < own.run.members.length ? own.run : run });
  }

  /**
   * Waits for results that do not exist yet, if there is an order to keep them, and asks once about their commands.
   * @returns whether there may be more to fetch
   */
  async #lookAgain(key: string, job: Job): Promise<boolean> {
    const { clock, renew } = this.#options;
    const { signal } = job.controller;
    const record = this.#records.get(key);
    if (record?.order === undefined || renew === undefined) return false;
    if (this.#isOver(key, job) || record.state === 'stopped') return false;
    const missing = (await this.missing(record)).filter((member) => !job.account.hasFetched(refOf(record.run, member)));
    const failureOf = (member: RunMember): KeptFailure | undefined => record.failures[memberKey(member)];
    const isLeft = missing.some((member) => failureOf(member) === undefined);
    const isToRetry = missing.some((member) => isTransient(failureOf(member)));
    let end = whyOver(record.order, clock.now(), job.account.largest);
    const mayGrow = record.run.filter?.grows === true;
    if (!isLeft && !isToRetry && !mayGrow && countOpen(record.run) === 0) end = 'allEnded';
    else if (!(await job.account.findRoom())) end = 'full';
    if (end !== undefined) {
      this.#records.change(key, { order: { ...record.order, end } });
      return false;
    }
    // Left out only because other fetches were under way, which could have brought too many bytes.
    if (isLeft) return true;
    if (job.paused === undefined) this.#records.change(key, { state: 'watching' });
    await clock.wait(nextLookIn(record.run, record.order, clock.now()), signal).catch(() => undefined);
    await this.#resumed(key, job);
    // The run can have got more hosts meanwhile, and the order can be over after a long pause.
    const current = this.#records.get(key);
    if (this.#isOver(key, job) || current?.order === undefined) return false;
    if (whyOver(current.order, clock.now(), job.account.largest) === undefined)
      await this.#renew(key, job, current, renew);
    return true;
  }

  /** Asks once for the state of a run's commands. */
  async #renew(key: string, job: Job, { run, order }: RunRecord, ask: RenewRun): Promise<void> {
    const { clock } = this.#options;
    const { signal } = job.controller;
    const lookedAt = clock.now();
    // Added before the call, so that the limit holds also if the call fails.
    this.#records.spend(key, 1, 0);
    try {
      const renewed = await ask(run, order?.lookedAt, signal);
      const spent = this.#records.get(key)?.order;
      if (this.#isOver(key, job) || spent === undefined) return;
      job.failedLooks = 0;
      // A person can have paused the run while the question was under way.
      const state = job.paused === undefined ? { state: 'running' as const } : {};
      this.#records.change(key, { run: renewed, order: { ...spent, lookedAt }, ...state });
    } catch (error) {
      if (this.#isOver(key, job)) return;
      const failure = keep(error, clock.now());
      if (UNREACHABLE.has(failure.code)) this.#records.spend(key, -1, 0);
      else if (traitsOf(failure.code).stopsRun === true) this.#stop(key, job, failure);
      else if (failure.code !== 'rateLimited' && ++job.failedLooks >= MOST_FAILED_LOOKS) this.#stop(key, job, failure);
      else if (failure.code === 'rateLimited')
        await clock.wait(Math.max(0, (failure.values.retryAt ?? 0) - clock.now()), signal).catch(() => undefined);
    }
  }

  /** Stops a run for a failure that affects all its results, also while it is paused. */
  #stop(key: string, job: Job, stoppedBy: KeptFailure): void {
    job.resume?.();
    job.resume = undefined;
    job.paused = undefined;
    this.#records.change(key, { state: 'stopped', stoppedBy });
  }

  /** Fetches all results that are available, some at once. */
  async #fetchAll(key: string, job: Job): Promise<void> {
    const record = this.#records.get(key);
    if (record === undefined || this.#isOver(key, job) || record.state === 'stopped') return;
    const { run, failures, order } = record;
    const isWanted = (failure: KeptFailure | undefined): boolean =>
      failure === undefined || (order !== undefined && isTransient(failure));
    const queue = run.members.filter(
      (member) =>
        isAvailable(member) && isWanted(failures[memberKey(member)]) && !job.account.hasFetched(refOf(run, member)),
    );
    const work = async (): Promise<void> => {
      for (;;) {
        await this.#resumed(key, job);
        if (this.#isOver(key, job) || this.#records.get(key)?.state === 'stopped') return;
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
  async #fetch(run: Run, member: RunMember, job: Job): Promise<boolean> {
    const { key } = run;
    const ref = refOf(run, member);
    try {
      await job.account.fetch(ref, job.controller.signal);
      if (!this.#isOver(key, job)) this.#succeeded(key, member);
      return true;
    } catch (error) {
      if (this.#isOver(key, job)) return true;
      const failure = keep(error, this.#options.clock.now());
      const { now, wait } = this.#options.clock;
      if (failure.code === 'rateLimited' || (job.account.isOnOrder && UNREACHABLE.has(failure.code))) {
        const pause = failure.code === 'rateLimited' ? (failure.values.retryAt ?? 0) - now() : UNREACHABLE_MS;
        await wait(Math.max(1000, pause), job.controller.signal).catch(() => undefined);
        return false;
      }
      if (traitsOf(failure.code).stopsRun === true) {
        this.#stop(key, job, failure);
        return false;
      }
      const failures = this.#records.get(key)?.failures;
      this.#records.change(key, { failures: { ...failures, [memberKey(member)]: failure } });
      return true;
    }
  }

  /** Forgets an earlier failure of a member whose result has arrived. */
  #succeeded(key: string, member: RunMember): void {
    const { [memberKey(member)]: earlier, ...failures } = this.#records.get(key)?.failures ?? {};
    if (earlier === undefined) this.#records.tell(key);
    else this.#records.change(key, { failures });
  }

  /** Waits while the run is paused. A run that is canceled meanwhile stays paused, and must not be waited for. */
  async #resumed(key: string, job: Job): Promise<void> {
    while (job.paused !== undefined && !this.#isOver(key, job)) await job.paused;
  }

  #isOver(key: string, job: Job): boolean {
    return this.#jobs.get(key) !== job;
  }
}
