import { hostEnvironment } from '../vscode/support/hostEnvironment.ts';
import { runHostBench } from './hostBench.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';
import { createOpenTenant, OPEN_RESULTS } from './openTenant.ts';

/**
 * Compares the whole command that copies 10,000 selected lines as an evidence block with copying the same lines as
 * plain text.
 */
export const benchNotes: Bench = async ({ progress }) => {
  const told = await runHostBench({
    file: 'notes.host.test.ts',
    createSampleTenant: createOpenTenant({ ...OPEN_RESULTS, count: 1 }),
    environment: hostEnvironment,
  });
  const { blocks, texts } = told as { blocks: number[]; texts: number[] };
  progress(`${blocks.length} blocks`);
  return [
    {
      name: 'notes.build.vsCopy',
      value: rounded(median(blocks) / median(texts)),
      unit: 'ratio',
      floor: rounded(median(texts), 1),
      goal: '<= 2',
      note: `evidence block ${describeSpread(blocks, 'ms')}, getText and clipboard ${describeSpread(texts, 'ms')}`,
    },
  ];
};
