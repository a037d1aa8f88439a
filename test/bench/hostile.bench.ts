import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { runHostBench } from './hostBench.ts';
import { HOSTILE_RESULTS } from './hostilePlan.ts';
import type { HostileFigures, HostileFile, HostileReport } from './hostilePlan.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const MEGABYTE = 1_000_000;

/**
 * Writes each result, and its text exactly as one of our documents has it. Making them here keeps that time and memory
 * out of the extension host.
 */
async function writeFiles(folder: string): Promise<readonly HostileFile[]> {
  const files: HostileFile[] = [];
  for (const [index, { name, make }] of HOSTILE_RESULTS.entries()) {
    const output = make();
    const [result, text] = ['bin', 'txt'].map((ending) => path.join(folder, `result-${index}.${ending}`)) as [
      string,
      string,
    ];
    const fields = { script_name: 'hostile.ps1', exit_code: 0, script_output: output, script_errors: '' };
    await writeFile(result, JSON.stringify(fields));
    await writeFile(text, `\ufeff${output.replaceAll('\0', '\u2400')}`);
    files.push({ name, units: output.length, result, text });
  }
  return files;
}

/** Compares the longest time for which a hostile result blocks the extension host with that of its mere text. */
export const benchHostile: Bench = async ({ progress }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  const told = await runHostBench({
    file: 'hostile.host.test.ts',
    createSampleTenant,
    environment: async () => ({ HOSTILE_FILES: JSON.stringify(await writeFiles(folder)) }),
    limitMs: 1_500_000,
  }).finally(() => rm(folder, { recursive: true }));
  const { figures, peak, before } = told as HostileReport;
  progress(`${figures.length} texts`);
  const most = (key: 'ours' | 'floor'): HostileFigures =>
    figures.reduce((one, other) => (other[key] > one[key] ? other : one));
  const [ours, floor] = [most('ours'), most('floor')];
  return [
    {
      name: 'hostile.longestBlock.vsFloor',
      value: rounded(ours.ours / floor.floor),
      unit: 'ratio',
      floor: rounded(floor.floor, 0),
      goal: '<= 1.5',
      note: `ours ${Math.round(ours.ours)} ms (${ours.name}, ${ours.step}), floor ${Math.round(floor.floor)} ms (${floor.name})`,
    },
    {
      name: 'hostile.peakMB',
      value: rounded(peak / MEGABYTE, 0),
      unit: 'MB',
      floor: rounded(before / MEGABYTE, 0),
      goal: '<= 450',
      note: 'the whole process with VS Code’s own extensions, which had the floor before',
    },
  ];
};
