import type { RunFacts, StatusFacts } from '../../evidence/blocks/statusNote.ts';
import type { CaseMarks } from '../../case/marks/caseMarks.ts';
import type { NoResults } from '../../connections/noResults.ts';
import { commands, EventEmitter, l10n, languages, Uri, window, workspace } from 'vscode';
import type { Disposable, DocumentLink, Memento, Range, TextDocument } from 'vscode';
import type { ResultRef } from '../../base/resultUri.ts';
import { isLiveResponseError } from '../../base/errors.ts';
import { ownPattern } from '../../base/normaliseRules.ts';
import { RUN_SCHEME } from '../../base/scheme.ts';
import { usualRules } from '../../evidence/compare/normalise.ts';
import { RunComparer } from '../../runs/runComparison.ts';
import type { ComparisonRules } from '../../runs/runComparison.ts';
import type { RunComparison } from '../../evidence/compare/runGroups.ts';
import type { RunFetches } from '../../runs/runFetch.ts';
import { scriptOf } from '../../model/run.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import { isAvailable, memberKey } from '../../runs/runFailures.ts';
import { countRows, toRows } from '../../runs/runRows.ts';
import type { RunCounts, RunRow } from '../../runs/runRows.ts';
import { HOST_ORDERS } from '../../runs/hostOrder.ts';
import type { HostOrder } from '../../runs/hostOrder.ts';
import { buildOverview } from './runOverviewText.ts';
import type { OverviewText } from './overviewParts.ts';
import { sourcesIn } from '../rowSources.ts';
import type { RowSource } from '../rowSources.ts';
import { safe } from '../linkedText.ts';
import { activeTableUri } from '../resultUris.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { notify } from '../../platform/show/notifications.ts';

export interface RunOverviewsOptions {
  readonly store: ResultStore;
  readonly runs: RunFetches;
  readonly noResults: Pick<NoResults, 'ofMember' | 'onDidLearn' | 'recordOf'>;
  /** Whether a managed setting allows packs. */
  readonly mayHandOver: () => boolean;
  readonly marks: Pick<CaseMarks, 'isShown' | 'of' | 'onDidChange'>;
  /** Storage in which the rules survive a restart. */
  readonly memento: Memento;
  /** Estimates the time for the remaining calls of a run, in milliseconds. */
  readonly estimate: (record: RunRecord, calls: number) => Promise<number>;
}

const RULES = 'liveResponse.runRules';
const ORDER = 'liveResponse.runOrder';
const USUAL: ComparisonRules = { rules: usualRules, most: 3 };
/**
 * Shortest pause between two updates of an overview while its run is being fetched, in milliseconds. After a slow
 * update, the pause is longer. The editor asks for links after a text has not changed for a second and a half. With
 * shorter pauses it would show the links of an older text.
 */
const PAUSE_MS = 2500;
const PAUSE_FACTOR = 5;

/** Returns the address of a run's overview. */
export function runUri({ key, words }: { readonly key: string; readonly words: { readonly script: string } }): Uri {
  const name = safe(words.script).replaceAll(/[\\/]/gu, '\u2215');
  return Uri.from({ scheme: RUN_SCHEME, path: `/${l10n.t('Run')} · ${name}.lr-run`, query: key });
}

/** Content of an overview, for exports. */
export interface RunPicture {
  readonly record: RunRecord;
  readonly rows: readonly RunRow[];
  readonly comparison: RunComparison;
}

/** Comparison of a run by filter: outputs of different scripts differ in every line. */
const NOTHING_COMPARED: RunComparison = { groups: [], rareLines: [], moreRareLines: 0, uncounted: [] };

interface Overview {
  readonly key: string;
  readonly uri: Uri;
  readonly comparer: RunComparer;
  built: OverviewText | undefined;
  isStale: boolean;
  working: Promise<void> | undefined;
}

/** Overviews of runs: read-only documents, one for each run. They are updated while they are open. */
export class RunOverviews implements Disposable {
  readonly #options: RunOverviewsOptions;
  readonly #open = new Map<string, Overview>();
  /** Active runs whose earlier results are known. What they store later becomes known by itself. */
  readonly #learned = new Set<string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #rulesChanged = new EventEmitter<void>();
  /** Fires when the rules of comparisons change. */
  readonly onDidChangeRules = this.#rulesChanged.event;
  readonly #disposables: readonly Disposable[];

