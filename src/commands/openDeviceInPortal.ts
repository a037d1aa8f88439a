import { env, Uri } from 'vscode';
import { cloudAddresses } from '../defender/clouds.ts';
import { LiveResponseError } from '../defender/errors.ts';
import type { ResultRef } from '../evidence/uri.ts';
import type { Services } from '../services.ts';
import { isTreeNode } from '../tree/nodes.ts';
import { findTargets } from './targets.ts';

/** `liveResponse.openDeviceInPortal`: the device's page in the Defender portal of its cloud. */
export async function openDeviceInPortal(services: Services, args: readonly unknown[]): Promise<void> {
  const device = await findDevice(services, args);
  if (device === undefined) return;
  const { cloud, tenantId, machineId } = device;
  if (cloud === 'custom' || !machineId) throw new LiveResponseError('noPortal');
  const { portalUrl } = cloudAddresses(cloud);
  const path = `/machines/v2/${encodeURIComponent(machineId)}/overview`;
  await env.openExternal(Uri.parse(`${portalUrl}${path}?tid=${tenantId}`));
}

async function findDevice(
  services: Services,
  args: readonly unknown[],
): Promise<(Pick<ResultRef, 'cloud' | 'tenantId'> & { machineId: string | null }) | undefined> {
  const [row] = args.filter(isTreeNode);
  if (row?.kind === 'device') return { ...row.tenant, machineId: row.machineId };
  if (row?.kind === 'action' || row?.kind === 'command') {
    return { ...row.tenant, machineId: services.view.shown?.get(row.actionId)?.machineId ?? null };
  }
  const [target] = findTargets(services, args);
  if (target === undefined) return undefined;
  const facts = await services.store.facts(target.ref);
  return { ...target.ref, machineId: facts?.action.machineId ?? null };
}
