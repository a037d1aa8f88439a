import type { Transcript } from '../evidence/decode/transcript.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import { RunGroups } from '../evidence/compare/runGroups.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';

/** Which comparison: of which run, in which overview, by which rules. */
export interface ComparisonName {
  readonly id: string;
  readonly rules: NormaliseRules;
}

/** Which member of a run a result is of. */
export interface ComparedNames {
  /** Its index. */
  readonly member: number;
  /** The device's own names. */
  readonly names: readonly string[];
}

/** What is compared of a result. */
export type ComparedTranscript = Pick<Transcript, 'output' | 'errors' | 'exitCode'>;

/** Compares the results of one run. One only: what a comparison holds is bounded, and so is what all of them hold. */
export class Comparisons {
  #latest: { readonly id: string; readonly groups: RunGroups } | undefined;

  /** Adds a result, beginning the comparison where it is not the latest one. */
  add({ id, rules }: ComparisonName, transcript: ComparedTranscript, compared: ComparedNames): void {
    if (this.#latest?.id !== id) this.#latest = { id, groups: new RunGroups(rules) };
    const { output, errors, exitCode } = transcript;
    this.#latest.groups.add({ ...compared, output, errors, exitCode });
  }

  /** Gets what was found so far; undefined where another comparison was begun since. */
  compare({ id }: ComparisonName, most: number): RunComparison | undefined {
    return this.#latest?.id === id ? this.#latest.groups.compare(most) : undefined;
  }
}
