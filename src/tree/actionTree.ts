import type { EventEmitter, TreeItem } from 'vscode';
import type { MachineAction } from '../defender/schema.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { createRow, setRowHover } from '../platform/show/rows.ts';
import { noRecordSentence } from '../messages/auditWords.ts';
import { findCommand, resultCommands } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { Grouping, Order } from './arrange.ts';
import { signedOutReason, stepsInTree } from './failedList.ts';
import { keyOf, Layout } from './layout.ts';
import { markRow } from './markedRow.ts';
import { refOf } from './nodes.ts';
import type { ActionNode, CommandNode, FailedNode, RecordNode, TreeNode } from './nodes.ts';
import { recordItem, recordTime } from './recordItem.ts';
import { actionTooltip, commandTooltip } from './tooltips.ts';
import { actionItem, commandItem, deviceItem, failedItem, groupItem, loadMoreItem } from './toTreeItem.ts';
import { showsAges } from '../platform/config.ts';
import { rowTimeOf } from './words.ts';
import type { TreeSource } from './treeSource.ts';

/** Rows of the view. The list is loaded when the view is first shown. The tree never fetches results. */
export class ActionTree {
  readonly #changed: EventEmitter<TreeNode[] | undefined>;
  readonly #nodes = new Map<string, TreeNode>();
  readonly #items = new Map<string, TreeItem>();
  readonly #times = new Map<string, string>();
  readonly #load: (source: TreeSource) => Promise<void>;
  readonly #prepare: () => Promise<void>;
  readonly #stale = new Set<string>();
  #telling = false;
  /**
   * Source whose rows VS Code is waiting for; `any` until the source is known. Changes before these rows arrive need no
   * event, because VS Code has no older rows.
   */
  #loading: TreeSource | 'any' | undefined;
  #source: TreeSource | undefined;
  #layout: Layout | undefined;
  /** State that VS Code knows: the top-level rows that it received, and the layout that contains their children. */
  #given: { readonly roots: readonly TreeNode[]; readonly layout: Layout | undefined } | undefined;
  /** Form of the times in all rows. The setting is not read for each of thousands of rows. */
  #isAge = showsAges();
  #grouping: Grouping = 'action';
  #order: Order = 'age';

  /**
   * Creates the tree.
   *
   * @param changed - makes VS Code read rows again
   * @param load - loads the source's list; reports a failure itself and does not reject
   * @param prepare - finds the connection to show, each time that VS Code asks for the top-level rows
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

  get order(): Order {
    return this.#order;
  }

  /** The actions in the view, in the view's sort order. */
  get shown(): readonly MachineAction[] {
    return this.#arranged()?.actions ?? [];
  }

  /** Shows the actions of another source; undefined shows no rows. */
  show(source: TreeSource | undefined): void {
    this.#source = source;
    this.#rebuild();
  }

