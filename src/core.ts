import { l10n } from 'vscode';
import type {
  EventEmitter,
  ExtensionContext,
  FileChangeEvent,
  Hover,
  Position,
  TextDocument,
  TreeView,
  Uri,
} from 'vscode';
import { offerToGoOn } from './commands/runs/fetchRun.ts';
import { copyFromPages } from './commands/copy/copyFromPages.ts';
import { followCheckBoxes } from './commands/case/marks/reviewResults.ts';
import { CommandRunner } from './commands/common/commandRunner.ts';
import { createCommands } from './commands/createCommands.ts';
import { ExpiryWarning } from './commands/connections/expiryWarning.ts';
import { ExitCodeItem } from './statusBar/exitCodeItem.ts';
import { ViewItem } from './statusBar/viewItem.ts';
import { PlainClicks } from './documents/plainClicks.ts';
import { ReadingMarks } from './documents/reading/readingMarks.ts';
import { OwnLanguages } from './documents/ownLanguages.ts';
import { Outlines } from './documents/outlineProviders.ts';
import { readDocument } from './documents/readDocument.ts';
import { ReadingContext } from './documents/reading/readingContext.ts';
import { hoverFacts } from './documents/resultHover.ts';
import { MissingResults } from './documents/missingResults.ts';
import { ResultFileSystem } from './documents/resultFileSystem.ts';
import type { LiveResponseError } from './base/errors.ts';
import type { ResultRef } from './base/resultUri.ts';
import { tellPolicy } from './messages/notices.ts';
import { NotePaste } from './notes/notePaste.ts';
import { BackLinks } from './notes/backLinks.ts';
import { commandIds } from './platform/commandIds.ts';
import type { CommandId } from './platform/commandIds.ts';
import type { TableTabs } from './documents/table/tableTabs.ts';
import { followTables } from './commands/open/followTables.ts';
import type { StatusPages } from './documents/status/statusPages.ts';
import { StoreWatch } from './documents/storeWatch.ts';
import { findPolicy, policyPlace } from './policy/policyFile.ts';
import { Policy } from './policy/policy.ts';
import { createServices } from './services/services.ts';
import type { ActionTree } from './tree/actionTree.ts';
import type { TreeNode } from './tree/nodes.ts';
import { SearchView } from './tree/searchView.ts';

/** Objects that activation has already registered. */
export interface Registered {
  readonly view: TreeView<TreeNode>;
  readonly treeChanged: EventEmitter<TreeNode[] | undefined>;
  readonly filesChanged: EventEmitter<FileChangeEvent[]>;
  readonly pagesChanged: EventEmitter<Uri>;
}

/** Functions that give VS Code more about a result document than its text: hover, outline and folding ranges. */
export interface Reading {
  readonly hover: (document: TextDocument, position: Position) => Promise<Hover | undefined>;
  readonly symbols: Outlines['symbols'];
  readonly folding: Outlines['folding'];
}

/**
 * Objects that do the work for everything that activation registers. Created when VS Code first asks for rows, a
 * document or a command.
 */
export interface Core {
  readonly tree: ActionTree;
  readonly files: ResultFileSystem;
  readonly statusPages: StatusPages;
  readonly tableTabs: TableTabs;
  readonly paste: NotePaste;
  readonly backLinks: BackLinks;
  readonly reading: Reading;
  readonly run: (id: CommandId, args: readonly unknown[]) => Promise<void>;
  /** Ends everything: what was begun is written, and the files are closed. */
  readonly dispose: () => Promise<void>;
}

/**
 * Builds the core. This file is the entry point of the bundle that contains all code except its heaviest parts.
 *
 * @param place - place of the managed settings. They are read here, once, before anything reads a setting
 */
export function createCore(
  context: ExtensionContext,
  registered: Registered,
  place = policyPlace(process.platform, process.geteuid?.() ?? -1),
): Core {
  const policy = new Policy(findPolicy(place));
  const services = createServices(context, registered, policy);
  tellPolicy(policy, services.log);
  const title = l10n.t('Fetching result');
  // Opens no document. The tabs of these results are already open, and VS Code reads their documents again by itself.
  const fetch = (ref: ResultRef): Promise<unknown> =>
    new CommandRunner(services).run(title, ({ signal }) => services.results.open(ref, { signal }));
  const fetchAgain = (ref: ResultRef, damage: LiveResponseError): void => {
    new CommandRunner(services).fail(title, damage, { tryAgain: () => fetch(ref) });
  };
  const missing = new MissingResults((addresses) => {
    for (const ref of addresses) void fetch(ref);
  });
  const languages = new OwnLanguages(registered.filesChanged, (error) => {
    services.log.failure(l10n.t('Live Response'), error);
  });
  const files = new ResultFileSystem({
    store: services.store,
    changed: registered.filesChanged,
    languages,
    onMissing: (address, damage) => {
      if (damage === undefined) missing.report(address);
      // A damaged result gets a message of its own. The damage is more important than the missing text.
      else fetchAgain(address, damage);
    },
  });
  const outlines = new Outlines({
    analysis: services.outlining,
    read: (address) => readDocument(services.store, address),
    log: services.log,
  });
  const exitCode = new ExitCodeItem(services.store);
  services.companions.adoptOpenTabs();
  void offerToGoOn(services).catch((error: unknown) => {
    services.log.failure(l10n.t('Live Response'), error);
  });
  const paste = new NotePaste({
    ...services,
    storage: context.globalStorageUri,
    statusFacts: (ref, run) =>
      (run === undefined ? undefined : services.runOverviews.statusFacts(ref, run)) ?? services.statusPages.facts(ref),
    runFacts: (key) => services.runOverviews.runFacts(key),
  });
  const disposables: readonly { dispose: () => unknown }[] = [
    ...copyFromPages(services, paste),
    ...followTables(services, paste),
    followCheckBoxes(services, registered.view),
    files,
    missing,
    exitCode,
    new ViewItem(services.store),
    new ReadingMarks(services.store),
    new PlainClicks(
      (document) => [...services.runOverviews.linksOf(document), ...services.statusPages.linksOf(document)],
      (command) => command === commandIds.openResult,
    ),
    new ReadingContext(services.store),
    languages,
    new ExpiryWarning(services),
    new StoreWatch(services.store, services.log),
    new SearchView(services.search),
    services.actions,
    services.view,
    services.auditView,
    services.companions,
    services.statusPages,
    services.reports,
    services.help,
    services.calls,
    services.caseItem,
    services.remarkThreads,
    services.marks,
    services.activeCase,
    services.runItem,
    services.runOverviews,
    services.tableTabs,
    services.runs,
    services.saves,
    services.signIns,
    services.lastUse,
    services.telemetry,
    services.log.channel,
    services.worker,
    services.analysis,
    services.tabling,
    services.outlining,
  ];
  let ending: Promise<void> | undefined;
  return {
    tree: services.view.tree,
    files,
    statusPages: services.statusPages,
    tableTabs: services.tableTabs,
    paste,
    backLinks: new BackLinks(services.store, services.notes, services.packs),
    reading: {
      hover: (document, position) => hoverFacts(services.store, document, position),
      symbols: (document, token) => outlines.symbols(document, token),
      folding: (document, token) => outlines.folding(document, token),
    },
    run: createCommands(services),
    dispose: () => {
      // VS Code ends the extension, and then what the extension has registered.
      // One that fails keeps none of the others from it.
      const end = async (one: (typeof disposables)[number]): Promise<void> => {
        await one.dispose();
      };
      ending ??= Promise.allSettled(disposables.map(end)).then(() => undefined);
      return ending;
    },
  };
}
