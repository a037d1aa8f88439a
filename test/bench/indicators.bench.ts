import { collectIndicators } from '../../src/evidence/indicators/indicators.ts';
import { readCorpus, scoreCorpus, scoreKinds } from '../unit/evidence/indicatorCorpus.ts';
import type { CorpusPart } from '../unit/evidence/indicatorCorpus.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { BenchContext, Measurement } from './measurement.ts';

const SIZE = 16_000_000;
const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;

/**
 * Measures precision, recall and speed of the indicator search. The held-out texts are reported apart, and so is each
 * kind.
 */
export function benchIndicators({ progress }: BenchContext): Promise<readonly Measurement[]> {
  const measurements = [...measureCorpus('tuned'), ...measureCorpus('heldOut')];
  progress('corpus compared');
  return Promise.resolve([...measurements, measureTime()]);
}

function measureCorpus(part: CorpusPart): Measurement[] {
  const { lines, precision, recall, wrong, missed } = scoreCorpus(part);
  const suffix = part === 'tuned' ? '' : '.heldOut';
  const common = { unit: 'ratio', floor: null };
  const note = (unexpected: readonly string[]): string => [`${lines} lines`, ...unexpected].join('; ');
  return [
    {
      ...common,
      name: `indicators.precision${suffix}`,
      value: rounded(precision),
      goal: '>= 0.98',
      note: note(wrong),
    },
    { ...common, name: `indicators.recall${suffix}`, value: rounded(recall), goal: '>= 0.95', note: note(missed) },
    ...[...scoreKinds(part)].flatMap(([kind, ofKind]) =>
      (['precision', 'recall'] as const).map((what) => ({
        ...common,
        name: `indicators.${what}.${kind}${suffix}`,
        value: rounded(ofKind[what]),
        goal: '>= 0.9' as const,
        note: `${lines} lines`,
      })),
    ),
  ];
}

/**
 * Measures the time over the whole corpus, repeated, against one pass that only finds its words: far more indicators in
 * a line than most outputs have.
 */
function measureTime(): Measurement {
  const lines = [...readCorpus('tuned').lines, ...readCorpus('heldOut').lines];
  const once = `${lines.join('\r\n')}\r\n`;
  const text = once.repeat(Math.ceil(SIZE / once.length));
  const ratios: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const floor = timeOf(() => text.match(/\w+/gu));
    const time = timeOf(() => collectIndicators(text));
    if (round >= WARM_UP_ROUNDS) ratios.push(time / floor);
  }
  return {
    name: 'indicators.vsWords',
    value: rounded(median(ratios), 2),
    unit: 'x',
    floor: null,
    goal: '<= 6',
    note: describeSpread(ratios, 'x'),
  };
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
