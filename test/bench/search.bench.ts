import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

/** The report of the process that searches. */
interface Told {
  readonly ours: number[];
  readonly scan: number[];
  readonly first: number[];
  readonly megabytes: number;
  readonly ripgrep: number[];
}

/**
 * Compares a search for a text without a hit over 200 MB of stored results with the same search over the same decoded
 * rows, in one process, and with ripgrep over the same texts as plain files.
 */
export const benchSearch: Bench = async ({ progress }) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'search-bench-'));
  try {
    const script = path.join(import.meta.dirname, 'searchStored.ts');
    const args = ['--disable-warning=ExperimentalWarning', script, folder];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e7 });
    const { ours, scan, first, megabytes, ripgrep } = JSON.parse(stdout) as Told;
    progress(`${megabytes} MB of text`);
    return [
      {
        name: 'search.vsScan',
        value: rounded(median(ours) / median(scan)),
        unit: 'ratio',
        floor: rounded(median(scan), 1),
        goal: '<= 0.5',
        note: `ours ${describeSpread(ours, 'ms')}, floor ${describeSpread(scan, 'ms')}`,
      },
      {
        name: 'search.firstHitMs',
        value: rounded(median(first), 1),
        unit: 'ms',
        floor: null,
        goal: '<= 100',
        note: describeSpread(first, 'ms'),
      },
      ...(ripgrep.length === 0
        ? []
        : [
            {
              name: 'search.vsRipgrep',
              value: rounded(median(ours) / median(ripgrep)),
              unit: 'ratio',
              floor: rounded(median(ripgrep), 1),
              goal: '<= 5' as const,
              note: `the same texts as plain files: ${describeSpread(ripgrep, 'ms')}`,
            },
          ]),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
