import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';
import { parseRun } from '../storedShapes.ts';

/**
 * Requests to the worker about the records of runs. The analysis thread compares results of runs: see comparisons.ts.
 */
export interface RunCalls {
  readonly putRun: { args: [key: string, json: string, option: KeepOption]; answer: undefined };
  /** Returns the records of all runs. The most recently changed run is first. */
  readonly runs: { args: []; answer: string[] };
}

/** Creates the handlers for runs. @param records - stores the records of runs */
export function createRunHandlers(records: SharedRecords): {
  readonly [Method in keyof RunCalls]: (...args: RunCalls[Method]['args']) => RunCalls[Method]['answer'];
} {
  return {
    putRun: (key, json, option) => {
      records.putRun({ key, json }, option);
      return undefined;
    },
    runs: () =>
      records
        .runs()
        .map(({ json }) => json)
        .filter((json) => parseRun(json) !== undefined),
  };
}
