import type { FailureValues } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import type { Run } from './run.ts';

/**
 * `waiting`: another window of this machine fetches the run. `stopped`: a failure occurred whose cause affects every
 * result. `watching`: all results that there are were fetched, and an order keeps the others as they come.
 */
export type RunState = 'none' | 'waiting' | 'running' | 'watching' | 'paused' | 'cancelled' | 'stopped' | 'ended';

/** The reason why a result is missing: the data of a failure that can be stored. */
export interface KeptFailure {
  readonly code: FailureCode;
  readonly values: FailureValues;
  /** Time of the attempt, ms since 1970. Absent in records of earlier versions. */
  readonly at?: number;
}

/** Reason for which an order is over. `full`: the store has no room, and would drop older results. */
export type OrderEnd = 'allEnded' | 'time' | 'calls' | 'bytes' | 'full';

/** Signs of the account and the window that gave an order. They name nobody: see `runs/orderOwner.ts`. */
export interface OrderOwner {
  /** Sign of the account. Undefined if the account is unknown. */
  readonly by?: string;
  /** Sign of the window. Undefined in orders of earlier versions. */
  readonly window?: string;
}

/** Order to keep a run's results as they come. */
export interface StandingOrder extends OrderOwner {
  /** Ms since 1970. */
  readonly startedAt: number;
  readonly endsAt: number;
  readonly mostCalls: number;
  /** No result is received that would pass this number of bytes. */
  readonly mostBytes: number;
  /** Calls to the API that the order has taken, also those for further pages and repetitions, and bytes. */
  readonly calls: number;
  readonly bytes: number;
  /** Time before the last question that was answered, ms since 1970. */
  readonly lookedAt?: number;
  /** Set when the order is over. */
  readonly end?: OrderEnd;
}

/** A run and its progress. The record does not list the fetched results, because they are in the store of results. */
export interface RunRecord {
  readonly run: Run;
  readonly state: RunState;
  /** Failures of the run's members, keyed by `memberKey`. */
  readonly failures: Readonly<Record<string, KeptFailure>>;
  /** The failure that stopped the run. */
  readonly stoppedBy?: KeptFailure;
  /** Set if the results that do not exist yet are kept as they come. */
  readonly order?: StandingOrder;
}
