import fc from 'fast-check';

/** The seed of every run, unless `FUZZ_SEED` names another: what fails, fails again. */
const KEPT_SEED = 20261123;

const seed = Number(process.env['FUZZ_SEED'] ?? KEPT_SEED);
/** `FUZZ_RUNS=10` makes ten times as many of everything. */
const factor = Number(process.env['FUZZ_RUNS'] ?? 1);

/** What `fc.assert` is given for a property that is to be tried so often. */
export function times(runs: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  return { seed, numRuns: Math.max(1, Math.round(runs * factor)), endOnFailure: false };
}

/** As {@link times}, in numbers of the caller's own: seeds that differ by `salt`. */
export function samples<Value>(arbitrary: fc.Arbitrary<Value>, count: number, salt = 0): readonly Value[] {
  return fc.sample(arbitrary, { seed: seed + salt, numRuns: count });
}

/** For the log of a run. */
export const describeSeed = `FUZZ_SEED=${seed} FUZZ_RUNS=${factor}`;
