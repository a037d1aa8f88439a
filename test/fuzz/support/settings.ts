import fc from 'fast-check';

/** The seed of every run, unless `FUZZ_SEED` sets another, so that a failure happens again. */
const KEPT_SEED = 20261123;

const seed = Number(process.env['FUZZ_SEED'] ?? KEPT_SEED);
/** Factor for all numbers of runs: `FUZZ_RUNS=10` makes ten times as many. */
const factor = Number(process.env['FUZZ_RUNS'] ?? 1);

/** Returns the parameters of `fc.assert` for a property with this number of runs. */
export function times(runs: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  return { seed, numRuns: Math.max(1, Math.round(runs * factor)), endOnFailure: false };
}

/** Returns `count` values like {@link times}, unscaled. `salt` changes the seed. */
export function samples<Value>(arbitrary: fc.Arbitrary<Value>, count: number, salt = 0): readonly Value[] {
  return fc.sample(arbitrary, { seed: seed + salt, numRuns: count });
}

/** The settings of a run, for its log. */
export const describeSeed = `FUZZ_SEED=${seed} FUZZ_RUNS=${factor}`;
