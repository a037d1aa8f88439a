import { TreeItem } from 'vscode';
import type { EventEmitter } from 'vscode';
import { parseServerTime } from '../defender/serverTime.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../evidence/uri.ts';
import { formatAge } from '../platform/format.ts';
import type { ActionStore } from '../results/actionStore.ts';
import { deviceOf, findCommand, resultOf, runScripts } from '../results/commands.ts';
import type { StoredFacts } from '../results/storedResult.ts';
import type { ActionNode, CommandNode, DeviceNode, FailedNode, TreeNode } from './nodes.ts';
import { actionTooltip, commandTooltip } from './tooltips.ts';
import { signedOutReason, stepsInTree } from './failedList.ts';
import { actionItem, commandItem, deviceItem, failedItem, loadMoreItem } from './toTreeItem.ts';

/** What the tree shows: one connection's actions, and what is stored of their results. */
export interface TreeSource {
  /** Part of every row's id: another connection's rows are other rows. */
  readonly connectionName: string;
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly actions: ActionStore;
  readonly stored: (ref: ResultRef) => StoredFacts | undefined;
}

export type Grouping = 'action' | 'device';

/** The rows of the view. It asks for the list when it is first looked at, and never for a result. */
export class ActionTree {
  readonly #changed: EventEmitter<TreeNode[] | undefined>;
  readonly #nodes = new Map<string, TreeNode>();
  readonly #ages = new Map<string, string>();
  readonly #load: (source: TreeSource) => Promise<void>;
  readonly #prepare: () => Promise<void>;
  readonly #completeDevices = new Set<string>();
  #source: TreeSource | undefined;
  #grouping: Grouping = 'action';

  /**
   * @param changed - tells VS Code which rows to read again
   * @param load - fills the source's store; it has told of a failure when it returns
   * @param prepare - finds out which connection to show, the first time the view is looked at
   */
  constructor(
    changed: EventEmitter<TreeNode[] | undefined>,
    load: (source: TreeSource) => Promise<void>,
    prepare: () => Promise<void>,
  ) {
    this.#changed = changed;
    this.#load = load;
    this.#prepare = prepare;
  }

