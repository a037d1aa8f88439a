import type { Clock } from '../base/clock.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import { traitsOf } from '../base/failures.ts';
import type { FailureCode } from '../base/failures.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { Emitter } from '../base/emitter.ts';
import { refOf } from '../model/run.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import type { KeptFailure, RunRecord, StandingOrder } from '../model/runRecord.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { nextLookIn, whyOver } from './standingOrder.ts';

export interface RunFetchesOptions {
  readonly store: Pick<ResultStore, 'facts' | 'keeps'>;
  readonly worker: WorkerPort<'runs' | 'putRun'>;
  /** Fetches a result in the background and stores it. Costs no call for a stored result. */
  readonly open: (ref: ResultRef, signal: AbortSignal) => Promise<Pick<StoredFacts, 'size'>>;
  /** Called once before results are fetched. Fetching continues if it fails. */
  readonly prepare?: (run: Run, missing: readonly RunMember[], signal: AbortSignal) => Promise<void>;
  /** Waits until no other window holds the lease with this name, and then runs the work. */
  readonly hold: (name: string, signal: AbortSignal, work: () => Promise<void>) => Promise<void>;
  /** Returns the run with the current state of its commands, and with hosts that joined it. Costs one call. */
  readonly renew?: (run: Run, signal: AbortSignal) => Promise<Run>;
  /** Whether the store has room for more results without dropping older ones. */
  readonly hasRoom?: () => Promise<boolean>;
  readonly clock: Clock;
}

/** Options for starting a run. */
export interface StartOptions {
  /** Whether to request results again that the service did not have. */
  readonly again: boolean;
  /** Order to keep the results that do not exist yet. Without one, an order that the run has goes on. */
  readonly order?: StandingOrder | undefined;
}

/**
 * Number of results that are fetched at once. More would not be faster, because calls wait in the call budget. After a
 * pause, at most this number of results is still completed.
 */
const AT_ONCE = 3;
/** Failures after which an order goes on: the machine slept, or is between two networks. */
const UNREACHABLE: ReadonlySet<FailureCode> = new Set(['offline', 'unknownHost']);
/** Pause after such a failure of a fetch, ms. */
const UNREACHABLE_MS = 60_000;

/** States of a run whose work goes on, unless its window was closed. */
const INTERRUPTED: ReadonlySet<RunRecord['state']> = new Set(['running', 'waiting', 'watching']);

interface Job {
  readonly controller: AbortController;
  /** Ends the pause. Called when the person resumes. */
  resume: (() => void) | undefined;
  paused: Promise<void> | undefined;
  readonly done: Promise<void>;
}

/** Returns the key of a member, unique within its run. */
export function memberKey({ actionId, commandIndex }: Pick<RunMember, 'actionId' | 'commandIndex'>): string {
  return `${actionId}#${commandIndex}`;
}

/** Whether a result can be requested, by the listed state of its command. */
export function isAvailable(member: RunMember): boolean {
  return member.result === 'transcript';
}

/**
 * Fetches the results of runs in the background. Only the store determines which results are missing. So no window
 * fetches a stored result again, even if the work ended early. If a window is closed during the work, the state in the
 * record stays `running`.
 */
export class RunFetches {
  readonly #options: RunFetchesOptions;
  readonly #records = new Map<string, RunRecord>();
  readonly #jobs = new Map<string, Job>();
  readonly #changed = new Emitter<string>();

  /** Fires with the key of a run when its record has changed, or one of its results has been stored. */
  readonly onDidChange = this.#changed.event;

  constructor(options: RunFetchesOptions) {
    this.#options = options;
  }

