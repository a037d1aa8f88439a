import type { ResultRef } from '../base/resultUri.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import type { NextStep } from '../messages/failureMessage.ts';

type Tenant = Pick<ResultRef, 'cloud' | 'tenantId'>;

interface NodeBase {
  /** Id of the row. It does not change in a refresh, because selection and expansion depend on it. */
  readonly id: string;
}

export interface ActionNode extends NodeBase {
  readonly kind: 'action';
  readonly tenant: Tenant;
  readonly actionId: string;
}

export interface CommandNode extends NodeBase {
  readonly kind: 'command';
  readonly tenant: Tenant;
  readonly actionId: string;
  readonly commandIndex: number;
}

export interface DeviceNode extends NodeBase {
  readonly kind: 'device';
  readonly tenant: Tenant;
  readonly machineId: string;
}

/** Actions of one run, or of one day. */
export interface GroupNode extends NodeBase {
  readonly kind: 'group';
  readonly by: 'run' | 'day';
  /** Key of the run, or the id of an action that belongs to no run, or the day in UTC as `2026-11-23`. */
  readonly key: string;
}

export interface LoadMoreNode extends NodeBase {
  readonly kind: 'loadMore';
}

/**
 * Row for a next step when the list could not be loaded. Without such rows, the failed list would look like an empty
 * list.
 */
export interface FailedNode extends NodeBase {
  readonly kind: 'failed';
  readonly error: unknown;
  readonly step: NextStep;
}

/** Record of an audit trail: a row between actions, or below the action that it probably belongs to. */
export interface RecordNode extends NodeBase {
  readonly kind: 'record';
  readonly record: AuditRecord;
}

/** Row of the tree: plain data that identifies what the row shows. */
export type TreeNode = ActionNode | CommandNode | DeviceNode | GroupNode | LoadMoreNode | FailedNode | RecordNode;

/** Whether the argument of a command is a row of the tree. */
export function isTreeNode(value: unknown): value is TreeNode {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) return false;
  return ['action', 'command', 'device', 'group', 'loadMore', 'failed', 'record'].includes(String(value.kind));
}

/** Returns the result of a command of a row's action. */
export function refOf({ tenant, actionId }: Pick<ActionNode, 'tenant' | 'actionId'>, commandIndex: number): ResultRef {
  return { ...tenant, actionId, commandIndex };
}
