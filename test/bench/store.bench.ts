import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const RESULTS = 100_000;
const SMALL_STORE = 100;
/** Free space that the fixture needs, in bytes, with its log. */
const NEEDED_BYTES = 6e9;
const LAPS = 9;

async function run(...args: readonly string[]): Promise<unknown> {
  const script = path.join(import.meta.dirname, 'storeWork.ts');
  const all = ['--disable-warning=ExperimentalWarning', script, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: 1e7 });
  return JSON.parse(stdout);
}

/**
 * Compares a store of 100,000 results and 2 GB with an empty one, and with one of 100 results: the time until the files
 * are open, the time to open a result, and the time to the first hit of a search. Each start is a process of its own.
 */
export const benchStore: Bench = async ({ progress }) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'store-bench-'));
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < NEEDED_BYTES) throw new Error('The store of 2 GB needs 6 GB of free space.');
    const [large, small, empty] = ['large', 'small', 'empty'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await run('fill', large, RESULTS.toString());
    await run('fill', small, SMALL_STORE.toString());
    await run('start', empty);
    const { size } = await stat(path.join(large, 'results.db'));
    progress(`${RESULTS} results, ${rounded(size / 1e9)} GB`);
    const [starts, emptyStarts, opens, smallOpens, hits]: [number[], number[], number[], number[], number[]] = [
      [],
      [],
      [],
      [],
      [],
    ];
    for (let lap = 0; lap < LAPS; lap++) {
      starts.push((await run('start', large)) as number);
      emptyStarts.push((await run('start', empty)) as number);
      opens.push(...((await run('open', large, RESULTS.toString())) as number[]));
      smallOpens.push(...((await run('open', small, SMALL_STORE.toString())) as number[]));
      hits.push((await run('search', large)) as number);
    }
    return [
      {
        name: 'store.2GB.startVsEmpty',
        value: rounded(median(starts) / median(emptyStarts)),
        unit: 'ratio',
        floor: rounded(median(emptyStarts), 1),
        goal: '<= 1.2',
        note: `${describeSpread(starts, 'ms')}, empty ${describeSpread(emptyStarts, 'ms')}`,
      },
      {
        name: 'store.2GB.openVsSmall',
        value: rounded(median(opens) / median(smallOpens)),
        unit: 'ratio',
        floor: rounded(median(smallOpens), 2),
        goal: '<= 1.2',
        note: `${describeSpread(opens, 'ms')}, in a store of 100 results ${describeSpread(smallOpens, 'ms')}`,
      },
      {
        name: 'store.2GB.firstHitMs',
        value: rounded(median(hits), 1),
        unit: 'ms',
        floor: null,
        goal: '<= 300',
        note: describeSpread(hits, 'ms'),
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
