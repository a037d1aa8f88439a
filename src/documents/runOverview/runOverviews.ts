import { EventEmitter, l10n, languages, Uri, window, workspace } from 'vscode';
import type { Disposable, DocumentLink, Memento } from 'vscode';
import { usualRules } from '../../evidence/compare/normalise.ts';
import { RunComparer } from '../../runs/runComparison.ts';
import type { ComparisonRules } from '../../runs/runComparison.ts';
import type { RunComparison } from '../../evidence/compare/runGroups.ts';
import type { RunFetches } from '../../runs/runFetch.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import { toRows } from '../../runs/runRows.ts';
import type { RunRow } from '../../runs/runRows.ts';
import { buildOverview } from './runOverviewText.ts';
import { safe } from './linkedText.ts';

export interface RunOverviewsOptions {
  readonly store: ResultStore;
  readonly runs: RunFetches;
  /** Storage in which the rules survive a restart. */
  readonly memento: Memento;
  /** Estimates the time for the remaining calls of a run, in milliseconds. */
  readonly estimate: (record: RunRecord, calls: number) => Promise<number>;
}

const SCHEME = 'live-response-run';
const RULES = 'liveResponse.runRules';
const USUAL: ComparisonRules = { rules: usualRules, most: 3 };
/**
 * Shortest pause between two updates of an overview while its run is being fetched, in milliseconds. After a slow
 * update, the pause is longer. The editor asks for links after a text has not changed for a second and a half. With
 * shorter pauses it would show the links of an older text.
 */
const PAUSE_MS = 2500;
const PAUSE_FACTOR = 5;

/** Content of an overview, for exports. */
export interface RunPicture {
  readonly record: RunRecord;
  readonly rows: readonly RunRow[];
  readonly comparison: RunComparison;
}

interface Overview {
  readonly key: string;
  readonly uri: Uri;
  readonly comparer: RunComparer;
  text: string;
  links: readonly DocumentLink[];
  isStale: boolean;
  working: Promise<void> | undefined;
}

/** Overviews of runs: read-only documents, one for each run. They are updated while they are open. */
export class RunOverviews implements Disposable {
  readonly #options: RunOverviewsOptions;
  readonly #open = new Map<string, Overview>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #disposables: readonly Disposable[];

  constructor(options: RunOverviewsOptions) {
    this.#options = options;
    this.#disposables = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#open.get(uri.query)?.text,
      }),
      languages.registerDocumentLinkProvider(
        { scheme: SCHEME },
        { provideDocumentLinks: ({ uri }) => [...(this.#open.get(uri.query)?.links ?? [])] },
      ),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === SCHEME) this.#open.delete(uri.query);
      }),
      options.runs.onDidChange((key) => {
        this.#update(key);
      }),
      options.store.onDidStore(({ ref }) => {
        for (const { key } of this.#open.values()) {
          const members = options.runs.get(key)?.run.members ?? [];
          if (members.some(({ actionId }) => actionId === ref.actionId)) this.#update(key);
        }
      }),
    ];
  }

  get rules(): ComparisonRules {
    return this.#options.memento.get<ComparisonRules>(RULES, USUAL);
  }

  /** Stores new rules and updates every open overview. */
  async setRules(rules: ComparisonRules): Promise<void> {
    await this.#options.memento.update(RULES, rules);
    for (const { key } of this.#open.values()) this.#update(key);
  }

  /** The run whose overview is in the active editor. */
  get active(): RunRecord | undefined {
    const uri = window.activeTextEditor?.document.uri;
    return uri?.scheme === SCHEME ? this.#options.runs.get(uri.query) : undefined;
  }

  isVisible(key: string): boolean {
    return window.visibleTextEditors.some(({ document: { uri } }) => uri.scheme === SCHEME && uri.query === key);
  }

  /** Shows the overview of a recorded run. */
  async show({ run }: RunRecord): Promise<void> {
    const overview = this.#open.get(run.key) ?? this.#begin(run.key, run.words.script);
    this.#open.set(overview.uri.query, overview);
    await this.#options.store.learn(run.tenant);
    await this.#render(overview);
    const document = await workspace.openTextDocument(overview.uri);
    await window.showTextDocument(document, { preview: false });
  }

  /** Returns a run with all its present rows and their comparison. */
  async picture(record: RunRecord): Promise<RunPicture> {
    const { store } = this.#options;
    await store.learn(record.run.tenant);
    const rows = toRows(record, (ref) => store.known(ref));
    const comparison = await new RunComparer(store.analysis, `export ${record.run.key}`).compare(rows, this.rules);
    return { record, rows, comparison };
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#open.clear();
  }

  #begin(key: string, script: string): Overview {
    const name = safe(script).replaceAll(/[\\/]/gu, '\u2215');
    const uri = Uri.from({ scheme: SCHEME, path: `/${l10n.t('Run')} · ${name}.lr-run`, query: key });
    const comparer = new RunComparer(this.#options.store.analysis, `overview ${key}`);
    return { key, uri, comparer, text: '', links: [], isStale: false, working: undefined };
  }

  #update(key: string): void {
    const overview = this.#open.get(key);
    if (overview === undefined) return;
    overview.isStale = true;
    overview.working ??= this.#follow(overview).finally(() => {
      overview.working = undefined;
    });
  }

  /** Updates the overview until nothing changes any more. In the pauses, the worker can serve other requests. */
  async #follow(overview: Overview): Promise<void> {
    while (overview.isStale && this.#open.get(overview.uri.query) === overview) {
      overview.isStale = false;
      const startedAt = performance.now();
      // A failure of the store is reported elsewhere. After the failure, the overview keeps its last text.
      await this.#render(overview).catch(() => undefined);
      const pause = Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - startedAt));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #render(overview: Overview): Promise<void> {
    const { runs, store, estimate } = this.#options;
    const record = runs.get(overview.key);
    if (record === undefined) return;
    const rows = toRows(record, (ref) => store.known(ref));
    const { rules } = this;
    const comparison = await overview.comparer.compare(rows, rules);
    const isActive = runs.isActive(overview.key);
    const left = rows.filter(({ state }) => state === 'notFetched').length;
    const eta = isActive ? await estimate(record, left) : undefined;
    const built = buildOverview({ record, isActive, rows, comparison, rules, eta });
    overview.text = built.text;
    overview.links = built.links;
    this.#changed.fire(overview.uri);
  }
}
