import type { Transcript } from '../evidence/decode/transcript.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import { RunGroups } from '../evidence/compare/runGroups.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';

/** The name of a comparison, unique to its run, overview and rules. */
export interface ComparisonName {
  readonly id: string;
  readonly rules: NormaliseRules;
}

/** The member of a run that a result belongs to. */
export interface ComparedNames {
  /** Its index. */
  readonly member: number;
  /** The device's own names. */
  readonly names: readonly string[];
}

/** The parts of a result that are compared. */
export type ComparedTranscript = Pick<Transcript, 'output' | 'errors' | 'exitCode'>;

/** Compares the results of one run. Holds only one comparison: the size of each is bounded, and so is that of all. */
export class Comparisons {
  #latest: { readonly id: string; readonly groups: RunGroups } | undefined;

  /** Adds a result. Begins the comparison where it is not the latest one. */
  add({ id, rules }: ComparisonName, transcript: ComparedTranscript, compared: ComparedNames): void {
    if (this.#latest?.id !== id) this.#latest = { id, groups: new RunGroups(rules) };
    const { output, errors, exitCode } = transcript;
    this.#latest.groups.add({ ...compared, output, errors, exitCode });
  }

  /** Gets the findings so far; undefined where another comparison was begun since. */
  compare({ id }: ComparisonName, most: number): RunComparison | undefined {
    return this.#latest?.id === id ? this.#latest.groups.compare(most) : undefined;
  }
}
