import type { MachineAction } from '../defender/schema.ts';
import { deviceOf } from '../model/machineAction.ts';
import { findRuns, firstRuns } from '../runs/runs.ts';
import type { TreeSource } from './treeSource.ts';
import { arrange } from './arrange.ts';
import type { Arranged, Grouping, Order } from './arrange.ts';
import type { ActionNode, DeviceNode, GroupNode, TreeNode } from './nodes.ts';
import type { DeviceSummary } from './toTreeItem.ts';

/** Keeper of the nodes. For the same id, it always returns the same object. */
interface NodeKeeper {
  readonly id: (kind: TreeNode['kind'], rest: string) => string;
  readonly keep: <Node extends TreeNode>(node: Node) => Node;
}

/** Returns a group's key. Groups of the same kind have different keys. */
export function keyOf(group: DeviceNode | GroupNode): string {
  return group.kind === 'device' ? group.machineId : group.key;
}

/** Rows of the tree at one moment. Created once and read each time that VS Code asks for rows. */
export class Layout {
  readonly roots: readonly (ActionNode | DeviceNode | GroupNode)[];
  readonly #source: TreeSource;
  readonly #arranged: Arranged;
  readonly #keeper: NodeKeeper;
  readonly #children = new Map<string, readonly ActionNode[]>();
  readonly #rootOf = new Map<string, TreeNode>();
  #records: ReadonlyMap<string, number> | undefined;

  constructor(source: TreeSource, grouping: Grouping, order: Order, keeper: NodeKeeper) {
    this.#source = source;
    this.#keeper = keeper;
    const { isWanted } = source;
    const loaded = source.actions.actions;
    const wanted = isWanted === undefined ? loaded : loaded.filter(isWanted);
    // Runs are found in all loaded actions, so that a filter hides rows but does not split a run.
    this.#arranged = arrange(wanted, grouping, order, () => firstRuns(findRuns(loaded, source.tenant)));
    if (grouping === 'action') {
      const rows = this.#arranged.actions.map((action) => this.#actionNode(action));
      for (const row of rows) this.#rootOf.set(row.actionId, row);
      this.roots = rows;
      return;
    }
    this.roots = [...this.#arranged.groups].map(([key, actions]) => {
      const node =
        grouping === 'device'
          ? keeper.keep({ kind: 'device', id: keeper.id('device', key), tenant: source.tenant, machineId: key })
          : keeper.keep({ kind: 'group', id: keeper.id('group', key), by: grouping, key });
      for (const { id } of actions) this.#rootOf.set(id, node);
      return node;
    });
  }

  get actions(): readonly MachineAction[] {
    return this.#arranged.actions;
  }

  /** Returns the actions of the group with this key. */
  actionsOf(key: string): readonly MachineAction[] {
    return this.#arranged.groups.get(key) ?? [];
  }

  /** Returns the rows of the group with this key. */
  childrenOf(key: string): readonly ActionNode[] {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const rows = this.actionsOf(key).map((action) => this.#actionNode(action));
    this.#children.set(key, rows);
    return rows;
  }

  /** Returns the top-level row of an action: its group, or its own row if actions are not grouped. */
  rootOf(actionId: string): TreeNode | undefined {
    const root = this.#rootOf.get(actionId);
    if (root?.kind === 'device' || root?.kind === 'group') this.childrenOf(keyOf(root));
    return root;
  }

  /** Whether a group contains the same action objects as before. A changed action is a new object. */
  holdsSame(group: DeviceNode | GroupNode, before: Layout | undefined): boolean {
    const then = before?.actionsOf(keyOf(group)) ?? [];
    const now = this.actionsOf(keyOf(group));
    return then.length === now.length && now.every((action, at) => action === then[at]);
  }

  deviceSummary(machineId: string, complete: boolean): DeviceSummary {
    const own = this.actionsOf(machineId);
    const name = own[0] === undefined ? '–' : deviceOf(own[0]);
    this.#records ??= this.#countRecords();
    return { name, ambiguous: (this.#records.get(name) ?? 0) > 1, loaded: own.length, complete };
  }

  /** Counts, for each device name, the devices with that name. */
  #countRecords(): ReadonlyMap<string, number> {
    const records = new Map<string, number>();
    for (const [first] of this.#arranged.groups.values()) {
      if (first !== undefined) records.set(deviceOf(first), (records.get(deviceOf(first)) ?? 0) + 1);
    }
    return records;
  }

  #actionNode(action: MachineAction): ActionNode {
    const id = this.#keeper.id('action', action.id);
    return this.#keeper.keep({ kind: 'action', id, tenant: this.#source.tenant, actionId: action.id });
  }
}
