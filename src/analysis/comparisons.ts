import type { Transcript } from '../evidence/decode/transcript.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import { RunGroups } from '../evidence/compare/runGroups.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';

/** The name of a comparison, unique for its run, overview and rules. */
export interface ComparisonName {
  readonly id: string;
  readonly rules: NormaliseRules;
}

/** The member of a run to which a result belongs, with the names of its device. */
export interface ComparedNames {
  /** Index of the member in its run. */
  readonly member: number;
  /** The device's own names. */
  readonly names: readonly string[];
}

/** The parts of a result that are compared. */
export type ComparedTranscript = Pick<Transcript, 'output' | 'errors' | 'exitCode'>;

/**
 * Compares the results of one run. Keeps only the latest comparison. The size of a comparison is limited, so the use of
 * memory is limited, too.
 */
export class Comparisons {
  #latest: { readonly id: string; readonly groups: RunGroups } | undefined;

  /** Adds a result. Begins the comparison if it is not the latest comparison. */
  add({ id, rules }: ComparisonName, transcript: ComparedTranscript, compared: ComparedNames): void {
    if (this.#latest?.id !== id) this.#latest = { id, groups: new RunGroups(rules) };
    const { output, errors, exitCode } = transcript;
    this.#latest.groups.add({ ...compared, output, errors, exitCode });
  }

  /** Returns the findings so far, or undefined if another comparison was begun in the meantime. */
  compare({ id }: ComparisonName, most: number): RunComparison | undefined {
    return this.#latest?.id === id ? this.#latest.groups.compare(most) : undefined;
  }
}
