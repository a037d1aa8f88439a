import type { Clock } from '../base/clock.ts';
import type { HeldLease } from '../base/leases.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { CallMeter } from '../base/urgency.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { StandingOrder } from '../model/runRecord.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerPort } from '../worker/workerClient.ts';

/**
 * Returns the run with the current state of its commands, and with hosts that joined it.
 *
 * @param lookedAt - time before the last answered question, ms since 1970
 */
export type RenewRun = (run: Run, lookedAt: number | undefined, payment: Payment) => Promise<Run>;

/** Limits of a step of a run, and the account that pays for it. */
export interface Payment {
  readonly signal: AbortSignal;
  /** Counts each call before it is sent, and may refuse it. */
  readonly meter: CallMeter;
  /** Returns whether a result of this size may be received. */
  readonly admits?: (size: number) => boolean;
}

export interface RunFetchesOptions {
  readonly store: Pick<ResultStore, 'facts' | 'keeps'>;
  readonly worker: WorkerPort<'runs' | 'putRun'>;
  /** Fetches a result in the background and stores it. Costs no call for a stored result. */
  readonly open: (ref: ResultRef, payment: Payment) => Promise<unknown>;
  /** Called once before results are fetched. Fetching continues if it fails. */
  readonly prepare?: (run: Run, missing: readonly RunMember[], payment: Payment) => Promise<void>;
  /** Waits until no other window holds the lease with this name, and then runs the work. */
  readonly hold: (name: string, signal: AbortSignal, work: (lease: HeldLease) => Promise<void>) => Promise<void>;
  /** Asks about the commands of a run. Usually costs one call. */
  readonly renew?: RenewRun;
  /** Whether orders to keep results may go on. By default they may. */
  readonly keepsOrders?: boolean;
  /** Returns the number of bytes that the store may get before older results could be dropped. */
  readonly room?: () => Promise<number>;
  /** Returns the account with which a run is fetched; undefined if it is unknown. */
  readonly account?: (run: Run) => Promise<string | undefined>;
  readonly clock: Clock;
}

/** Options for starting a run. */
export interface StartOptions {
  /** Whether to request results again that the service did not have. */
  readonly again: boolean;
  /** Order to keep the results that do not exist yet. Without one, an order that the run has goes on. */
  readonly order?: StandingOrder | undefined;
}
