import { EventEmitter, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeItem, TreeView } from 'vscode';

/** Requests of VS Code to a tree since {@link CountedTree.reset}. */
export interface CountedTree<Node> extends Disposable {
  readonly view: TreeView<Node>;
  readonly changed: EventEmitter<Node[] | undefined>;
  /** Number of calls of `getTreeItem`. */
  readonly asked: () => number;
  /** Number of items that were created again. */
  readonly made: () => number;
  /** When `getTreeItem` ran last, by `performance.now()`. */
  readonly lastAt: () => number;
  readonly reset: () => void;
  /** Settles when so many items were asked for. */
  readonly until: (count: number) => Promise<void>;
}

/** Puts a tree into a view that an extension of the rig contributes, and counts what VS Code asks of it. */
export function countTree<Node>(
  viewId: string,
  create: (
    changed: EventEmitter<Node[] | undefined>,
  ) => Pick<TreeDataProvider<Node>, 'getChildren' | 'getTreeItem' | 'getParent'>,
): CountedTree<Node> {
  const changed = new EventEmitter<Node[] | undefined>();
  const tree = create(changed);
  const seen = new WeakSet<TreeItem>();
  let asked = 0;
  let made = 0;
  let lastAt = 0;
  let waiting: { readonly count: number; readonly done: () => void } | undefined;
  const view = window.createTreeView(viewId, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => tree.getChildren(node),
      getParent: (node) => tree.getParent?.(node),
      getTreeItem: (node) => {
        const item = tree.getTreeItem(node) as TreeItem;
        asked++;
        if (!seen.has(item)) made++;
        seen.add(item);
        lastAt = performance.now();
        if (waiting !== undefined && asked >= waiting.count) waiting.done();
        return item;
      },
    },
  });
  return {
    view,
    changed,
    asked: () => asked,
    made: () => made,
    lastAt: () => lastAt,
    reset: () => {
      asked = 0;
      made = 0;
    },
    until: (count) =>
      new Promise((done) => {
        if (asked >= count) done();
        else waiting = { count, done };
      }),
    dispose: () => {
      view.dispose();
      changed.dispose();
    },
  };
}
