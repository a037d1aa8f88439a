import type { Memento } from 'vscode';
import { apiUrlOf } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import type { Packs } from '../connections/packs.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { TenantClient } from '../defender/tenantClient.ts';
import { loadSampleTransport, loadTenantClient } from '../lazy.ts';
import { isSpentByOthers } from '../messages/failureMessages.ts';
import type { Log } from '../platform/log.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import { sampleStart } from './sampleStart.ts';

interface TenantParts extends Pick<GroundServices, 'log' | 'settings' | 'telemetry' | 'worker'> {
  readonly signIns: SignIns;
  readonly packs: Pick<Packs, 'client'>;
  readonly state: Memento;
  /** Called after each call to the API. */
  readonly onCalled: () => void;
}

/** Creates the client of a connection. The first call loads the client's code. */
export async function openTenant(connection: Connection, parts: TenantParts): Promise<TenantClient> {
  // Without the code for HTTP: nothing can be asked of a pack.
  if (connection.cloud === 'pack') return parts.packs.client(connection);
  const { signIns, log, settings, telemetry, state, worker, onCalled } = parts;
  const createTenantClient = await loadTenantClient();
  const ledger = ledgerPort(worker, connection);
  const custom = connection.cloud === 'custom';
  const common = {
    connection: connection.name,
    apiUrl: apiUrlOf(connection),
    onOddRows: (rows: Parameters<Log['oddRows']>[0]) => {
      log.oddRows(rows);
    },
    onCall: (record: Parameters<Log['call']>[0]) => {
      log.call(record);
      if (record.door === 'api') onCalled();
    },
    onRefused: (ownCalls: number) => {
      telemetry.send({ name: 'callRefused', spentBy: isSpentByOthers(ownCalls) ? 'others' : 'us' });
    },
    packageLedger: ledgerPort(worker, connection, 'package'),
  };
  if (connection.signIn === 'sample') {
    const createSampleTransport = await loadSampleTransport();
    const transport = createSampleTransport({ now: Date.now, startedAt: await sampleStart(state) });
    return createTenantClient(ledger, { ...common, transport, getAccessToken: () => Promise.resolve('sample') });
  }
  return createTenantClient(ledger, {
    ...common,
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal),
    downloadHosts: () => settings.downloadHosts([connection]),
    expectAzureHeaders: !custom,
  });
}
