import { env, EventEmitter, l10n } from 'vscode';
import type { NoResults } from '../../connections/noResults.ts';
import type { CustomDocument, Disposable, Uri, WebviewPanel } from 'vscode';
import type { NormaliseRules } from '../../base/normaliseRules.ts';
import type { TableQuery } from '../../analysis/tables/tableQuery.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import type { StoredTables } from '../../results/storedTables.ts';
import type { RunFetches } from '../../runs/runFetch.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import { notify } from '../../platform/show/notifications.ts';
import { activeTableUri } from '../resultUris.ts';
import { askForKnownGood } from './knownGood.ts';
import { emptyHtml, pageFolders, pageHtml } from './tablePage.ts';
import { sourceOf } from './tableSources.ts';
import type { TableSource } from './tableSources.ts';
import { TableTab } from './tableTab.ts';
import type { FromPage } from './tableMessages.ts';
import type { ShownTable, TablePlace } from './tableTab.ts';

/** Messages of which a person awaits something outside the page. If they fail, the person must be told. */
const ASKED: ReadonlySet<FromPage['type']> = new Set(['copyRows', 'copyCell', 'knownGood']);

export interface TableTabsOptions {
  /** Folder of the extension. */
  readonly extension: Uri;
  readonly store: ResultStore;
  readonly tables: StoredTables;
  readonly runs: RunFetches;
  readonly noResults: Pick<NoResults, 'ofMember' | 'onDidLearn'>;
  /** Returns the rules by which comparisons ignore differences, and fires when they change. */
  readonly rules: () => NormaliseRules;
  readonly onDidChangeRules: (listener: () => void) => { dispose: () => unknown };
  readonly onTrouble: (error: unknown) => void;
}

/** Rows that were copied, with the places that they were read from. */
export interface CopiedRows {
  readonly text: string;
  readonly places: readonly TablePlace[];
}

/** A line to which a person wants to go. */
export interface WantedLine {
  readonly place: TablePlace;
  readonly isBeside: boolean;
}

/**
 * The tabs that show results and runs as tables. A tab is a custom editor for the address of a result or of a run's
 * overview, so that VS Code restores it, and so that `Reopen Editor With…` offers it.
 */
export class TableTabs implements Disposable {
  readonly #options: TableTabsOptions;
  readonly #open = new Map<WebviewPanel, { readonly address: string; readonly tab: TableTab }>();
  readonly #queries = new Map<string, TableQuery>();
  readonly #copied = new EventEmitter<CopiedRows>();
  readonly #wanted = new EventEmitter<WantedLine>();
  readonly #fetch = new EventEmitter<TableSource>();
  readonly #overview = new EventEmitter<TableSource>();
  readonly #subscriptions: readonly { dispose: () => unknown }[];
  #count = 0;

  readonly onDidCopy = this.#copied.event;
  /** Fires when a person goes from a row to its line. */
  readonly onDidWantLine = this.#wanted.event;
  /** Fires when a person asks for what is missing. */
  readonly onDidWantResult = this.#fetch.event;
  /** Fires when a person asks for the overview of a table's run. */
  readonly onDidWantOverview = this.#overview.event;

  constructor(options: TableTabsOptions) {
    this.#options = options;
    const update = (isMeant: (source: TableSource) => boolean): void => {
      for (const { tab } of this.#open.values()) {
        if (isMeant(tab.source)) tab.update().catch(options.onTrouble);
      }
    };
    this.#subscriptions = [
      this.#copied,
      this.#wanted,
      this.#fetch,
      this.#overview,
      options.store.onDidStore(({ ref }) => {
        update((source) => source.contains(ref));
      }),
      options.store.onDidForget((forgotten) => {
        update((source) => forgotten.some(({ ref }) => source.contains(ref)));
      }),
      options.runs.onDidChange((key) => {
        update((source) => source.runKey === key);
      }),
      options.noResults.onDidLearn(() => {
        update(({ isRun }) => isRun);
      }),
      options.onDidChangeRules(() => {
        update(() => true);
      }),
    ];
  }

  /** The selected rows of the active table; undefined if no table is active. */
  get selection(): readonly TablePlace[] | undefined {
    return this.#active?.selection;
  }

  /** The rows of the active table; undefined if no table is active. */
  get shown(): ShownTable | undefined {
    return this.#active?.shown;
  }

  get #active(): TableTab | undefined {
    const address = activeTableUri()?.toString();
    // Several tabs of an address can be open, one in each group.
    const same = [...this.#open].filter(([, open]) => open.address === address);
    const [, open] = same.find(([panel]) => panel.active) ?? same[0] ?? [];
    return open?.tab;
  }

  /** Chooses the rows that a tab shows: now if it is open, else when it opens. */
  prepare(uri: Uri, query: TableQuery): void {
    for (const [panel, { address, tab }] of this.#open) {
      if (address !== uri.toString()) continue;
      if (panel.visible) tab.show(query);
      else tab.showLater(query);
      return;
    }
    this.#queries.set(uri.toString(), query);
  }

  /** Fills the panel of a tab. */
  resolve({ uri }: CustomDocument, panel: WebviewPanel): void {
    const { extension, store, tables, runs, noResults, rules, onTrouble } = this.#options;
    const source = sourceOf({ store, runs, noResults }, uri);
    panel.webview.options = { enableScripts: true, localResourceRoots: pageFolders(extension) };
    if (source === undefined) {
      panel.webview.html = emptyHtml(l10n.t('This tab names no result and no run.'));
      return;
    }
    const tab = new TableTab(`table ${++this.#count}`, source, panel.webview, tables, {
      onCopy: (text, places) => {
        this.#copied.fire({ text, places });
      },
      onGo: (place, isBeside) => {
        this.#wanted.fire({ place, isBeside });
      },
      onFetch: (missing) => {
        this.#fetch.fire(missing);
      },
      onOverview: (run) => {
        this.#overview.fire(run);
      },
      askForList: askForKnownGood,
      rules,
      onTrouble,
    });
    const address = uri.toString();
    const query = this.#queries.get(address);
    this.#queries.delete(address);
    if (query !== undefined) tab.show(query);
    this.#open.set(panel, { address, tab });
    panel.onDidDispose(() => {
      this.#open.delete(panel);
      tab.dispose();
    });
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      tab.receive(message).catch((error: unknown) => {
        onTrouble(error);
        if (ASKED.has(message.type)) void notify('warning', describeFailure(error).sentence);
      });
    });
    panel.webview.html = pageHtml(panel.webview, extension, env.language);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const { tab } of this.#open.values()) tab.dispose();
  }
}
