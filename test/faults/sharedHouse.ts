import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RateWindow } from '../../src/defender/calls/ledger.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { isReport } from './sharedOrder.ts';
import type { Order } from './sharedOrder.ts';

/** A tenant that counts calls, and a folder for the database that all processes share. */
export interface House {
  readonly tenant: LocalTenant;
  readonly order: Order;
  /** Starts a window with its work, and returns its outcomes when it has ended: none if it was killed. */
  readonly open: (change?: Partial<Order>) => { readonly process: ChildProcess; readonly outcomes: Promise<string[]> };
  /** Stops the tenant and every window. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a house without windows.
 *
 * @param windows - a shortened minute and hour: limits of both the tenant and the clients
 */
export async function openHouse(windows: readonly [RateWindow, RateWindow]): Promise<House> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shared-budget-'));
  const tenant = await startLocalTenant({
    limits: windows.map(({ calls, ms }) => ({ limit: calls, milliseconds: ms, label: `${ms} ms` })),
  });
  const processes: ChildProcess[] = [];
  const order: Order = {
    apiUrl: tenant.apiUrl,
    token: await tenant.mintAccessToken(),
    folder,
    application: `${tenant.tenantId} ${tenant.clientId}`,
    windows,
    calls: 10,
    priority: 'click',
  };
  return {
    tenant,
    order,
    open: (change = {}) => {
      const child = fork(path.join(import.meta.dirname, 'sharedClient.ts'), {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        env: { ...process.env, NODE_EXTRA_CA_CERTS: tenant.caFile },
      });
      processes.push(child);
      child.send({ ...order, ...change });
      return { process: child, outcomes: reported(child) };
    },
    close: async () => {
      for (const child of processes) child.kill('SIGKILL');
      await tenant.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function reported(child: ChildProcess): Promise<string[]> {
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  // The last message can arrive after the exit, but not after the end of the channel.
  const [[, signal]] = (await Promise.all([once(child, 'exit'), once(child, 'disconnect')])) as [
    [number | null, string | null],
    unknown,
  ];
  const [report] = messages;
  if (isReport(report)) return [...report.outcomes];
  // A window that failed by itself is a fault of the product. Without outcomes it would look like one without work.
  if (signal === null) throw new Error('a window ended without a report');
  return [];
}
