import type { FailureValues } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import type { Run } from './run.ts';

/**
 * `waiting`: another window of this machine fetches the run. `stopped`: a failure occurred whose cause affects every
 * result.
 */
export type RunState = 'none' | 'waiting' | 'running' | 'paused' | 'cancelled' | 'stopped' | 'ended';

/** The reason why a result is missing: the data of a failure that can be stored. */
export interface KeptFailure {
  readonly code: FailureCode;
  readonly values: FailureValues;
  /** Time of the attempt, ms since 1970. Absent in records of earlier versions. */
  readonly at?: number;
}

/** A run and its progress. The record does not list the fetched results, because they are in the store of results. */
export interface RunRecord {
  readonly run: Run;
  readonly state: RunState;
  /** Failures of the run's members, keyed by `memberKey`. */
  readonly failures: Readonly<Record<string, KeptFailure>>;
  /** The failure that stopped the run. */
  readonly stoppedBy?: KeptFailure;
}
