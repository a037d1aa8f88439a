import { commands, EventEmitter, l10n, MarkdownString, window, workspace } from 'vscode';
import type { ExtensionContext, FileChangeEvent, FileSystemProvider, TreeDataProvider } from 'vscode';
import type { Core } from './core.ts';
import { RESULT_SCHEME } from './evidence/scheme.ts';
import { loadCore } from './lazy.ts';
import { actionsViewId, commandIds } from './platform/commandIds.ts';
import type { TreeNode } from './tree/nodes.ts';

/**
 * Registers everything and opens nothing: no file, no connection, no other bundle, no question. What is behind each
 * registration is loaded when VS Code first asks for it.
 */
export function activate(context: ExtensionContext): void {
  const treeChanged = new EventEmitter<TreeNode[] | undefined>();
  const filesChanged = new EventEmitter<FileChangeEvent[]>();
  let loading: Promise<Core> | undefined;
  let loaded: Core | undefined;

  const core = (): Promise<Core> =>
    (loading ??= loadCore().then((createCore) => {
      loaded = createCore(context, { view, treeChanged, filesChanged });
      context.subscriptions.push(loaded);
      return loaded;
    }));

  const tree: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: treeChanged.event,
    getChildren: async (node) => (await core()).tree.getChildren(node),
    // Rows come from getChildren, so what follows is asked for when they are there.
    getTreeItem: (node) => loaded?.tree.getTreeItem(node) ?? {},
    getParent: (node) => loaded?.tree.getParent(node),
    resolveTreeItem: (item, node) => loaded?.tree.resolveTreeItem(item, node) ?? item,
  };
  const view = window.createTreeView(actionsViewId, {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
  });

  const files: FileSystemProvider = {
    onDidChangeFile: filesChanged.event,
    stat: async (uri) => (await core()).files.stat(uri),
    readFile: async (uri) => (await core()).files.readFile(uri),
    watch: () => ({ dispose: () => undefined }),
    readDirectory: async (uri) => (await core()).files.refuse(uri),
    createDirectory: async (uri) => (await core()).files.refuse(uri),
    writeFile: async (uri) => (await core()).files.refuse(uri),
    delete: async (uri) => (await core()).files.refuse(uri),
    rename: async (uri) => (await core()).files.refuse(uri),
  };
  const isReadonly = new MarkdownString(
    l10n.t('This is what the device answered. It is kept as it came and cannot be changed.'),
  );

  context.subscriptions.push(
    view,
    treeChanged,
    filesChanged,
    workspace.registerFileSystemProvider(RESULT_SCHEME, files, { isCaseSensitive: true, isReadonly }),
    ...Object.values(commandIds).map((id) =>
      commands.registerCommand(id, async (...args: unknown[]) => (await core()).run(id, args)),
    ),
  );
}