  get source(): TreeSource | undefined {
    return this.#source;
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  /** Shows another connection, or none. */
  show(source: TreeSource | undefined): void {
    this.#source = source;
    this.#completeDevices.clear();
    this.#rebuild();
  }

  groupBy(grouping: Grouping): void {
    if (this.#grouping === grouping) return;
    this.#grouping = grouping;
    this.#rebuild();
  }

  /** All actions of this device are loaded now. */
  markComplete(machineId: string): void {
    this.#completeDevices.add(machineId);
    this.refresh();
  }

  /** Asks the view to read the rows again: all, or those of some actions. */
  refresh(actionIds?: readonly string[]): void {
    if (actionIds === undefined || this.#grouping === 'device') {
      this.#changed.fire(undefined);
      return;
    }
    const changed = actionIds.flatMap((id) => this.#nodes.get(this.#id('action', id)) ?? []);
    if (changed.length > 0) this.#changed.fire(changed);
  }

  /** Reads the rows of one action and of its commands again. */
  refreshAction(actionId: string): void {
    const commands = this.#source?.actions.get(actionId)?.commands ?? [];
    const ids = [
      this.#id('action', actionId),
      ...commands.map((command) => this.#id('command', `${actionId}#${command.index.toString()}`)),
    ];
    const nodes = ids.flatMap((id) => this.#nodes.get(id) ?? []);
    if (nodes.length > 0) this.#changed.fire(nodes);
  }

  /** Brings the ages up to date: only rows whose words would change are asked for again. */
  refreshAges(now: number): void {
    const changed: TreeNode[] = [];
    for (const [id, shown] of this.#ages) {
      const node = this.#nodes.get(id);
      if (node?.kind !== 'action') continue;
      const action = this.#source?.actions.get(node.actionId);
      if (action !== undefined && ageOf(action, now) !== shown) changed.push(node);
    }
    if (changed.length > 0) this.#changed.fire(changed);
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'command') return this.#nodes.get(this.#id('action', node.actionId));
    if (node.kind !== 'action' || this.#grouping === 'action') return undefined;
    const machineId = this.#source?.actions.get(node.actionId)?.machineId;
    return this.#nodes.get(this.#id('device', machineId ?? ''));
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) await this.#prepare();
    const source = this.#source;
    if (source === undefined) return [];
    if (node === undefined) return this.#roots(source);
    if (node.kind === 'device') {
      return source.actions.actions
        .filter((action) => (action.machineId ?? '') === node.machineId)
        .map((action) => this.#actionNode(source, action));
    }
    if (node.kind !== 'action') return [];
    const commands = source.actions.get(node.actionId)?.commands ?? [];
    return [...commands]
      .sort((one, other) => one.index - other.index)
      .map((command) => this.#commandNode(source, node.actionId, command.index));
  }

  getTreeItem(node: TreeNode): TreeItem {
    switch (node.kind) {
      case 'loadMore':
        return loadMoreItem(node);
      case 'failed':
        return failedItem(node);
      case 'device':
        return deviceItem(node, this.#deviceSummary(node.machineId));
      case 'action': {
        const action = this.#source?.actions.get(node.actionId);
        if (action === undefined) return new TreeItem(node.actionId);
        const now = Date.now();
        this.#ages.set(node.id, ageOf(action, now));
        return actionItem(node, action, (commandIndex) => this.#stored({ ...node, commandIndex }), now);
      }
      case 'command': {
        const action = this.#source?.actions.get(node.actionId);
        const command = action === undefined ? undefined : findCommand(action, node.commandIndex);
        if (action === undefined || command === undefined) return new TreeItem(node.actionId);
        return commandItem(node, action, command, this.#stored(node));
      }
    }
  }

  /** Tooltips are made when one is looked at. */
  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind !== 'action' && node.kind !== 'command') return item;
    const action = this.#source?.actions.get(node.actionId);
    if (action === undefined) return item;
    const index = node.kind === 'command' ? node.commandIndex : onlyCommandIndex(action);
    const command = index === undefined ? undefined : findCommand(action, index);
    item.tooltip =
      command === undefined
        ? actionTooltip(action)
        : commandTooltip(action, command, this.#stored({ ...node, commandIndex: command.index }));
    return item;
  }

  /** The results that a row stands for: a command's own, or an action's scripts. */
  refsOf(node: TreeNode): ResultRef[] {
    if (node.kind === 'command') return [refOf(node, node.commandIndex)];
    if (node.kind !== 'action') return [];
    const action = this.#source?.actions.get(node.actionId);
    if (action === undefined) return [];
    const only = onlyCommandIndex(action);
    if (only !== undefined) return [refOf(node, only)];
    return runScripts(action)
      .filter((command) => resultOf(action, command) === 'transcript')
      .map((command) => refOf(node, command.index));
  }

  async #roots(source: TreeSource): Promise<TreeNode[]> {
    await this.#load(source);
    // Another connection was chosen meanwhile: its own call fills the view.
    if (this.#source !== source) return [];
    const { state } = source.actions;
    if (state.kind === 'failed') return this.#failed(state.error);
    const rows =
      this.#grouping === 'device'
        ? this.#devices(source)
        : source.actions.actions.map((action) => this.#actionNode(source, action));
    if (state.kind !== 'loaded' || !state.hasMore) return rows;
    return [...rows, this.#keep({ kind: 'loadMore', id: this.#id('loadMore', '') })];
  }

  #failed(error: unknown): FailedNode[] {
    // The view itself offers to sign in, with a button that no row could have.
    if (signedOutReason(error) !== undefined) return [];
    return stepsInTree(error).map((step) => ({ kind: 'failed', id: this.#id('failed', step), error, step }));
  }

  #devices(source: TreeSource): DeviceNode[] {
    const machineIds = new Set(source.actions.actions.map((action) => action.machineId ?? ''));
    return [...machineIds].map((machineId) =>
      this.#keep({ kind: 'device', id: this.#id('device', machineId), tenant: source.tenant, machineId }),
    );
  }

  #deviceSummary(machineId: string): Parameters<typeof deviceItem>[1] {
    const all = this.#source?.actions.actions ?? [];
    const own = all.filter((action) => (action.machineId ?? '') === machineId);
    const name = own[0] === undefined ? '–' : deviceOf(own[0]);
    const ambiguous = all.some((action) => deviceOf(action) === name && (action.machineId ?? '') !== machineId);
    const state = this.#source?.actions.state;
    const complete = this.#completeDevices.has(machineId) || (state?.kind === 'loaded' && !state.hasMore);
    return { name, ambiguous, loaded: own.length, complete };
  }

  #actionNode(source: TreeSource, action: MachineAction): ActionNode {
    return this.#keep({
      kind: 'action',
      id: this.#id('action', action.id),
      tenant: source.tenant,
      actionId: action.id,
    });
  }

  #commandNode(source: TreeSource, actionId: string, commandIndex: number): CommandNode {
    const id = this.#id('command', `${actionId}#${commandIndex.toString()}`);
    return this.#keep({ kind: 'command', id, tenant: source.tenant, actionId, commandIndex });
  }

  /** The view compares rows by identity: the same id is always the same object. */
  #keep<Node extends TreeNode>(node: Node): Node {
    const known = this.#nodes.get(node.id);
    if (known?.kind === node.kind) return known as Node;
    this.#nodes.set(node.id, node);
    return node;
  }

  #id(kind: TreeNode['kind'], rest: string): string {
    return `${this.#source?.connectionName ?? ''}/${this.#grouping}/${kind}/${rest}`;
  }

  #stored(node: { tenant: ActionNode['tenant']; actionId: string; commandIndex: number }): StoredFacts | undefined {
    return this.#source?.stored(refOf(node, node.commandIndex));
  }

  #rebuild(): void {
    this.#nodes.clear();
    this.#ages.clear();
    this.#changed.fire(undefined);
  }
}

function refOf(node: { tenant: ActionNode['tenant']; actionId: string }, commandIndex: number): ResultRef {
  return { ...node.tenant, actionId: node.actionId, commandIndex };
}

function onlyCommandIndex(action: MachineAction): number | undefined {
  return action.commands.length === 1 ? action.commands[0]?.index : undefined;
}

function ageOf(action: MachineAction, now: number): string {
  return formatAge(parseServerTime(action.creationDateTimeUtc) ?? now, now);
}
