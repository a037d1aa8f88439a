import type { FailureCode, FailureValues } from '../base/errors.ts';
import type { Run } from './run.ts';

/** `waiting`: another window of this machine is at it. `stopped`: something failed that would fail for every result. */
export type RunState = 'none' | 'waiting' | 'running' | 'paused' | 'cancelled' | 'stopped' | 'ended';

/** Why a result is not there: a failure as it can be kept. */
export interface KeptFailure {
  readonly code: FailureCode;
  readonly values: FailureValues;
}

/** A run and how far its results are. What is fetched is not in here: the store alone knows that. */
export interface RunRecord {
  readonly run: Run;
  readonly state: RunState;
  /** By `memberKey`. */
  readonly failures: Readonly<Record<string, KeptFailure>>;
  /** What stopped it. */
  readonly stoppedBy?: KeptFailure;
}
