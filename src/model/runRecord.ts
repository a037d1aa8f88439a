import type { FailureValues } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import type { Run } from './run.ts';

/**
 * `waiting`: another window of this machine works on the run. `stopped`: a failure occurred that would fail every
 * result.
 */
export type RunState = 'none' | 'waiting' | 'running' | 'paused' | 'cancelled' | 'stopped' | 'ended';

/** The reason why a result is missing: a failure in a form that can be stored. */
export interface KeptFailure {
  readonly code: FailureCode;
  readonly values: FailureValues;
}

/** A run and its progress. It does not say which results were fetched: only the store knows that. */
export interface RunRecord {
  readonly run: Run;
  readonly state: RunState;
  /** Keyed by `memberKey`. */
  readonly failures: Readonly<Record<string, KeptFailure>>;
  /** The failure that stopped the run. */
  readonly stoppedBy?: KeptFailure;
}
