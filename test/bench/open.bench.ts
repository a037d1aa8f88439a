import path from 'node:path';
import { bundleTests, runInExtensionHost } from '../rig/extensionHost.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import { hostEnvironment } from '../vscode/support/hostEnvironment.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';
import { createOpenTenant } from './openTenant.ts';

/** From the command to the shown editor, against two raw requests and the same text through a trivial file system. */
export const benchOpen: Bench = async ({ progress }) => {
  const testsModule = await bundleTests('test/bench/open.host.test.ts', 'out/bench');
  const tenant = await startLocalTenant({ createSampleTenant: createOpenTenant });
  try {
    const run = await runInExtensionHost({
      version: 'newest',
      extensionPath: process.cwd(),
      testsModule: path.resolve(testsModule),
      env: await hostEnvironment(tenant),
    });
    const [failed] = run.tests.filter(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(failed.error ?? failed.title);
    const line = run.console.find((text) => text.includes('BENCH '))?.split('BENCH ')[1];
    if (line === undefined) throw new Error('The bench told nothing on the console of the extension host.');
    const { ours, least } = JSON.parse(line) as { ours: number[]; least: number[] };
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
    ];
  } finally {
    await tenant.stop();
  }
};
