import { cloudAddresses } from '../../defender/clouds.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { openPage } from '../../platform/show/webPages.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { TreeNode } from '../../tree/nodes.ts';
import { tellNothingChosen } from '../common/preconditions.ts';
import { recordOfLink } from '../common/recordOfLink.ts';
import { findTargets } from '../common/targets.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { HAS_RESULT, IN_ACTIONS_VIEW, IN_RESULT, ON_MACHINE_ROW, ON_ONE_ROW, all } from '../common/when.ts';

/** `liveResponse.openDeviceInPortal`: opens the device's page in the Defender portal of its cloud. */
async function openDeviceInPortal(
  services: Pick<Services, 'actions' | 'auditTrail' | 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  args: readonly unknown[],
): Promise<void> {
  const device = await findDevice(services, args);
  if (device === undefined) {
    tellNothingChosen();
    return;
  }
  const { cloud, tenantId, machineId } = device;
  if (cloud === 'custom' || cloud === 'file' || !machineId) throw new LiveResponseError('noPortal');
  const { portalUrl } = cloudAddresses(cloud);
  const path = `/machines/v2/${encodeURIComponent(machineId)}/overview`;
  await openPage(`${portalUrl}${path}?tid=${tenantId}`);
}

type Device = Pick<ResultRef, 'cloud' | 'tenantId'> & { readonly machineId: string | null };

async function findDevice(
  services: Pick<Services, 'actions' | 'auditTrail' | 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  args: readonly unknown[],
): Promise<Device | undefined> {
  const { opened } = services.auditTrail;
  const record = recordOfLink(services.auditTrail, args[0]);
  if (record !== undefined) return opened?.tenant && { ...opened.tenant, machineId: record.deviceId };
  const [row] = args.filter(isTreeNode);
  if (row !== undefined) return deviceOfRow(services, row);
  const [target] = findTargets(services, args);
  const facts = target === undefined ? undefined : await services.store.facts(target.ref);
  const action = facts?.action ?? (target === undefined ? undefined : services.actions.list?.get(target.ref.actionId));
  if (target !== undefined) return action && { ...target.ref, machineId: action.machineId ?? null };
  const [selected] = services.view.selection;
  return selected === undefined ? undefined : deviceOfRow(services, selected);
}

function deviceOfRow({ actions }: Pick<Services, 'actions'>, row: TreeNode): Device | undefined {
  if (row.kind === 'device') return { ...row.tenant, machineId: row.machineId };
  if (row.kind !== 'action' && row.kind !== 'command') return undefined;
  return { ...row.tenant, machineId: actions.list?.get(row.actionId)?.machineId ?? null };
}

export const openDeviceInPortalCommand = defineCommand({
  name: 'openDeviceInPortal',
  needs: 'nothing',
  icon: 'link-external',
  palette: HAS_RESULT,
  menus: [
    { menu: 'view/item/context', group: '4_device@2', when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW) },
    { menu: 'editor/title', group: '1_liveResponse@2', when: IN_RESULT },
  ],
  run: (services, { args }) => openDeviceInPortal(services, args),
});
