import { randomUUID } from 'node:crypto';
import { connectionTo } from '../rig/devWorkspace.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { BATCH, BATCHES, HEAP_RESULTS, WARM_UP_BATCHES } from './heapPlan.ts';
import type { HeapFigures, MemoryFigures } from './heapPlan.ts';
import { runHostBench } from './hostBench.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';
import { createOpenTenant } from './openTenant.ts';

const MEGABYTE = 1_000_000;

/**
 * Measures the memory that remains of results after they were fetched, shown and closed again, in a real extension
 * host.
 */
export const benchHeap: Bench = async ({ progress }) => {
  const told = await runHostBench({
    file: 'heap.host.test.ts',
    createSampleTenant: createOpenTenant(HEAP_RESULTS),
    environment: async (tenant) => ({
      NODE_EXTRA_CA_CERTS: tenant.caFile,
      TENANT_CONNECTIONS: JSON.stringify(await connectionsTo(tenant)),
    }),
  });
  const { measured } = told as HeapFigures;
  const after = measured.at(-1);
  if (after === undefined || measured.length !== BATCHES + 1) throw new Error('Not every batch was measured.');
  progress(`${BATCHES * BATCH} results opened and closed`);
  // VS Code itself frees some MB a minute or two after its start, which would hide as many of ours. So the start is the
  // measurement with the least memory.
  const start = measured.reduce((least, figures) => (figures.kept < least.kept ? figures : least));
  const megabytes = (figure: keyof MemoryFigures): string =>
    [start, after].map((memory) => (memory[figure] / MEGABYTE).toFixed(1)).join(' → ');
  return [
    {
      name: 'heap.after500Results.vsStart',
      value: rounded(after.kept / start.kept),
      unit: 'ratio',
      floor: rounded(start.kept / MEGABYTE, 1),
      goal: '<= 1.2',
      note: `MB after collecting garbage, from the least after the warm-up: heap ${megabytes('heapUsed')}, heap and buffers ${megabytes('kept')}; whole process ${megabytes('rss')}`,
    },
  ];
};

/**
 * Returns one connection for each batch, each with an application of its own. The server and the call budget count
 * calls for each application: through one of them this would be 50 results a minute.
 */
async function connectionsTo(tenant: LocalTenant): Promise<readonly object[]> {
  return Promise.all(
    Array.from({ length: WARM_UP_BATCHES + BATCHES }, async (_, batch) => {
      const clientId = randomUUID();
      const accessToken = await tenant.mintAccessToken({ appId: clientId, scp: 'Machine.Read Machine.LiveResponse' });
      return { ...(await connectionTo(tenant)), name: `Application ${batch}`, clientId, accessToken };
    }),
  );
}
