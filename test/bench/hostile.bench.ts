import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { runHostBench } from './hostBench.ts';
import type { HostileFigures, HostileReport } from './hostilePlan.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const MEGABYTE = 1_000_000;

/** The longest time for which hostile results keep the extension host from its work, against their mere texts. */
export const benchHostile: Bench = async ({ progress }) => {
  const told = await runHostBench({
    file: 'hostile.host.test.ts',
    createSampleTenant,
    environment: () => Promise.resolve({}),
    limitMs: 1_500_000,
  });
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
      note: 'the whole process with VS Code’s own extensions and this bench, which had the floor before',
    },
  ];
};
