import type { NormaliseRules } from '../../evidence/normalise.ts';
import type { ResultRef } from '../../evidence/uri.ts';
import type { Transcript } from '../../evidence/decode.ts';
import type { KeepOption, SharedRecords } from '../../storage/sharedRecords.ts';
import { RunGroups } from '../runGroups.ts';
import type { RunComparison } from '../runGroups.ts';
import { parseRun } from './storedShapes.ts';

/** What the worker does for runs. One result at a time, so that a click is never behind a whole run. */
export interface RunCalls {
  readonly putRun: { args: [key: string, json: string, option: KeepOption]; answer: undefined };
  /** The run that was changed last comes first. */
  readonly runs: { args: []; answer: string[] };
  /**
   * Adds a stored result to a comparison, beginning that where it is not the latest one.
   * @returns whether it could be added: it is stored, and the result of a script
   */
  readonly compareResult: { args: [comparison: ComparisonName, result: ComparedRef]; answer: boolean };
  /** What the comparison found so far; undefined where another one was begun since. */
  readonly comparison: { args: [comparison: ComparisonName, most: number]; answer: RunComparison | undefined };
}

/** Which comparison: of which run, in which overview, by which rules. */
export interface ComparisonName {
  readonly id: string;
  readonly rules: NormaliseRules;
}

export interface ComparedRef {
  readonly ref: ResultRef;
  /** Which member of the run: its index. */
  readonly member: number;
  /** The device's own names. */
  readonly names: readonly string[];
}

/**
 * @param transcriptOf - reads a stored result
 * @param records - where runs are kept
 */
export function createRunHandlers(
  transcriptOf: (ref: ResultRef) => Transcript | undefined,
  records: SharedRecords,
): { readonly [Method in keyof RunCalls]: (...args: RunCalls[Method]['args']) => RunCalls[Method]['answer'] } {
  // One only: what a comparison holds is bounded, and so is what all of them hold.
  let latest: { readonly id: string; readonly groups: RunGroups } | undefined;
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
    compareResult: ({ id, rules }, { ref, member, names }) => {
      if (latest?.id !== id) latest = { id, groups: new RunGroups(rules) };
      const transcript = transcriptOf(ref);
      if (transcript === undefined) return false;
      const { output, errors, exitCode } = transcript;
      latest.groups.add({ member, names, output, errors, exitCode });
      return true;
    },
    comparison: ({ id }, most) => (latest?.id === id ? latest.groups.compare(most) : undefined),
  };
}
