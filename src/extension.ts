import {
  commands,
  DataTransferItem,
  DocumentDropOrPasteEditKind,
  EventEmitter,
  l10n,
  languages,
  MarkdownString,
  window,
  workspace,
} from 'vscode';
import type {
  DocumentPasteEditProvider,
  ExtensionContext,
  FileChangeEvent,
  FileSystemProvider,
  TreeDataProvider,
  Uri,
} from 'vscode';
import type { Core } from './core.ts';
import { RESULT_SCHEME, STATUS_SCHEME } from './base/scheme.ts';
import { loadCore } from './loadCore.ts';
import { COPIED_TYPE, describeCopied } from './notes/copied.ts';
import { wasCopiedLately } from './notes/copyMark.ts';
import { commandIds } from './platform/commandIds.ts';
import { actionsViewId, TABLE_VIEW } from './platform/viewIds.ts';
import type { TreeNode } from './tree/nodes.ts';

/** Selectors for Markdown documents and for result documents, and the beginning of every citation's address. */
const NOTES = { language: 'markdown' };
const RESULTS = { scheme: RESULT_SCHEME };
const CITES = `${RESULT_SCHEME}:/?`;

let loaded: Core | undefined;

/** Ends the extension. VS Code waits some seconds for the result: until then, what was begun is written. */
export async function deactivate(): Promise<void> {
  await loaded?.dispose();
}

/**
 * Registers everything with VS Code. Opens no file and no connection, loads no other bundle and asks no question. The
 * code for each registration is loaded when VS Code first calls it.
 */
export function activate(context: ExtensionContext): void {
  const treeChanged = new EventEmitter<TreeNode[] | undefined>();
  const filesChanged = new EventEmitter<FileChangeEvent[]>();
  const pagesChanged = new EventEmitter<Uri>();
  let loading: Promise<Core> | undefined;

  const core = (): Promise<Core> =>
    (loading ??= loadCore().then((createCore) => {
      loaded = createCore(context, { view, treeChanged, filesChanged, pagesChanged });
      context.subscriptions.push(loaded);
      return loaded;
    }));

  const tree: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: treeChanged.event,
    getChildren: async (node) => (await core()).tree.getChildren(node),
    // VS Code gets rows only from getChildren, so the core is loaded before VS Code calls these functions.
    getTreeItem: (node) => loaded?.tree.getTreeItem(node) ?? {},
    getParent: (node) => loaded?.tree.getParent(node),
    resolveTreeItem: (item, node) => loaded?.tree.resolveTreeItem(item, node) ?? item,
  };
  const view = window.createTreeView(actionsViewId, {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
    // A session is reviewed when all its results are, also those whose rows were never shown.
    manageCheckboxStateManually: true,
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

  const copy: DocumentPasteEditProvider = {
    prepareDocumentPaste: (document, ranges, dataTransfer) => {
      const copied = describeCopied(document.uri.query, ranges);
      dataTransfer.set(COPIED_TYPE, new DataTransferItem(copied));
      // Not awaited, because a paste in this window does not need the stored record of the copied text. If the core
      // cannot be loaded, the next command, row or document that needs the core reports the failure.
      core()
        .then(({ paste }) => paste.remember(document, ranges, copied))
        .catch(() => undefined);
    },
  };
  const paste: DocumentPasteEditProvider = {
    // Most pasted text was not copied from a result. In that case the core is not loaded.
    provideDocumentPasteEdits: async (document, ranges, dataTransfer) =>
      dataTransfer.get(COPIED_TYPE) !== undefined || (await wasCopiedLately(context.globalStorageUri))
        ? (await core()).paste.edits(document, ranges, dataTransfer)
        : [],
    resolveDocumentPasteEdit: async (edit) => (await core()).paste.resolve(edit),
  };
  const providedPasteEditKinds = [DocumentDropOrPasteEditKind.Empty.append('liveResponse')];

  context.subscriptions.push(
    view,
    treeChanged,
    filesChanged,
    pagesChanged,
    languages.registerDocumentLinkProvider(NOTES, {
      // Most notes contain no citation. In that case the core is not loaded.
      provideDocumentLinks: async (document) =>
        document.getText().includes(CITES) ? (await core()).backLinks.links(document) : [],
    }),
    languages.registerHoverProvider(NOTES, {
      provideHover: async (document, position) =>
        document.lineAt(position).text.includes(CITES) ? (await core()).backLinks.hover(document, position) : undefined,
    }),
    languages.registerHoverProvider(RESULTS, {
      provideHover: async (document, position) => (await core()).reading.hover(document, position),
    }),
    languages.registerDocumentSymbolProvider(RESULTS, {
      provideDocumentSymbols: async (document, token) => (await core()).reading.symbols(document, token),
    }),
    languages.registerFoldingRangeProvider(RESULTS, {
      provideFoldingRanges: async (document, _context, token) => (await core()).reading.folding(document, token),
    }),
    window.registerUriHandler({ handleUri: async (uri) => (await core()).run(commandIds.openCitation, [uri]) }),
    workspace.registerTextDocumentContentProvider(STATUS_SCHEME, {
      onDidChange: pagesChanged.event,
      provideTextDocumentContent: async (uri) => (await core()).statusPages.text(uri),
    }),
    window.registerCustomEditorProvider(
      TABLE_VIEW,
      {
        openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
        resolveCustomEditor: async (document, panel) => {
          (await core()).tableTabs.resolve(document, panel);
        },
      },
      { webviewOptions: { enableFindWidget: true }, supportsMultipleEditorsPerDocument: true },
    ),
    workspace.registerFileSystemProvider(RESULT_SCHEME, files, { isCaseSensitive: true, isReadonly }),
    languages.registerDocumentPasteEditProvider(RESULTS, copy, {
      providedPasteEditKinds: [],
      copyMimeTypes: [COPIED_TYPE],
    }),
    languages.registerDocumentPasteEditProvider({ language: 'markdown' }, paste, {
      providedPasteEditKinds,
      // Includes plain text, because a text that was copied in another window is recognized only by its characters.
      pasteMimeTypes: [COPIED_TYPE, 'text/plain'],
    }),
    ...Object.values(commandIds).map((id) =>
      commands.registerCommand(id, async (...args: unknown[]) => (await core()).run(id, args)),
    ),
  );
}
