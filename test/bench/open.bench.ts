import { hostEnvironment } from '../vscode/support/hostEnvironment.ts';
import { runHostBench } from './hostBench.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';
import { createOpenTenant, OPEN_RESULTS } from './openTenant.ts';

/**
 * Measures from the command to the shown editor, against two raw requests and the same text through a trivial file
 * system.
 */
export const benchOpen: Bench = async ({ progress }) => {
  const told = await runHostBench({
    file: 'open.host.test.ts',
    createSampleTenant: createOpenTenant(OPEN_RESULTS),
    environment: hostEnvironment,
  });
  const { ours, least, stored, leastStored } = told as Record<'ours' | 'least' | 'stored' | 'leastStored', number[]>;
  progress(`${ours.length} results each`);
  return [
    {
      name: 'open.uncached.vsFloor',
      value: rounded(median(ours) / median(least)),
      unit: 'ratio',
      floor: rounded(median(least), 1),
      goal: '<= 1.25',
      note: `ours ${describeSpread(ours, 'ms')}, floor ${describeSpread(least, 'ms')}`,
    },
    {
      name: 'open.stored.vsFloor',
      value: rounded(median(stored) / median(leastStored)),
      unit: 'ratio',
      floor: rounded(median(leastStored), 1),
      goal: '<= 1.15',
      note: `ours ${describeSpread(stored, 'ms')}, floor ${describeSpread(leastStored, 'ms')}`,
    },
  ];
};
