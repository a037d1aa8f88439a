import { placeAt } from '../actions/actionOrder.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { deviceOf, runScripts, subjectOf } from '../model/machineAction.ts';
import type { Run } from '../model/run.ts';

export const GROUPINGS = ['action', 'device', 'run', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const ORDERS = ['age', 'device', 'script', 'state'] as const;
export type Order = (typeof ORDERS)[number];

/** Content of a row: an action, or a record of an audit trail that belongs to no action. */
export type Shown = MachineAction | AuditRecord;

/** Rows and groups in the sort order of the tree. */
export interface Arranged {
  /** All rows, sorted. Rows of one group are not always next to each other. */
  readonly rows: readonly Shown[];
  /** Groups by key. Each group is at the position of its first row. Empty if rows are not grouped. */
  readonly groups: ReadonlyMap<string, readonly Shown[]>;
}

/** Whether a row shows a record. */
export function isRecord(row: Shown): row is AuditRecord {
  return 'raw' in row;
}

/** Returns the actions of rows. */
export function toActions(rows: readonly Shown[]): readonly MachineAction[] {
  return rows.filter((row): row is MachineAction => !isRecord(row));
}

/** Puts records between actions by their times. Both are newest first. */
export function mergeByTime(actions: readonly MachineAction[], records: readonly AuditRecord[]): readonly Shown[] {
  if (records.length === 0) return actions;
  const rows: Shown[] = [];
  let next = 0;
  for (const action of actions) {
    const created = placeAt(action);
    for (let one = records[next]; one !== undefined && (one.at ?? 0) >= created; one = records[++next]) rows.push(one);
    rows.push(action);
  }
  return [...rows, ...records.slice(next)];
}

/** Sort order of states: first unfinished actions, then failed actions, because the user must look at them. */
const STATES = ['InProgress', 'Pending', 'Failed', 'TimeOut', 'Cancelled', 'Succeeded'];

/**
 * Sorts and groups rows.
 *
 * @param rows - newest first; rows that are equal by `order` keep this sort order
 * @param findRuns - returns the run of each action by the action's id; called only if rows are grouped by run
 */
export function arrange(
  rows: readonly Shown[],
  grouping: Grouping,
  order: Order,
  findRuns: () => ReadonlyMap<string, Pick<Run, 'key'>>,
): Arranged {
  const sorted = order === 'age' ? rows : sortBy(rows, sortKey(order));
  if (grouping === 'action') return { rows: sorted, groups: new Map() };
  const keyOf = groupKey(grouping, findRuns);
  const groups = new Map<string, Shown[]>();
  for (const row of sorted) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return { rows: sorted, groups };
}

/**
 * Returns the name of an action in a row: the name of its first script, or else of its only command, or else its type.
 */
export function scriptOf(action: MachineAction): string {
  const only = action.commands.length === 1 ? action.commands[0] : undefined;
  const first = runScripts(action)[0] ?? only;
  return first === undefined ? action.type : subjectOf(first);
}

/** Returns the name of a row's device: its full name, otherwise its id, otherwise a dash. */
export function nameOf(row: Shown): string {
  return isRecord(row) ? row.device || row.deviceId || '–' : deviceOf(row);
}

function groupKey(
  grouping: Exclude<Grouping, 'action'>,
  findRuns: () => ReadonlyMap<string, Pick<Run, 'key'>>,
): (row: Shown) => string {
  // A device chooses its name, so a record without an ID of a device joins no device and stands alone.
  if (grouping === 'device')
    return (row) => (isRecord(row) ? row.deviceId || `record ${row.place}` : (row.machineId ?? ''));
  if (grouping === 'day')
    return (row) => (isRecord(row) ? new Date(row.at ?? 0).toISOString() : row.creationDateTimeUtc).slice(0, 10);
  const runs = findRuns();
  // A record belongs to no run, so it stands alone.
  return (row) => (isRecord(row) ? `record ${row.place}` : (runs.get(row.id)?.key ?? row.id));
}

/** Key of records in orders that they cannot answer: behind all actions. */
const LAST = '\uffff';

function sortKey(order: Exclude<Order, 'age'>): (row: Shown) => string {
  if (order === 'device') return (row) => nameOf(row).toLowerCase();
  if (order === 'script') return (row) => (isRecord(row) ? LAST : scriptOf(row).toLowerCase());
  return (row) => {
    if (isRecord(row)) return LAST;
    const known = STATES.indexOf(row.status);
    // A state that this version does not know is sorted with the unfinished states.
    return (known < 0 ? 0 : known).toString();
  };
}

function sortBy(rows: readonly Shown[], keyOf: (row: Shown) => string): readonly Shown[] {
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1))
    .map(({ row }) => row);
}
