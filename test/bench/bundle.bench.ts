import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { BenchContext, Measurement } from './measurement.ts';
import { rounded } from './measurement.ts';

/** Measures how much code every start of the extension reads, and how much a user downloads. */
export async function benchBundle({ vsix }: BenchContext): Promise<readonly Measurement[]> {
  const main = path.join(path.dirname(vsix), 'extension.cjs');
  return [
    { name: 'bundle.mainKB', value: await kilobytes(main), unit: 'kB', floor: null, goal: '<= 120' },
    { name: 'vsix.KB', value: await kilobytes(vsix), unit: 'kB', floor: null, goal: '<= 650' },
  ];
}

async function kilobytes(file: string): Promise<number> {
  return rounded((await stat(file)).size / 1000, 1);
}
