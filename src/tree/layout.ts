import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { findRuns, firstRuns } from '../runs/runs.ts';
import type { TreeSource } from './treeSource.ts';
import { arrange, isRecord, mergeByTime, nameOf, toActions } from './arrange.ts';
import type { Arranged, Grouping, Order, Shown } from './arrange.ts';
import type { ActionNode, DeviceNode, GroupNode, RecordNode, TreeNode } from './nodes.ts';
import type { DeviceSummary, GroupSummary } from './toTreeItem.ts';

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
  readonly roots: readonly (ActionNode | RecordNode | DeviceNode | GroupNode)[];
  /** The actions, sorted. Records are none of them, so that nothing counts or fetches them. */
  readonly actions: readonly MachineAction[];
  readonly #source: TreeSource;
  readonly #arranged: Arranged;
  readonly #keeper: NodeKeeper;
  readonly #children = new Map<string, readonly (ActionNode | RecordNode)[]>();
  readonly #rootOf = new Map<string, TreeNode>();
  #sameNames: ReadonlyMap<string, number> | undefined;

  constructor(source: TreeSource, grouping: Grouping, order: Order, keeper: NodeKeeper) {
    this.#source = source;
    this.#keeper = keeper;
    const { isWanted } = source;
    const loaded = source.actions.actions;
    const wanted = isWanted === undefined ? loaded : loaded.filter(isWanted);
    // Runs are found in all loaded actions, so that a filter hides rows but does not split a run.
    const shown = mergeByTime(wanted, source.records?.rows ?? []);
    this.#arranged = arrange(shown, grouping, order, () => firstRuns(findRuns(loaded, source.tenant)));
    this.actions = toActions(this.#arranged.rows);
    if (grouping === 'action') {
      this.roots = this.#arranged.rows.map((row) => this.#rowNode(row));
      for (const row of this.roots) if (row.kind === 'action') this.#rootOf.set(row.actionId, row);
      return;
    }
    this.roots = [...this.#arranged.groups].map(([key, rows]) => {
      const [first] = rows;
      const isAlone = first !== undefined && isRecord(first) && (grouping === 'run' || first.deviceId === '');
      if (isAlone && grouping !== 'day') return this.recordNode(first);
      const node =
        grouping === 'device'
          ? keeper.keep({ kind: 'device', id: keeper.id('device', key), tenant: source.tenant, machineId: key })
          : keeper.keep({ kind: 'group', id: keeper.id('group', key), by: grouping, key });
      for (const { id } of toActions(rows)) this.#rootOf.set(id, node);
      return node;
    });
  }

  /** Returns the actions of the group with this key. */
  actionsOf(key: string): readonly MachineAction[] {
    return toActions(this.#shownIn(key));
  }

  groupSummary(key: string): GroupSummary {
    const actions = this.actionsOf(key);
    return { actions, records: this.#shownIn(key).length - actions.length };
  }

  /** Returns the rows of the group with this key. */
  childrenOf(key: string): readonly (ActionNode | RecordNode)[] {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const rows = this.#shownIn(key).map((row) => this.#rowNode(row));
    this.#children.set(key, rows);
    return rows;
  }

  /** Returns the top-level row of an action: its group, or its own row if actions are not grouped. */
  rootOf(actionId: string): TreeNode | undefined {
    const root = this.#rootOf.get(actionId);
    if (root?.kind === 'device' || root?.kind === 'group') this.childrenOf(keyOf(root));
    return root;
  }

  /** Whether a group contains the same objects as before. A changed action is a new object. */
  holdsSame(group: DeviceNode | GroupNode, before: Layout | undefined): boolean {
    const then = before === undefined ? [] : before.#shownIn(keyOf(group));
    const now = this.#shownIn(keyOf(group));
    return then.length === now.length && now.every((row, at) => row === then[at]);
  }

  deviceSummary(machineId: string): DeviceSummary {
    const { state, wholeDevices } = this.#source.actions;
    const { actions, records } = this.groupSummary(machineId);
    const name = groupName(this.#shownIn(machineId));
    this.#sameNames ??= this.#countNames();
    return {
      name,
      ambiguous: (this.#sameNames.get(name) ?? 0) > 1,
      loaded: actions.length,
      complete: wholeDevices.has(machineId) || (state.kind === 'loaded' && !state.hasMore),
      records,
    };
  }

  /** Counts, for each device name, the devices with that name. */
  #countNames(): ReadonlyMap<string, number> {
    const names = new Map<string, number>();
    for (const rows of this.#arranged.groups.values()) {
      const name = groupName(rows);
      names.set(name, (names.get(name) ?? 0) + 1);
    }
    return names;
  }

  /** Returns the row of a record. */
  recordNode(record: AuditRecord): RecordNode {
    const id = this.#keeper.id('record', `${record.place} ${record.sha256}`);
    return this.#keeper.keep({ kind: 'record', id, record });
  }

  /** Returns what the rows of the group with this key show. */
  #shownIn(key: string): readonly Shown[] {
    return this.#arranged.groups.get(key) ?? [];
  }

  #rowNode(row: Shown): ActionNode | RecordNode {
    return isRecord(row) ? this.recordNode(row) : this.#actionNode(row);
  }

  #actionNode(action: MachineAction): ActionNode {
    const id = this.#keeper.id('action', action.id);
    return this.#keeper.keep({ kind: 'action', id, tenant: this.#source.tenant, actionId: action.id });
  }
}

/** Returns the name of the device of a group: an action says it better than a record, which may be of an export. */
function groupName(rows: readonly Shown[]): string {
  const row = rows.find((one) => !isRecord(one)) ?? rows[0];
  return row === undefined ? '–' : nameOf(row);
}
