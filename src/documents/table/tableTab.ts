import { env, l10n } from 'vscode';
import type { Webview } from 'vscode';
import { isLiveResponseError } from '../../base/errors.ts';
import type { NormaliseRules } from '../../base/normaliseRules.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { ShownRow, TableQuery, TableSummary } from '../../analysis/tables/tableQuery.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import type { StoredTables } from '../../results/storedTables.ts';
import type { FromPage, PageCalls, PageMethod, PageTables, SelectedRow, ToPage } from './tableMessages.ts';
import { TableSession } from './tableSession.ts';
import type { SessionHost } from './tableSession.ts';
import type { TableSource } from './tableSources.ts';
import { hostsWords } from '../../messages/runWords.ts';
import { outsideSentence, pageWords, rulesSentence, tableLabel, viewSentence, withoutSentence } from './tableWords.ts';

/** Lines of a host's result. */
export interface TablePlace {
  readonly ref: ResultRef;
  /** Lines of its output, counted from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** The rows that a tab shows, with complete cells. */
export interface ShownTable {
  readonly isRun: boolean;
  readonly hosts: readonly SessionHost[];
  readonly columns: readonly string[];
  readonly rows: () => AsyncGenerator<ShownRow>;
}

export interface TableTabEvents {
  readonly onCopy: (text: string, places: readonly TablePlace[]) => void;
  readonly onGo: (place: TablePlace, isBeside: boolean) => void;
  readonly onFetch: (source: TableSource) => void;
  /** Called to show the overview of the tab's run, which compares all lines. */
  readonly onOverview: (source: TableSource) => void;
  /** Asks for a file of the workspace that lists what is known to be good. */
  readonly askForList: () => Promise<{ readonly name: string; readonly value: string } | undefined>;
  /** Returns the rules by which comparisons ignore differences. */
  readonly rules: () => NormaliseRules;
  readonly onTrouble: (error: unknown) => void;
}

/** The tab of a table: passes messages between its page and its session. */
export class TableTab {
  readonly source: TableSource;
  readonly #webview: Webview;
  readonly #events: TableTabEvents;
  readonly #session: TableSession;
  #selected: Promise<readonly TablePlace[]> = Promise.resolve([]);
  /** The selected rows, as far as they are known. */
  selection: readonly TablePlace[] = [];
  #isReady = false;
  #opening: TableQuery | undefined;
  /** The query whose rows the page shows. */
  #query: TableQuery | undefined;

