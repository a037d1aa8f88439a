import { createLargeTenant } from '../tenant/largeTenant.ts';
import { hostEnvironment } from '../vscode/support/hostEnvironment.ts';
import { runHostBench } from './hostBench.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

/**
 * Compares the first page with a raw request and a trivial tree of the same rows. Measures 10,000 rows in memory, and
 * counts a refresh's calls.
 */
export const benchTree: Bench = async ({ progress }) => {
  const told = await runHostBench({
    file: 'tree.host.test.ts',
    createSampleTenant: createLargeTenant().createSampleTenant,
    environment: hostEnvironment,
    extraExtensions: ['test/treeViews'],
  });
  const { ours, least, heapMB, refreshCalls, rows } = told as {
    ours: number[];
    least: number[];
    heapMB: number;
    refreshCalls: number;
    rows: number;
  };
  progress(`${ours.length} first pages each, ${rows} rows`);
  return [
    {
      name: 'tree.firstPage.vsRaw',
      value: rounded(median(ours) / median(least)),
      unit: 'ratio',
      floor: rounded(median(least), 1),
      goal: '<= 1.3',
      note: `ours ${describeSpread(ours, 'ms')}, floor ${describeSpread(least, 'ms')}`,
    },
    { name: 'tree.10k.heapMB', value: rounded(heapMB, 1), unit: 'MB', floor: null, goal: '<= 60' },
    { name: 'tree.refresh.calls', value: refreshCalls, unit: 'calls', floor: 1, goal: '= 1' },
  ];
};
