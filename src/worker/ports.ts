import type { CallAccount } from '../defender/calls/ledger.ts';
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

type LedgerCalls = 'takeCall' | 'endCall' | 'giveBackCall' | 'noteCall' | 'callsRefused' | 'callUsage';

/**
 * Returns the call ledger of an application in a tenant. All windows share it, because the server also counts calls by
 * application and tenant.
 *
 * @param account - the calls that it counts
 */
export function ledgerPort(
  worker: WorkerPort<LedgerCalls>,
  { tenantId, clientId }: { readonly tenantId: string; readonly clientId: string },
  account: CallAccount = 'api',
): LedgerPort {
  const application = `${tenantId}|${clientId}${account === 'api' ? '' : `|${account}`}`;
  return {
    take: (share) => worker.call('takeCall', account, application, share),
    end: (id, answered) => worker.call('endCall', account, application, id, answered),
    giveBack: (id) => worker.call('giveBackCall', id),
    note: (startedAt, endedAt) => worker.call('noteCall', account, application, startedAt, endedAt),
    refused: (until) => worker.call('callsRefused', account, application, until),
    usage: () => worker.call('callUsage', account, application),
  };
}