  /**
   * Reads the records that earlier windows stored. Returns the records whose work had not ended. Another window may
   * still be working on some of them.
   */
  async load(): Promise<RunRecord[]> {
    const records = (await this.#options.worker.call('runs')).map(readRecord);
    const known = [...this.#records.values()];
    this.#records.clear();
    for (const record of [...records.toReversed(), ...known]) this.#records.set(record.run.key, record);
    return records.filter(({ state, run }) => INTERRUPTED.has(state) && !this.#jobs.has(run.key));
  }

  get(key: string): RunRecord | undefined {
    return this.#records.get(key);
  }

  /** Gets all records, the latest record first. */
  get all(): readonly RunRecord[] {
    return [...this.#records.values()].reverse();
  }

  /** Whether this window is fetching the run. */
  isActive(key: string): boolean {
    return this.#jobs.has(key);
  }

  /** Keeps the record of a run, without fetching its results. */
  note(run: Run): RunRecord {
    const known = this.#records.get(run.key);
    const record: RunRecord = known === undefined ? { run, state: 'none', failures: {} } : { ...known, run };
    this.#records.set(run.key, record);
    return record;
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
    const controller = new AbortController();
    const begin = Promise.withResolvers<undefined>();
    const job: Job = {
      controller,
      resume: undefined,
      paused: undefined,
      done: begin.promise.then(() => this.#hold(key, job)),
    };
    this.#jobs.set(key, job);
    const open = order ?? (again || known.order?.end !== undefined ? undefined : known.order);
    this.#set(key, { run, state: 'waiting', failures, ...(open === undefined ? {} : { order: open }) });
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
    this.#change(key, { state: 'paused' });
  }

  resume(key: string): void {
    const job = this.#jobs.get(key);
    if (job?.resume === undefined) return;
    job.resume();
    job.resume = undefined;
    job.paused = undefined;
    this.#change(key, { state: 'running' });
  }

  /** Cancels the work. Stored results stay. */
  cancel(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    const job = this.#jobs.get(key);
    this.#jobs.delete(key);
    job?.controller.abort();
    job?.resume?.();
    this.#change(key, { state: 'cancelled' });
  }

  /** Ends the work of this window. The records do not change, so that the next window offers to continue. */
  dispose(): void {
    for (const { controller, resume } of this.#jobs.values()) {
      controller.abort();
      resume?.();
    }
    this.#jobs.clear();
  }

  async #hold(key: string, job: Job): Promise<void> {
    try {
      await this.#options.hold(`run|${key}`, job.controller.signal, () => this.#work(key, job));
      if (this.#isOver(key, job)) return;
      this.#jobs.delete(key);
      if (this.#records.get(key)?.state !== 'stopped') this.#change(key, { state: 'ended' });
    } catch (error) {
      if (this.#isOver(key, job)) return;
      this.#jobs.delete(key);
      this.#change(key, { state: 'stopped', stoppedBy: keep(error, this.#options.clock.now()) });
    }
  }

  async #work(key: string, job: Job): Promise<void> {
    if (this.#isOver(key, job)) return;
    if (job.paused === undefined) this.#change(key, { state: 'running' });
    const record = this.#records.get(key);
    if (record === undefined) return;
    await this.#options.prepare?.(record.run, await this.missing(record), job.controller.signal).catch(() => undefined);
    await this.#fetchAll(key, job);
    while (await this.#lookAgain(key, job)) await this.#fetchAll(key, job);
  }

  /**
   * Waits for results that do not exist yet, if there is an order to keep them, and asks once about their commands.
   * @returns whether there may be more to fetch
   */
  async #lookAgain(key: string, job: Job): Promise<boolean> {
    const { clock, hasRoom, renew } = this.#options;
    const { signal } = job.controller;
    const record = this.#records.get(key);
    if (record?.order === undefined || renew === undefined) return false;
    if (this.#isOver(key, job) || record.state === 'stopped') return false;
    const end = (await hasRoom?.()) === false ? 'full' : whyOver(record.order, record.run, clock.now());
    if (end !== undefined) {
      this.#change(key, { order: { ...record.order, end } });
      return false;
    }
    if (job.paused === undefined) this.#change(key, { state: 'watching' });
    await clock.wait(nextLookIn(record.run, record.order, clock.now()), signal).catch(() => undefined);
    await this.#resumed(key, job);
    if (this.#isOver(key, job)) return false;
    // Set before the call, so that the limit holds also if the call fails.
    this.#spend(key, 1, 0);
    try {
      const run = await renew(record.run, signal);
      if (!this.#isOver(key, job)) this.#change(key, { run, state: 'running' });
    } catch (error) {
      if (this.#isOver(key, job)) return false;
      const failure = keep(error, clock.now());
      const wait = failure.code === 'rateLimited' ? (failure.values.retryAt ?? 0) - clock.now() : 0;
      if (traitsOf(failure.code).stopsRun === true && !UNREACHABLE.has(failure.code))
        this.#change(key, { state: 'stopped', stoppedBy: failure });
      else await clock.wait(Math.max(0, wait), signal).catch(() => undefined);
    }
    return true;
  }

  #orderOf(key: string): StandingOrder | undefined {
    return this.#records.get(key)?.order;
  }

  /** Whether the order of a run allows one more fetch. */
  #mayFetch(key: string): boolean {
    const record = this.#records.get(key);
    if (record?.order === undefined) return true;
    const end = whyOver(record.order, record.run, this.#options.clock.now());
    return end === undefined || end === 'allEnded';
  }

  /** Adds to what the order of a run has taken. The record is stored at the next look. */
  #spend(key: string, calls: number, bytes: number): void {
    const record = this.#records.get(key);
    if (record?.order === undefined) return;
    const { order } = record;
    this.#records.set(key, {
      ...record,
      order: { ...order, calls: order.calls + calls, bytes: order.bytes + bytes },
    });
  }

  /** Fetches all results that are available, some at once. */
  async #fetchAll(key: string, job: Job): Promise<void> {
    const record = this.#records.get(key);
    if (record === undefined || this.#isOver(key, job) || record.state === 'stopped') return;
    const { run, failures } = record;
    const queue = run.members.filter((member) => isAvailable(member) && failures[memberKey(member)] === undefined);
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
      // A stored result takes no call.
      const isFree = this.#orderOf(key) === undefined || (await this.#options.store.facts(ref)) !== undefined;
      if (!isFree && !this.#mayFetch(key)) return true;
      if (!isFree) this.#spend(key, 1, 0);
      const { size } = await this.#options.open(ref, job.controller.signal);
      if (!isFree) this.#spend(key, 0, size);
      if (!this.#isOver(key, job)) this.#changed.fire(key);
      return true;
    } catch (error) {
      if (this.#isOver(key, job)) return true;
      const failure = keep(error, this.#options.clock.now());
      const { now, wait } = this.#options.clock;
      const isOnOrder = this.#orderOf(key) !== undefined;
      if (failure.code === 'rateLimited' || (isOnOrder && UNREACHABLE.has(failure.code))) {
        const pause = failure.code === 'rateLimited' ? (failure.values.retryAt ?? 0) - now() : UNREACHABLE_MS;
        await wait(Math.max(1000, pause), job.controller.signal).catch(() => undefined);
        return false;
      }
      if (traitsOf(failure.code).stopsRun === true) {
        this.#change(key, { state: 'stopped', stoppedBy: failure });
        return false;
      }
      const failures = this.#records.get(key)?.failures;
      this.#change(key, { failures: { ...failures, [memberKey(member)]: failure } });
      return true;
    }
  }

  /** Waits while the run is paused. A run that is canceled meanwhile stays paused, and must not be waited for. */
  async #resumed(key: string, job: Job): Promise<void> {
    while (job.paused !== undefined && !this.#isOver(key, job)) await job.paused;
  }

  #isOver(key: string, job: Job): boolean {
    return this.#jobs.get(key) !== job;
  }

  #change(key: string, change: Partial<RunRecord>): void {
    const record = this.#records.get(key);
    if (record !== undefined) this.#set(key, { ...record, ...change });
  }

  #set(key: string, record: RunRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    // The call is not awaited. If the record is lost, a restarted window requests failed results again, but the store
    // still knows which results were fetched.
    const { store, worker } = this.#options;
    worker.call('putRun', key, JSON.stringify(record), { keep: store.keeps }).catch(() => undefined);
    this.#changed.fire(key);
  }
}

/** Returns the failure of a record as the error that was originally thrown. */
export function thrown({ code, values }: KeptFailure): LiveResponseError {
  return new LiveResponseError(code, values);
}

function keep(error: unknown, at: number): KeptFailure {
  if (isLiveResponseError(error)) return { code: error.code, values: error.values, at };
  return { code: 'unexpectedAnswer', values: {}, at };
}

/** Reads a record that {@link RunFetches} wrote. The worker has already checked its fields. */
function readRecord(json: string): RunRecord {
  return JSON.parse(json) as RunRecord;
}
