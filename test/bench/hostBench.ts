import path from 'node:path';
import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';
import { bundleTests, runInExtensionHost } from '../rig/extensionHost.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';

/** A bench inside the extension host. */
export interface HostBench {
  /** The mocha file in this folder. It reports its figures by `tell` of hostParts.ts. */
  readonly file: string;
  readonly createSampleTenant: (options: SampleTenantOptions) => SampleTenant;
  /** Folders of extensions that it needs in addition to ours. */
  readonly extraExtensions?: readonly string[];
  /** Environment that gives the file what it must know of the tenant outside. */
  readonly environment: (tenant: LocalTenant) => Promise<Record<string, string>>;
  /** Folder of VS Code's data, in which something is already stored; a new one by default. */
  readonly serverDataDir?: string;
  /** Time limit, in ms. */
  readonly limitMs?: number;
}

/** Default time limit (ms): longer than the longest bench takes on a machine that others use as well. */
const HOST_MS = 600_000;

/**
 * Runs one mocha file in the extension host of the newest VS Code, before a local tenant.
 *
 * @returns the figures that the file reported
 * @throws Error when a test in it failed, or it reported nothing
 */
export async function runHostBench({
  file,
  createSampleTenant,
  environment,
  extraExtensions = [],
  limitMs = HOST_MS,
  ...places
}: HostBench): Promise<unknown> {
  const testsModule = await bundleTests(`test/bench/${file}`, 'out/bench');
  const tenant = await startLocalTenant({ createSampleTenant });
  try {
    const run = await runInExtensionHost({
      version: 'newest',
      extensionPath: process.cwd(),
      testsModule: path.resolve(testsModule),
      extraExtensions,
      env: await environment(tenant),
      timeoutMs: limitMs,
      ...places,
    });
    const [failed] = run.tests.filter(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(failed.error ?? failed.title);
    const line = run.console.find((text) => text.includes('BENCH '))?.split('BENCH ')[1];
    if (line === undefined) throw new Error('The bench told nothing on the console of the extension host.');
    return JSON.parse(line);
  } finally {
    await tenant.stop();
  }
}
