import type { MachineAction } from '../defender/schema.ts';
import { deviceOf, runScripts, subjectOf } from '../model/machineAction.ts';
import type { Run } from '../model/run.ts';

export const GROUPINGS = ['action', 'device', 'run', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const ORDERS = ['age', 'device', 'script', 'state'] as const;
export type Order = (typeof ORDERS)[number];

/** What the tree shows, in its order. */
export interface Arranged {
  /** All actions; those of a group one after another only where they are so in the order. */
  readonly actions: readonly MachineAction[];
  /** By key; each in the place of its first action. Empty where actions stand by themselves. */
  readonly groups: ReadonlyMap<string, readonly MachineAction[]>;
}

/** Unfinished first, then what went wrong: what somebody has to look at. */
const STATES = ['InProgress', 'Pending', 'Failed', 'TimeOut', 'Cancelled', 'Succeeded'];

/**
 * Sorts and groups.
 * @param actions - newest first; so are those that are equal in the order
 * @param findRuns - the run of each action by its id, asked for only where they are grouped by it
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

/** What an action is called in a row: its first script, else its only command, else its type. */
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
    // One that this version does not know is not final.
    return (known < 0 ? 0 : known).toString();
  };
}

function sortBy(actions: readonly MachineAction[], keyOf: (action: MachineAction) => string): readonly MachineAction[] {
  return actions
    .map((action) => ({ action, key: keyOf(action) }))
    .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1))
    .map(({ action }) => action);
}
