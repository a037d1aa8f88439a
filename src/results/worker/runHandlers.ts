import type { RunTable } from '../../storage/runTable.ts';

/** What the worker does for runs. Their results are compared in the thread for analysis: see comparisons.ts. */
export interface RunCalls {
  readonly putRun: { args: [key: string, json: string]; answer: undefined };
  /** The run that was changed last comes first. */
  readonly runs: { args: []; answer: string[] };
}

/** @param table - where runs are kept at this moment */
export function createRunHandlers(table: () => RunTable): {
  readonly [Method in keyof RunCalls]: (...args: RunCalls[Method]['args']) => RunCalls[Method]['answer'];
} {
  return {
    putRun: (key, json) => {
      table().put({ key, json });
      return undefined;
    },
    runs: () => table().list(),
  };
}
