import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { runHostBench } from './hostBench.ts';
import { HOSTILE_RESULTS } from './hostilePlan.ts';
import type { HostileFile, HostileReport, LongestBlock } from './hostilePlan.ts';
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

/**
 * Compares hostile results with their mere texts, in an extension host each: the longest time for which they block it,
 * and the memory that they take.
 */
export const benchHostile: Bench = async ({ progress }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  try {
    const files = JSON.stringify(await writeFiles(folder));
    const measure = async (isFloor: boolean): Promise<HostileReport> => {
      const told = await runHostBench({
        file: 'hostile.host.test.ts',
        createSampleTenant,
        environment: () => Promise.resolve({ HOSTILE_FILES: files, HOSTILE_FLOOR: String(isFloor) }),
        limitMs: 1_500_000,
      });
      return told as HostileReport;
    };
    const floor = await measure(true);
    progress(`the floor: ${floor.blocks.length} texts`);
    const ours = await measure(false);
    progress(`ours: ${ours.blocks.length} texts`);
    const [block, blockOfFloor] = [longest(ours), longest(floor)];
    return [
      {
        name: 'hostile.longestBlock.vsFloor',
        value: rounded(block.ms / blockOfFloor.ms),
        unit: 'ratio',
        floor: rounded(blockOfFloor.ms, 0),
        goal: '<= 1.5',
        note: `ours ${toWords(block)}, floor ${toWords(blockOfFloor)}`,
      },
      {
        name: 'hostile.peakMB',
        value: toMegabytes(ours.peak.bytes),
        unit: 'MB',
        floor: toMegabytes(floor.peak.bytes),
        goal: '<= 450',
        note: `whole process; ${ours.peak.name}, ${ours.peak.step}; opening alone ${toMegabytes(ours.peakOfOpening)}, of the floor ${toMegabytes(floor.peakOfOpening)}; before ${toMegabytes(ours.before)}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};

function longest({ blocks }: HostileReport): LongestBlock {
  return blocks.reduce((one, other) => (other.ms > one.ms ? other : one));
}

function toWords({ name, step, ms }: LongestBlock): string {
  return `${Math.round(ms)} ms (${name}, ${step})`;
}

function toMegabytes(bytes: number): number {
  return rounded(bytes / MEGABYTE, 0);
}
