/** One line of the bench's JSON: a number, its floor and its goal. */
export interface Measurement {
  /** Bench and quantity, for example `activation.vsEmptyExtension`. */
  readonly name: string;
  readonly value: number;
  /** `ratio`, `ms`, `kB` (1,000 bytes), … */
  readonly unit: string;
  /** The same run's figure for the least that is possible, in the unit that the note names; null without one. */
  readonly floor: number | null;
  /** The limit for the value, for example `<= 2.5` or `>= 0.7`. */
  readonly goal: `${'<=' | '>=' | '='} ${number}`;
  /** For the reader of the table only: number of runs, spread. */
  readonly note?: string;
}

/** The input of every bench. */
export interface BenchContext {
  /** Absolute path of the extension as it ships; its bundles lie beside it. */
  readonly vsix: string;
  /** Reports the progress of a long bench. */
  readonly progress: (line: string) => void;
}

/** One file `test/bench/NAME.bench.ts`. */
export type Bench = (context: BenchContext) => Promise<readonly Measurement[]>;

/** Whether the value keeps its limit. */
export function isMet({ value, goal }: Measurement): boolean {
  const [operator, bound] = goal.split(' ');
  const limit = Number(bound);
  // NaN meets no limit.
  if (operator === '<=') return value <= limit;
  if (operator === '>=') return value >= limit;
  return value === limit;
}

/**
 * Returns the value below which a share of all values lies, with linear interpolation between two values.
 *
 * @param share - 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Returns the value in the middle: one slow run among many does not move it. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the median and the middle half of the values: `7.1 ms (6.5–8.0)`. */
export function describeSpread(values: readonly number[], unit: string): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(1));
  return `${middle ?? ''} ${unit} (${low ?? ''}–${high ?? ''})`;
}

/** Rounds a value for people and for JSON: 2.3456789 → 2.346. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
