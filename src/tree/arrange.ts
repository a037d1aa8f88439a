import type { MachineAction } from '../defender/schema.ts';
import { deviceOf, runScripts, subjectOf } from '../model/machineAction.ts';
import type { Run } from '../model/run.ts';

export const GROUPINGS = ['action', 'device', 'run', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const ORDERS = ['age', 'device', 'script', 'state'] as const;
export type Order = (typeof ORDERS)[number];

/** Actions and groups that the tree shows, in its order. */
export interface Arranged {
  /** All actions in order. Actions of one group are not always next to each other. */
  readonly actions: readonly MachineAction[];
  /** Groups by key, each at the position of its first action. Empty where actions are not grouped. */
  readonly groups: ReadonlyMap<string, readonly MachineAction[]>;
}

/** Order of states: unfinished actions first, then those that went wrong, because someone has to look at them. */
const STATES = ['InProgress', 'Pending', 'Failed', 'TimeOut', 'Cancelled', 'Succeeded'];

/**
 * Sorts and groups actions.
 *
 * @param actions - newest first; actions that are equal in the order stay so
 * @param findRuns - returns the run of each action by its id; called only where actions are grouped by run
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

/** Returns the name of an action in a row: its first script, else its only command, else its type. */
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
    // A state that this version does not know counts as not final.
    return (known < 0 ? 0 : known).toString();
  };
}

function sortBy(actions: readonly MachineAction[], keyOf: (action: MachineAction) => string): readonly MachineAction[] {
  return actions
    .map((action) => ({ action, key: keyOf(action) }))
    .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1))
    .map(({ action }) => action);
}
