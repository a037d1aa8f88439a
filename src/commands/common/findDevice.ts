import type { ResultRef } from '../../base/resultUri.ts';
import { hostOf } from '../../model/machineAction.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { TreeNode } from '../../tree/nodes.ts';
import { recordOfLink } from './recordOfLink.ts';
import { findTargets } from './targets.ts';

/** Services that know devices. */
export type DeviceServices = Pick<
  Services,
  'actions' | 'auditTrail' | 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'
>;

/** A device of a tenant. The ID is null if it is unknown. */
export type Device = Pick<ResultRef, 'cloud' | 'tenantId'> & {
  readonly machineId: string | null;
  readonly name?: string;
};

/**
 * Finds the device that a command is for: that of an audit record, of a row, of the open result, or of the selected row.
 */
export async function findDevice(services: DeviceServices, args: readonly unknown[]): Promise<Device | undefined> {
  if (recordOfLink(services.auditTrail, args[0]) !== undefined) return deviceOfRecord(services, args[0]);
  const [row] = args.filter(isTreeNode);
  if (row !== undefined) return deviceOfRow(services, row);
  const [target] = findTargets(services, args);
  const facts = target === undefined ? undefined : await services.store.facts(target.ref);
  const action = facts?.action ?? (target === undefined ? undefined : services.actions.list?.get(target.ref.actionId));
  if (target !== undefined) return action && { ...target.ref, machineId: action.machineId ?? null };
  const [selected] = services.view.selection;
  return selected === undefined ? undefined : deviceOfRow(services, selected);
}

function deviceOfRecord({ auditTrail }: Pick<Services, 'auditTrail'>, argument: unknown): Device | undefined {
  const record = recordOfLink(auditTrail, argument);
  const tenant = auditTrail.opened?.tenant;
  if (record === undefined || tenant === undefined) return undefined;
  return { ...tenant, machineId: record.deviceId || null, name: record.device || record.deviceId };
}

function deviceOfRow(services: Pick<Services, 'actions' | 'auditTrail'>, row: TreeNode): Device | undefined {
  const { actions } = services;
  if (row.kind === 'record') return deviceOfRecord(services, row);
  if (row.kind === 'device') {
    const known = actions.list?.actions.find(({ machineId }) => machineId === row.machineId);
    return { ...row.tenant, machineId: row.machineId, ...(known && { name: hostOf(known) }) };
  }
  if (row.kind !== 'action' && row.kind !== 'command') return undefined;
  const action = actions.list?.get(row.actionId);
  return { ...row.tenant, machineId: action?.machineId ?? null, ...(action && { name: hostOf(action) }) };
}
