import type { LedgerPort } from '../defender/calls/budget.ts';
import type { LeasePort } from '../base/leases.ts';
import type { WorkerPort } from './workerClient.ts';

/** Returns the leases that all windows of this machine share. */
export function leasePort(worker: WorkerPort<'takeLease' | 'releaseLease'>): LeasePort {
  return {
    take: (name, holder, forMs) => worker.call('takeLease', name, holder, forMs),
    release: (name, holder) => worker.call('releaseLease', name, holder),
  };
}

type LedgerCalls = 'takeCall' | 'endCall' | 'giveBackCall' | 'callsRefused' | 'callUsage';

/**
 * Returns the call ledger of an application in a tenant. All windows share it, because the server also counts calls by
 * application and tenant.
 */
export function ledgerPort(
  worker: WorkerPort<LedgerCalls>,
  { tenantId, clientId }: { readonly tenantId: string; readonly clientId: string },
): LedgerPort {
  const application = `${tenantId}|${clientId}`;
  return {
    take: (share) => worker.call('takeCall', application, share),
    end: (id, answered) => worker.call('endCall', application, id, answered),
    giveBack: (id) => worker.call('giveBackCall', id),
    refused: (until) => worker.call('callsRefused', application, until),
    usage: () => worker.call('callUsage', application),
  };
}
