import { LiveResponseError } from '../base/errors.ts';
import { systemClock } from '../base/clock.ts';
import { loadPackReader, loadPackWriter, loadParquetWriter } from '../lazy.ts';
import type { RunRecord } from '../model/runRecord.ts';
import { estimateRun } from '../runs/runEstimate.ts';
import { renewFilterRun } from '../runs/filterRun.ts';
import { RunFetches } from '../runs/runFetch.ts';
import { loadUnknown, renewHosts } from '../runs/runHosts.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';
import type { TenantServices } from './tenant.ts';

/** Share of the store's limit above which an order stops, so that no older result is dropped for it. */
const FULL_SHARE = 0.95;

/** Services for runs, that is, one script on many hosts. */
export interface RunServices {
  readonly runs: RunFetches;
  /** Loads the function that writes Parquet. */
  readonly loadParquetWriter: typeof loadParquetWriter;
  readonly loadPackWriter: typeof loadPackWriter;
  readonly loadPackReader: typeof loadPackReader;
  /** Estimates how long, in milliseconds, this number of background calls for a run takes. */
  readonly estimateRun: (record: Pick<RunRecord, 'run'>, calls: number) => Promise<number>;
}

export function createRunServices(
  { worker, leases, policy, settings }: GroundServices,
  { connections, packs, sessions }: TenantServices,
  { store, results }: ResultServices,
): RunServices {
  const runs = new RunFetches({
    store,
    worker,
    open: (ref, signal) => results.open(ref, { signal, priority: 'background' }),
    prepare: async (run, missing, signal) => {
      const connection = connections.forTenant(run.tenant);
      if (connection !== undefined) await loadUnknown(sessions.of(connection).actions(true), run, missing, signal);
    },
    renew: async (run, lookedAt, signal) => {
      const connection = connections.forTenant(run.tenant);
      if (connection === undefined) throw new LiveResponseError('noConnection');
      const session = sessions.of(connection);
      const { filter } = run;
      return filter === undefined
        ? renewHosts(session, run, lookedAt, signal)
        : renewFilterRun(session, { ...run, filter }, lookedAt, signal);
    },
    largest: settings.maxDownloadBytes,
    keepsOrders: policy.isAllowed('standingOrders'),
    hasRoom: async () => {
      const { keep, maxBytes } = settings.storageRules();
      if (!keep || maxBytes === undefined) return true;
      return (await store.storedBytes()) < maxBytes * FULL_SHARE;
    },
    hold: (name, signal, work) => leases.hold(name, signal, work),
    clock: systemClock,
  });
  packs.onDidClose((tenant) => {
    runs.forgetOf(tenant);
  });
  return {
    runs,
    loadParquetWriter,
    loadPackWriter,
    loadPackReader,
    estimateRun: async ({ run }, count) => {
      const connection = connections.forTenant(run.tenant);
      if (connection === undefined) return 0;
      // A run is fetched also while the calls of the other windows are not known.
      const usage = await ledgerPort(worker, connection)
        .usage()
        .catch(() => undefined);
      return usage === undefined ? 0 : estimateRun(count, usage, Date.now());
    },
  };
}
