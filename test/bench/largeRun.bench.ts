import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { action, arrived, command, ref } from '../unit/results/fixtures.ts';
import { hostEnvironment } from '../vscode/support/hostEnvironment.ts';
import { runHostBench } from './hostBench.ts';
import { createRunTenant, actionOf, outputOf, RUN_HOSTS } from './largeRun.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const MEGABYTE = 1_000_000;
const STORAGE = path.join('data', 'User', 'globalStorage', 'live-response-results.live-response-results');
const TENANT = { cloud: 'custom', tenantId: '11111111-2222-4333-8444-555555555555' } as const;

/** Figures that the test in the extension host reports. */
export interface LargeRunFigures {
  readonly overviewMs: number;
  readonly againMs: number;
  readonly peakBytes: number;
  readonly startBytes: number;
}

/**
 * Measures the overview of a run over 10,000 hosts whose results are stored, in a real extension host: the time from the
 * command to the shown text, and the most memory that the process had.
 */
export const benchLargeRun: Bench = async ({ progress }) => {
  const serverDataDir = await mkdtemp(path.join(os.tmpdir(), 'run-bench-'));
  try {
    fill(path.join(serverDataDir, STORAGE));
    progress(`${RUN_HOSTS} results stored`);
    const told = await runHostBench({
      file: 'largeRun.host.test.ts',
      createSampleTenant: createRunTenant,
      environment: hostEnvironment,
      serverDataDir,
    });
    const { overviewMs, againMs, peakBytes, startBytes } = told as LargeRunFigures;
    return [
      {
        name: 'run.10k.overviewMs',
        value: rounded(overviewMs, 0),
        unit: 'ms',
        floor: null,
        goal: '<= 5000',
        note: `with all calls for the list; opened again ${againMs.toFixed(0)} ms`,
      },
      {
        name: 'run.10k.peakMB',
        value: rounded(peakBytes / MEGABYTE, 0),
        unit: 'MB',
        floor: rounded(startBytes / MEGABYTE, 0),
        goal: '<= 450',
      },
    ];
  } finally {
    await rm(serverDataDir, { recursive: true, force: true });
  }
};

/** Stores the results as the extension itself does. */
function fill(folder: string): void {
  const handlers = createHandlers();
  handlers.open(folder);
  for (let host = 0; host < RUN_HOSTS; host++) {
    const bytes = Buffer.from(
      JSON.stringify({ script_name: 'b.ps1', exit_code: 0, script_output: outputOf(host), script_errors: '' }),
    );
    const actionId = actionOf(host);
    const device = `dc${host}.fabrikam.example`;
    handlers.put(
      ...arrived(bytes, {
        ref: ref({ ...TENANT, actionId }),
        name: { connection: 'Local tenant', device, script: 'b.ps1', createdAt: '2026-11-23T21:02:00.1234567Z' },
        action: action({ id: actionId, computerDnsName: device, commands: [command()] }),
        fetchedAt: host + 1,
      }),
    );
  }
}