  groupBy(grouping: Grouping): void {
    if (this.#grouping === grouping) return;
    this.#grouping = grouping;
    this.#rebuild();
  }

  sortBy(order: Order): void {
    this.#order = order;
    this.update();
  }

  /** Draws the row of a device again, because all its actions are loaded. */
  redrawDevice(machineId: string): void {
    this.#items.delete(this.#id('device', machineId));
    const node = this.#nodes.get(this.#id('device', machineId));
    if (node !== undefined) this.#changed.fire([node]);
  }

  /**
   * Updates the view after actions were added, changed or removed. All changes in one turn of the event loop are
   * reported together. Only rows that differ from the rows that VS Code knows are reported: changed rows with their
   * groups, and parents with other children.
   */
  update(actionIds: readonly string[] = []): void {
    for (const id of actionIds) this.#stale.add(id);
    this.#layout = undefined;
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.#tell();
    });
  }

  /** Draws the rows of these actions again. Their order and their groups stay. */
  redraw(actionIds: readonly string[]): void {
    const nodes = actionIds.flatMap((id) => this.#forget(id) ?? []);
    if (nodes.length > 0) this.#changed.fire(nodes);
  }

  /** Updates the times. VS Code reads only those rows again whose displayed time changes. */
  refreshTimes(now: number): void {
    this.#isAge = showsAges();
    const changed: TreeNode[] = [];
    for (const [id, shown] of this.#times) {
      const node = this.#nodes.get(id);
      const time = node && this.#timeOf(node, now);
      if (node === undefined || time === undefined || time === shown) continue;
      this.#items.delete(id);
      changed.push(node);
    }
    if (changed.length > 0) this.#changed.fire(changed);
  }

  /** Returns the row of an action in {@link shown}, so that the row can be selected. */
  nodeOf(actionId: string): TreeNode | undefined {
    const layout = this.#arranged();
    if (layout === undefined) return undefined;
    return layout.rootOf(actionId) && this.#nodes.get(this.#id('action', actionId));
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'command') return this.#nodes.get(this.#id('action', node.actionId));
    if (node.kind !== 'action' || this.#grouping === 'action') return undefined;
    return this.#arranged()?.rootOf(node.actionId);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node !== undefined) return [...this.#childrenOf(node)];
    this.#loading ??= 'any';
    try {
      await this.#prepare();
      // If the user selects another connection during loading, the loop continues with that connection's rows.
      for (let source = this.#source; source !== undefined; source = this.#source) {
        this.#loading = source;
        await this.#load(source);
        if (this.#source === source) break;
      }
    } finally {
      this.#loading = undefined;
    }
    const roots = this.#roots();
    this.#given = { roots, layout: this.#layout };
    return [...roots];
  }

  getTreeItem(node: TreeNode): TreeItem {
    const made = this.#items.get(node.id);
    if (made !== undefined) return made;
    const item = this.#toItem(node);
    if (this.#source?.marks !== undefined) markRow(item, this.refsOf(node), this.#source);
    this.#items.set(node.id, item);
    return item;
  }

  /** Creates the tooltip only when the pointer rests on the row. */
  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind !== 'action' && node.kind !== 'command') return item;
    const action = this.#source?.actions.get(node.actionId);
    if (action === undefined) return item;
    const index = node.kind === 'command' ? node.commandIndex : onlyCommandIndex(action);
    const command = index === undefined ? undefined : findCommand(action, index);
    const noRecord = this.#source?.records?.lacking.has(action.id) === true ? noRecordSentence() : undefined;
    const hover =
      command === undefined
        ? actionTooltip(action, { noRecord })
        : commandTooltip(action, command, this.#stored({ ...node, commandIndex: command.index }), {
            noResult: this.#source?.whyNoResult?.(refOf(node, command.index)),
            noRecord,
          });
    setRowHover(item, hover);
    return item;
  }

  /**
   * Returns the results of a row. A command has one result. An action gives the result of its only command, or the
   * results of its scripts.
   */
  refsOf(node: TreeNode): ResultRef[] {
    if (node.kind === 'command') return [refOf(node, node.commandIndex)];
    if (node.kind !== 'action') return [];
    const action = this.#source?.actions.get(node.actionId);
    if (action === undefined) return [];
    return resultCommands(action).map(({ index }) => refOf(node, index));
  }

  #toItem(node: TreeNode): TreeItem {
    switch (node.kind) {
      case 'loadMore':
        return loadMoreItem(node);
      case 'failed':
        return failedItem(node);
      case 'device':
        return deviceItem(node, this.#arranged()?.deviceSummary(node.machineId));
      case 'group':
        return groupItem(node, this.#arranged()?.groupSummary(node.key));
      case 'action': {
        const action = this.#source?.actions.get(node.actionId);
        if (action === undefined) return createRow({ label: node.actionId });
        const now = Date.now();
        const isAge = this.#isAge;
        this.#times.set(node.id, rowTimeOf(action, now, isAge));
        const isWatched = this.#source?.isWatched?.(action.id) ?? false;
        const place = { grouping: this.#grouping, now, isAge, isWatched, records: this.#source?.records };
        return actionItem(node, action, (commandIndex) => this.#stored({ ...node, commandIndex }), place);
      }
      case 'command': {
        const action = this.#source?.actions.get(node.actionId);
        const command = action === undefined ? undefined : findCommand(action, node.commandIndex);
        if (action === undefined || command === undefined) return createRow({ label: node.actionId });
        return commandItem(node, action, command, this.#stored(node));
      }
      case 'record':
        return this.#recordItem(node);
    }
  }

  #recordItem(node: RecordNode): TreeItem {
    const records = this.#source?.records;
    if (records === undefined) return createRow({ label: node.record.actionType });
    const time = recordTime(node.record, Date.now(), this.#isAge);
    this.#times.set(node.id, time);
    const isOfAction = records.matches.actionOf.has(node.record);
    const below = isOfAction ? 'action' : this.#grouping === 'device' ? 'device' : 'nothing';
    return recordItem(node, records.matches, { below, time });
  }

  /** Returns the time that a row shows; undefined if it shows none. */
  #timeOf(node: TreeNode, now: number): string | undefined {
    if (node.kind === 'record') return recordTime(node.record, now, this.#isAge);
    const action = node.kind === 'action' ? this.#source?.actions.get(node.actionId) : undefined;
    return action && rowTimeOf(action, now, this.#isAge);
  }

  #tell(): void {
    const changed = new Set<TreeNode>();
    for (const id of this.#stale) {
      const node = this.#forget(id);
      if (node !== undefined) changed.add(node);
    }
    this.#stale.clear();
    if (this.#loading !== undefined && (this.#loading === 'any' || this.#loading === this.#source)) return;
    const before = this.#given;
    const roots = this.#roots();
    const layout = this.#layout;
    // If VS Code has not requested rows yet, it will get the new rows anyway.
    if (before === undefined || layout === undefined) return;
    for (const node of layout.roots) {
      if (node.kind === 'action' || node.kind === 'record' || layout.holdsSame(node, before.layout)) continue;
      this.#items.delete(node.id);
      changed.add(node);
    }
    this.#given = { roots, layout };
    if (!isSame(before.roots, roots)) this.#changed.fire(undefined);
    else if (changed.size > 0) this.#changed.fire([...changed]);
  }

  /** Drops the tree items of an action's row and of its commands' rows, so that they are created again. */
  #forget(actionId: string): TreeNode | undefined {
    const node = this.#nodes.get(this.#id('action', actionId));
    if (node === undefined) return undefined;
    for (const command of this.#source?.actions.get(actionId)?.commands ?? []) {
      this.#items.delete(this.#id('command', `${actionId}#${command.index.toString()}`));
    }
    this.#items.delete(node.id);
    return node;
  }

  #roots(): readonly TreeNode[] {
    const source = this.#source;
    const layout = this.#arranged();
    if (source === undefined || layout === undefined) return [];
    const { state } = source.actions;
    if (state.kind === 'failed') return [...this.#failed(state.error), ...layout.roots];
    if (state.kind !== 'loaded' || !state.hasMore) return layout.roots;
    return [...layout.roots, this.#keep({ kind: 'loadMore', id: this.#id('loadMore', '') })];
  }

  #failed(error: unknown): FailedNode[] {
    // The welcome view offers to sign in with a button, but VS Code shows it only in an empty tree.
    if (signedOutReason(error) !== undefined && this.shown.length === 0) return [];
    return stepsInTree(error).map((step) => ({ kind: 'failed', id: this.#id('failed', step), error, step }));
  }

  #childrenOf(node: TreeNode): readonly TreeNode[] {
    const source = this.#source;
    if (source === undefined) return [];
    if (node.kind === 'device' || node.kind === 'group') return this.#arranged()?.childrenOf(keyOf(node)) ?? [];
    if (node.kind !== 'action') return [];
    const commands = source.actions.get(node.actionId)?.commands ?? [];
    const records = source.records?.ofAction.get(node.actionId) ?? [];
    return [
      ...records.flatMap((record) => this.#arranged()?.recordNode(record) ?? []),
      ...[...commands]
        .sort((one, other) => one.index - other.index)
        .map(({ index }) => this.#commandNode(source, node.actionId, index)),
    ];
  }

  #arranged(): Layout | undefined {
    const source = this.#source;
    if (source === undefined) return undefined;
    this.#layout ??= new Layout(source, this.#grouping, this.#order, {
      id: (kind, rest) => this.#id(kind, rest),
      keep: (node) => this.#keep(node),
    });
    return this.#layout;
  }

  #commandNode(source: TreeSource, actionId: string, commandIndex: number): CommandNode {
    const id = this.#id('command', `${actionId}#${commandIndex.toString()}`);
    return this.#keep({ kind: 'command', id, tenant: source.tenant, actionId, commandIndex });
  }

  /**
   * Returns the existing object for an id, or stores the new object, because VS Code's view compares rows by identity.
   */
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
    this.#items.clear();
    this.#times.clear();
    this.#given = undefined;
    this.#layout = undefined;
    // While VS Code waits for the first rows, no event is needed for the first connection.
    if (this.#loading !== 'any') this.#changed.fire(undefined);
  }
}

function isSame(one: readonly TreeNode[], other: readonly TreeNode[]): boolean {
  return one.length === other.length && one.every((node, at) => node === other[at]);
}

function onlyCommandIndex(action: MachineAction): number | undefined {
  return action.commands.length === 1 ? action.commands[0]?.index : undefined;
}