  constructor(options: RunOverviewsOptions) {
    this.#options = options;
    this.#disposables = [
      this.#changed,
      this.#rulesChanged,
      workspace.registerTextDocumentContentProvider(RUN_SCHEME, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#open.get(uri.query)?.built?.text,
      }),
      languages.registerDocumentLinkProvider(
        { scheme: RUN_SCHEME },
        { provideDocumentLinks: ({ uri }) => [...(this.#open.get(uri.query)?.built?.links ?? [])] },
      ),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === RUN_SCHEME) this.#open.delete(uri.query);
      }),
      options.noResults.onDidLearn((machineId) => {
        for (const { key } of this.#open.values()) {
          const members = options.runs.get(key)?.run.members ?? [];
          if (members.some((member) => member.machineId === machineId)) this.#update(key);
        }
      }),
      options.marks.onDidChange(() => {
        for (const { key } of this.#open.values()) this.#update(key);
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
    const kept = this.#options.memento.get<ComparisonRules>(RULES, USUAL);
    // Rules that an earlier version stored lack the newer ones, and a later version may take other expressions.
    const { own, ...others } = kept.rules;
    const isOurs = own !== undefined && ownPattern(own) !== undefined;
    return { ...kept, rules: { ...USUAL.rules, ...others, ...(isOurs && { own }) } };
  }

  /** Stores new rules and updates every open overview. */
  async setRules(rules: ComparisonRules): Promise<void> {
    await this.#options.memento.update(RULES, rules);
    this.#rulesChanged.fire();
    for (const { key } of this.#open.values()) this.#update(key);
  }

  get order(): HostOrder {
    return HOST_ORDERS.find((one) => one === this.#options.memento.get(ORDER)) ?? 'name';
  }

  /** Stores the order of the hosts and updates every open overview. */
  async setOrder(order: HostOrder): Promise<void> {
    await this.#options.memento.update(ORDER, order);
    for (const { key } of this.#open.values()) this.#update(key);
  }

  /** The run whose overview is in the active editor. */
  get active(): RunRecord | undefined {
    const uri = window.activeTextEditor?.document.uri ?? activeTableUri();
    return uri?.scheme === RUN_SCHEME ? this.#options.runs.get(uri.query) : undefined;
  }

  /** Returns the sources of the lines that ranges of an overview touch, each once. */
  sourcesOf(document: TextDocument, ranges: readonly Range[]): readonly RowSource[] {
    return sourcesIn(this.#builtOf(document), ranges);
  }

  /** Returns the rows of a run, from the results that are known here. Makes no call. */
  rowsOf(record: RunRecord): RunRow[] {
    const { noResults, store } = this.#options;
    return toRows(record, (ref) => store.known(ref), noResults.ofMember);
  }

  /** Counts the hosts of a run. While the run is active, the stored results are listed only for the first count. */
  async counts({ run }: RunRecord): Promise<RunCounts> {
    const { store, runs } = this.#options;
    if (!this.#learned.has(run.key)) await store.learn(run.tenant);
    if (runs.isActive(run.key)) this.#learned.add(run.key);
    else this.#learned.delete(run.key);
    const record = runs.get(run.key);
    return countRows(record === undefined ? [] : this.rowsOf(record));
  }

  /** Returns the facts about a run for a note; undefined if the run is unknown. */
  runFacts(key: string): Omit<RunFacts, 'most' | 'ignored'> | undefined {
    const record = this.#options.runs.get(key);
    if (record === undefined) return undefined;
    const { words, members } = record.run;
    const rows = this.rowsOf(record);
    return { ...words, ...countRows(rows), hosts: members.length };
  }

  /** Returns the state of a run's command for a note; undefined if the run is unknown. */
  statusFacts(ref: ResultRef, key: string): StatusFacts | undefined {
    const record = this.#options.runs.get(key);
    const member = record?.run.members.find(
      ({ actionId, commandIndex }) => actionId === ref.actionId && commandIndex === ref.commandIndex,
    );
    if (record === undefined || member === undefined) return undefined;
    const { device, actionStatus, commandStatus, createdAt, commandErrors } = member;
    const script = scriptOf(record.run, member);
    const ids = { actionId: ref.actionId, commandIndex: ref.commandIndex };
    const failure = record.failures[memberKey(member)]?.code;
    const isCertain = !isAvailable(member) || failure === 'noResult' || failure === 'notFound';
    const states = { actionStatus, commandStatus, createdAt, changedAt: undefined, isCertain };
    return { device, script, ...ids, ...states, deviceErrors: commandErrors };
  }

  /** Returns the links of an overview. */
  linksOf(document: TextDocument): readonly DocumentLink[] {
    return this.#builtOf(document)?.links ?? [];
  }

  /** Returns the overview as a document shows it. While a new text is on its way to the editor, its lines are others. */
  #builtOf(document: TextDocument): OverviewText | undefined {
    const { uri } = document;
    const built = uri.scheme === RUN_SCHEME ? this.#open.get(uri.query)?.built : undefined;
    return built?.text === document.getText() ? built : undefined;
  }

  isVisible(key: string): boolean {
    return window.visibleTextEditors.some(({ document: { uri } }) => uri.scheme === RUN_SCHEME && uri.query === key);
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
    const rows = this.rowsOf(record);
    const { comparison } = await this.#compare(new RunComparer(store.analysis, `export ${record.run.key}`), rows);
    return { record, rows, comparison };
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#open.clear();
  }

  #begin(key: string, script: string): Overview {
    const uri = runUri({ key, words: { script } });
    const comparer = new RunComparer(this.#options.store.analysis, `overview ${key}`);
    return { key, uri, comparer, built: undefined, isStale: false, working: undefined };
  }

  /**
   * Compares rows, and returns the rules that were applied: the user can choose others meanwhile. An expression of the
   * user that is too slow is given up, so that comparisons go on without it.
   */
  async #compare(
    comparer: RunComparer,
    rows: readonly RunRow[],
  ): Promise<{ readonly comparison: RunComparison; readonly rules: ComparisonRules }> {
    const { rules } = this;
    try {
      return { comparison: await comparer.compare(rows, rules), rules };
    } catch (error) {
      if (!isLiveResponseError(error) || error.values.reason !== 'expression') throw error;
      // The user may have chosen other rules, or another comparison may have given the expression up before.
      const { own = '', ...others } = this.rules.rules;
      if (own === rules.rules.own) {
        await this.setRules({ ...this.rules, rules: others });
        tellSlow(own, error.values.host ?? '');
      }
      return this.#compare(comparer, rows);
    }
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
    const { runs, estimate } = this.#options;
    const record = runs.get(overview.key);
    if (record === undefined) return;
    const rows = this.rowsOf(record);
    const isByFilter = record.run.filter !== undefined;
    const { comparison, rules } = isByFilter
      ? { comparison: NOTHING_COMPARED, rules: this.rules }
      : await this.#compare(overview.comparer, rows);
    const { order } = this;
    const isActive = runs.isActive(overview.key);
    const left = rows.filter(({ state }) => state === 'notFetched').length;
    const eta = isActive ? await estimate(record, left) : undefined;
    const owner = record.order === undefined ? {} : await runs.owner(record.run);
    const { marks, mayHandOver } = this.#options;
    overview.built = buildOverview({
      ...{ record, isActive, rows, comparison, rules, order, owner, eta },
      mayHandOver: mayHandOver(),
      marksOf: marks.isShown(record.run.tenant) ? (ref) => marks.of(ref) : undefined,
    });
    this.#changed.fire(overview.uri);
  }
}

/** Says that comparisons do not use the user's expression any more, and offers to change it. */
function tellSlow(own: string, device: string): void {
  const change = l10n.t('Change Rules…');
  const sentence = l10n.t('/{0}/ took too long on {1}. Comparisons do not use it any more.', own, device);
  void notify('warning', sentence, change).then((answer) => {
    if (answer === change) return commands.executeCommand(commandIds.changeRunRules);
    return undefined;
  });
}
