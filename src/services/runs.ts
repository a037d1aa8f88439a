import { LiveResponseError } from '../base/errors.ts';
import { systemClock } from '../base/clock.ts';
import { loadPackReader, loadPackWriter, loadParquetWriter } from '../lazy.ts';
import { Urgency } from '../base/urgency.ts';
import type { RunRecord } from '../model/runRecord.ts';
import { estimateRun } from '../runs/runEstimate.ts';
import { renewFilterRun } from '../runs/filterRun.ts';
import { RunFetches } from '../runs/runFetch.ts';
import { loadUnknown, renewHosts } from '../runs/runHosts.ts';
import type { Asking } from '../runs/runHosts.ts';
import type { Payment } from '../runs/runOptions.ts';
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

/** Returns the limits of a question in the background, whose calls an account pays for. */
function asking({ signal, meter }: Payment): Asking {
  return { signal, priority: new Urgency('background', meter) };
}

export function createRunServices(
  { worker, leases, policy, settings }: GroundServices,
  { connections, packs, sessions, signIns }: TenantServices,
  { store, results }: ResultServices,
): RunServices {
  const runs = new RunFetches({
    store,
    worker,
    open: (ref, payment) => results.open(ref, { ...payment, priority: 'background' }),
    prepare: async (run, missing, payment) => {
      const connection = connections.forTenant(run.tenant);
      if (connection === undefined) return;
      await loadUnknown(sessions.of(connection).actions(true), run, missing, asking(payment));
    },
    renew: async (run, lookedAt, payment) => {
      const connection = connections.forTenant(run.tenant);
      if (connection === undefined) throw new LiveResponseError('noConnection');
      const session = sessions.of(connection);
      const { filter } = run;
      return filter === undefined
        ? renewHosts(session, run, lookedAt, asking(payment))
        : renewFilterRun(session, { ...run, filter }, lookedAt, asking(payment));
    },
    keepsOrders: policy.isAllowed('standingOrders'),
    room: async () => {
      const { keep, maxBytes } = settings.storageRules();
      return keep && maxBytes !== undefined ? maxBytes * FULL_SHARE - (await store.storedBytes()) : Infinity;
    },
    account: async ({ tenant }) => {
      const connection = connections.forTenant(tenant);
      return connection === undefined ? undefined : signIns.account(connection);
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
