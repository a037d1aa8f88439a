import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';
import { parseRun } from '../storedShapes.ts';

/** What the worker does for runs. Their results are compared in the thread for analysis: see comparisons.ts. */
export interface RunCalls {
  readonly putRun: { args: [key: string, json: string, option: KeepOption]; answer: undefined };
  /** The run that was changed last comes first. */
  readonly runs: { args: []; answer: string[] };
}

/** @param records - where runs are kept */
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