  constructor(name: string, source: TableSource, webview: Webview, tables: StoredTables, events: TableTabEvents) {
    this.source = source;
    this.#webview = webview;
    this.#events = events;
    this.#session = new TableSession({
      name,
      tables,
      hosts: source.hosts,
      earlier: source.earlier,
      words: {
        sentence: (info, { filters, stack }, view) =>
          viewSentence(info, filters, view, { isRun: source.isRun, isStacked: stack.length > 0 }),
        without: withoutSentence,
        noTable: l10n.t('no such table in its output'),
        noEarlier: l10n.t('No earlier result of this script on this device is stored, so it is not known what is new.'),
        notRead: l10n.t('its output could not be read in time'),
      },
      onProgress: (summary, isLoading) => {
        this.#post(summary, isLoading);
      },
    });
  }

  /** The shown rows, for an export; undefined before the page has shown any. */
  get shown(): ShownTable | undefined {
    const query = this.#query;
    const info = query === undefined ? undefined : this.#session.summary?.tables[query.table];
    if (query === undefined || info === undefined) return undefined;
    const { isRun } = this.source;
    return { isRun, hosts: this.#session.hosts, columns: info.columns, rows: () => this.#session.wholeRows(query) };
  }

  /** Reads results that are new. */
  async update(): Promise<void> {
    await this.source.refresh();
    await this.#session.load();
  }

  /** Shows the rows of a query, as soon as the page can, in the first table that has such rows. */
  show(query: TableQuery): void {
    if (!this.#isReady) this.#opening = query;
    else
      this.#session
        .load()
        .then(() => this.#showFirst(query))
        .catch(this.#events.onTrouble);
  }

  /** Shows the rows of a query when the page is made again, because VS Code ends a page that is hidden. */
  showLater(query: TableQuery): void {
    this.#opening = query;
  }

  async #showFirst(query: TableQuery): Promise<void> {
    const count = this.#session.summary?.tables.length ?? 0;
    for (let table = 0; table < count; table++) {
      const { rows } = await this.#session.answer('open', [{ ...query, table }]);
      if (rows === 0 && table < count - 1) continue;
      this.#send({ type: 'query', query: { ...query, table: rows === 0 ? 0 : table } });
      return;
    }
  }

  /** Takes a message of the page. */
  async receive(message: FromPage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        // The page has no word of its own, so it gets them even if the store fails.
        await this.source.refresh().catch(this.#events.onTrouble);
        this.#post(this.#session.summary, true);
        await this.#session.load();
        if (this.#opening !== undefined) await this.#showFirst(this.#opening);
        this.#opening = undefined;
        break;
      case 'ask':
        await this.#answer(message.id, message.method, message.args);
        break;
      case 'go':
        this.#go(message.row, message.isBeside);
        break;
      case 'select': {
        const { query, from, to } = message;
        const selected = this.#session.places(query, from, to).then((rows) => this.#toPlaces(rows));
        this.#selected = selected;
        // Until the new rows are known, and if they cannot be read, no command may quote those selected before.
        this.selection = [];
        const places = await selected;
        // Another selection may have been made meanwhile.
        if (this.#selected === selected) this.selection = places;
        break;
      }
      case 'copyRows': {
        const { query, from, to } = message;
        const { text, places } = await this.#session.copy(query, from, to);
        this.#events.onCopy(text, this.#toPlaces(places));
        break;
      }
      case 'copyCell': {
        const cell = await this.#session.cell(message.query, message.row, message.column);
        if (cell !== undefined) this.#events.onCopy(cell.text, this.#toPlaces(cell.places));
        break;
      }
      case 'copyText':
        this.#events.onCopy(message.text, []);
        break;
      case 'knownGood': {
        const list = await this.#events.askForList();
        if (list === undefined) break;
        const others = message.query.filters.filter(({ operator }) => operator !== 'unknown');
        const filter = { column: 'any' as const, operator: 'unknown' as const, ...list };
        this.#send({ type: 'query', query: { ...message.query, filters: [...others, filter] } });
        break;
      }
      case 'outside': {
        if (this.source.isRun) {
          this.#events.onOverview(this.source);
          break;
        }
        const [first] = this.#session.summary?.outside ?? [];
        if (first !== undefined) this.#go({ member: 0, firstLine: first[0], lastLine: first[1] }, false);
        break;
      }
      case 'fetch':
        this.#events.onFetch(this.source);
    }
  }

  dispose(): void {
    this.#session.dispose();
  }

  #go(row: SelectedRow, isBeside: boolean): void {
    const [place] = this.#toPlaces([row]);
    if (place !== undefined) this.#events.onGo(place, isBeside);
  }

  async #answer(id: number, method: PageMethod, args: readonly unknown[]): Promise<void> {
    try {
      // The page is part of this extension and is built with the same types.
      const answer = await this.#session.answer(method, args as PageCalls[PageMethod]['args']);
      if (method === 'open') [this.#query] = args as PageCalls['open']['args'];
      this.#send({ type: 'answer', id, answer });
    } catch (error) {
      const isPattern = isLiveResponseError(error) && (error.values.state ?? '').startsWith('SyntaxError');
      const message = isPattern ? l10n.t('The regular expression is not valid.') : describeFailure(error).sentence;
      this.#send({ type: 'failure', id, message });
    }
  }

  #toPlaces(rows: readonly SelectedRow[]): TablePlace[] {
    const { hosts } = this.#session;
    return rows.flatMap(({ member, firstLine, lastLine }) => {
      const host = hosts[member];
      return host === undefined ? [] : [{ ref: host.ref, firstLine, lastLine }];
    });
  }

  #post(summary: TableSummary | undefined, isLoading: boolean): void {
    if (!this.#isReady) return;
    const { isRun } = this.source;
    // The hosts of the rows: those of the source may be others already.
    const { hosts } = this.#session;
    const tables: PageTables = {
      words: pageWords(isRun ? 'run' : 'result'),
      isRun,
      tables: (summary?.tables ?? []).map((info) => ({ ...info, label: tableLabel(info, isRun) })),
      hosts: hosts.map(({ name, exitCode, errorLines, hasResult }) => ({
        name,
        exit: exitCode?.toString() ?? '',
        errors: hasResult ? errorLines.toString() : '',
      })),
      status: this.#status(summary, isLoading, hosts.length),
      outside: summary === undefined || isLoading ? '' : outsideSentence(summary),
      canFetch: this.source.canFetch(),
      isLoading,
      canBeNew: this.source.isRun || this.source.hosts().some(({ ref }) => ref.cloud !== 'file'),
      rules: this.#events.rules(),
      rulesWords: rulesSentence(this.#events.rules()),
      lackWords: l10n.t('Columns that did not fit may be missing: print CSV or JSON to have all.'),
      hasOlder: hosts.some(({ isNewest }) => !isNewest),
    };
    this.#send({ type: 'tables', tables });
  }

  #status(summary: TableSummary | undefined, isLoading: boolean, hosts: number): string {
    if (isLoading) {
      return this.source.isRun
        ? l10n.t(
            'Reading tables: {0} of {1}',
            (summary?.hosts ?? 0).toLocaleString(env.language),
            hosts.toLocaleString(env.language),
          )
        : l10n.t('Reading tables…');
    }
    const missing = this.source.missing();
    const { notRead } = this.#session;
    const isEmpty = (summary?.tables.length ?? 0) === 0 && missing === '' && notRead === 0;
    const cut = summary !== undefined && summary.cutMembers.length > 0;
    return [
      ...(missing === '' ? [] : [missing]),
      ...(notRead === 0
        ? []
        : [
            this.source.isRun
              ? l10n.t('Not read: {0}.', hostsWords(notRead))
              : l10n.t('This output could not be read as a table. Open it as text.'),
          ]),
      ...(isEmpty ? [l10n.t('No table was found in this output. Open it as text.')] : []),
      ...(cut ? [l10n.t('Not all rows are shown: there are too many rows, columns or tables.')] : []),
    ].join(' ');
  }

  #send(message: ToPage): void {
    this.#webview.postMessage(message).then(undefined, this.#events.onTrouble);
  }
}
