import type { MachineAction } from '../defender/schema.ts';
import { deviceOf, runScripts, subjectOf } from '../model/machineAction.ts';
import type { Run } from '../model/run.ts';

export const GROUPINGS = ['action', 'device', 'run', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const ORDERS = ['age', 'device', 'script', 'state'] as const;
export type Order = (typeof ORDERS)[number];

/** Actions and groups in the sort order of the tree. */
export interface Arranged {
  /** All actions, sorted. Actions of one group are not always next to each other. */
  readonly actions: readonly MachineAction[];
  /** Groups by key. Each group is at the position of its first action. Empty if actions are not grouped. */
  readonly groups: ReadonlyMap<string, readonly MachineAction[]>;
}

/** Sort order of states: first unfinished actions, then failed actions, because the user must look at them. */
const STATES = ['InProgress', 'Pending', 'Failed', 'TimeOut', 'Cancelled', 'Succeeded'];

/**
 * Sorts and groups actions.
 *
 * @param actions - newest first; actions that are equal by `order` keep this sort order
 * @param findRuns - returns the run of each action by the action's id; called only if actions are grouped by run
 */
export function arrange(
  actions: readonly MachineAction[],
  grouping: Grouping,
  order: Order,
  findRuns: () => ReadonlyMap<string, Pick<Run, 'key'>>,
): Arranged {
  const sorted = order === 'age' ? actions : sortBy(actions, sortKey(order));
  if (grouping === 'action') return { actions: sorted, groups: new Map() };
  const keyOf = groupKey(grouping, findRuns);
  const groups = new Map<string, MachineAction[]>();
  for (const action of sorted) {
    const key = keyOf(action);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [action]);
    else group.push(action);
  }
  return { actions: sorted, groups };
}

/**
 * Returns the name of an action in a row: the name of its first script, or else of its only command, or else its type.
 */
export function scriptOf(action: MachineAction): string {
  const only = action.commands.length === 1 ? action.commands[0] : undefined;
  const first = runScripts(action)[0] ?? only;
  return first === undefined ? action.type : subjectOf(first);
}

function groupKey(
  grouping: Exclude<Grouping, 'action'>,
  findRuns: () => ReadonlyMap<string, Pick<Run, 'key'>>,
): (action: MachineAction) => string {
  if (grouping === 'device') return (action) => action.machineId ?? '';
  if (grouping === 'day') return (action) => action.creationDateTimeUtc.slice(0, 10);
  const runs = findRuns();
  return (action) => runs.get(action.id)?.key ?? action.id;
}

function sortKey(order: Exclude<Order, 'age'>): (action: MachineAction) => string {
  if (order === 'device') return (action) => deviceOf(action).toLowerCase();
  if (order === 'script') return (action) => scriptOf(action).toLowerCase();
  return ({ status }) => {
    const known = STATES.indexOf(status);
    // A state that this version does not know is sorted with the unfinished states.
    return (known < 0 ? 0 : known).toString();
  };
}

function sortBy(actions: readonly MachineAction[], keyOf: (action: MachineAction) => string): readonly MachineAction[] {
  return actions
    .map((action) => ({ action, key: keyOf(action) }))
    .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1))
    .map(({ action }) => action);
}
