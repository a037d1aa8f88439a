import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';
import { parseRun } from '../storedShapes.ts';

/** Requests to the worker about runs. Results of runs are compared in the analysis thread: see comparisons.ts. */
export interface RunCalls {
  readonly putRun: { args: [key: string, json: string, option: KeepOption]; answer: undefined };
  /** All runs, the one that was changed last first. */
  readonly runs: { args: []; answer: string[] };
}

/** Creates the handlers of runs. @param records - where runs are kept */
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
