import { systemClock } from '../base/clock.ts';
import { loadParquetWriter } from '../lazy.ts';
import type { RunRecord } from '../model/runRecord.ts';
import { estimateRun } from '../runs/runEstimate.ts';
import { RunFetches } from '../runs/runFetch.ts';
import { loadUnknown } from '../runs/runHosts.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';
import type { TenantServices } from './tenant.ts';

/** Services for runs, that is, one script on many hosts. */
export interface RunServices {
  readonly runs: RunFetches;
  /** Estimates how long, in milliseconds, this number of background calls for a run takes. */
  /** Loads the function that writes Parquet. */
  readonly loadParquetWriter: typeof loadParquetWriter;
  readonly estimateRun: (record: Pick<RunRecord, 'run'>, calls: number) => Promise<number>;
}

export function createRunServices(
  { worker, leases }: GroundServices,
  { connections, sessions }: TenantServices,
  { store, results }: ResultServices,
): RunServices {
  return {
    runs: new RunFetches({
      store,
      worker,
      open: (ref, signal) => results.open(ref, { signal, priority: 'background' }),
      prepare: async (run, missing, signal) => {
        const connection = connections.forTenant(run.tenant);
        if (connection !== undefined) await loadUnknown(sessions.of(connection).actions(true), run, missing, signal);
      },
      hold: (name, signal, work) => leases.hold(name, signal, work),
      clock: systemClock,
    }),
    loadParquetWriter,
    estimateRun: async ({ run }, count) => {
      const connection = connections.forTenant(run.tenant);
      if (connection === undefined) return 0;
      return estimateRun(count, await ledgerPort(worker, connection).usage(), Date.now());
    },
  };
}
