import { isLiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { LONGEST_SHOWN } from '../../analysis/tables/tableQuery.ts';
import type {
  ColumnRef,
  ShownRow,
  StackedRow,
  TableInfo,
  TableQuery,
  TableSummary,
} from '../../analysis/tables/tableQuery.ts';
import type { StoredTables, TableMethod } from '../../results/storedTables.ts';
import type { AnalysisCalls } from '../../analysis/analysisCalls.ts';
import type { HostsWithout, PageCalls, PageMethod, PageView, SelectedRow } from './tableMessages.ts';

/** A host of a tab, with its result if there is one to read. */
export interface SessionHost {
  readonly name: string;
  readonly ref: ResultRef;
  readonly exitCode: number | undefined;
  readonly errorLines: number;
  /** Whether a result is stored that can be read. */
  readonly hasResult: boolean;
  /** Sentence about why there is no result to read; empty if there is one. */
  readonly why: string;
}

/** Sentences of a session. The session itself knows no VS Code. */
export interface SessionWords {
  readonly sentence: (
    info: TableInfo,
    query: TableQuery,
    view: { readonly rows: number; readonly hosts: number },
  ) => string;
  readonly without: (without: number, unknown: number) => string;
  /** Reason for a host whose result was read, and which holds no such table. */
  readonly noTable: string;
  /** Reason for a host whose result could not be read. */
  readonly notRead: string;
}

export interface TableSessionOptions {
  /** Name of the tab's tables in the thread, unique for the tab. */
  readonly name: string;
  readonly tables: Pick<StoredTables, 'add' | 'ask' | 'close'>;
  readonly hosts: () => readonly SessionHost[];
  readonly words: SessionWords;
  /** Called when more hosts were read, and when nothing more is to be read. */
  readonly onProgress: (summary: TableSummary | undefined, isLoading: boolean) => void;
}

/** Shortest time between two updates of the page while results are read, ms. */
const UPDATE_MS = 400;
/** Number of values of a column that its menu lists. */
const MOST_VALUES = 200;
/** Longest cell of an export, in characters. No result is longer. */
const WHOLE_CELLS = 2 ** 30;
/** Largest number of rows of one page. */
const MOST_ROWS = 2000;

/** The tables of one tab: reads the results of its hosts, and answers the page. */
export class TableSession {
  readonly #options: TableSessionOptions;
  /** Members whose tables the thread holds. */
  readonly #added = new Set<number>();
  /** Members whose results could not be read. */
  readonly #failed = new Set<number>();
  readonly #stop = new AbortController();
  #summary: TableSummary | undefined;
  #loading: Promise<void> | undefined;
  #isStale = false;
  #hostsKey = '';

  constructor(options: TableSessionOptions) {
    this.#options = options;
  }

  get hosts(): readonly SessionHost[] {
    return this.#options.hosts();
  }

  get summary(): TableSummary | undefined {
    return this.#summary;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  /** Members whose results could not be read. */
  get failed(): ReadonlySet<number> {
    return this.#failed;
  }

  /** Reads the results that are not read yet. Called again while it reads, it looks once more at its end. */
  load(): Promise<void> {
    this.#isStale = true;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
      if (!this.#stop.signal.aborted) this.#options.onProgress(this.#summary, false);
    });
    return this.#loading;
  }

  /** Answers a request of the page. @throws LiveResponseError `analysisStopped`, for example for an invalid pattern */
  async answer<Method extends PageMethod>(
    method: Method,
    args: PageCalls[Method]['args'],
  ): Promise<PageCalls[Method]['answer']> {
    // Methods and arguments are checked by their types on both sides of the webview's border.
    const answers: {
      readonly [Name in PageMethod]: (...given: PageCalls[Name]['args']) => Promise<PageCalls[Name]['answer']>;
    } = {
      open: (query) => this.#open(query),
      rows: (query, from, to) => this.#rows(query, from, to),
      stacked: (query, from, to) => this.#stacked(query, from, to),
      values: async (query, column) => (await this.#ask('columnValues', query, column, MOST_VALUES)) ?? [],
      hosts: (query) => this.#hostsWithout(query),
    };
    return answers[method](...args);
  }

  /** Returns the places of rows in the evidence, at most {@link MOST_ROWS}. */
  async places(query: TableQuery, from: number, to: number): Promise<readonly SelectedRow[]> {
    const rows = await this.#rows(query, from, to);
    return rows.map(({ member, firstLine, lastLine }) => ({ member, firstLine, lastLine }));
  }

  /** Returns rows as text for other programs: cells separated by tabs, below the names of the columns. */
  async copy(query: TableQuery, from: number, to: number): Promise<string> {
    const columns = this.#summary?.tables[query.table]?.columns ?? [];
    const { hosts } = this;
    const isRun = hosts.length > 1;
    const rows: (string | null)[][] = [[...(isRun ? ['Host'] : []), ...columns]];
    for (const [at, row] of (
      (await this.#ask('tableRows', query, from, Math.min(to, from + MOST_ROWS))) ?? []
    ).entries()) {
      const cells: (string | null)[] = [];
      for (const [column, cell] of row.cells.entries())
        // Only a long cell was cut to be shown. It is copied as a whole.
        cells.push((cell?.length ?? 0) < LONGEST_SHOWN ? cell : ((await this.cell(query, from + at, column)) ?? null));
      rows.push([...(isRun ? [hosts[row.member]?.name ?? ''] : []), ...cells]);
    }
    return rows.map((cells) => cells.map((cell) => (cell ?? '').replaceAll(/[\t\r\n]+/gu, ' ')).join('\t')).join('\n');
  }

  /** Returns the complete text of a cell. */
  async cell(query: TableQuery, row: number, column: ColumnRef): Promise<string | undefined> {
    if (typeof column === 'number') return (await this.#ask('tableCell', query, row, column)) ?? undefined;
    const [found] = (await this.#ask('tableRows', query, row, row + 1)) ?? [];
    const host = found === undefined ? undefined : this.hosts[found.member];
    if (host === undefined) return undefined;
    return {
      host: host.name,
      heading: found?.heading ?? '',
      exit: host.exitCode?.toString() ?? '',
      errors: host.errorLines.toString(),
      line: found?.firstLine.toString() ?? '',
    }[column];
  }

  /** Reads all rows of a query with complete cells, page by page. A stacked query stands for its rows. */
  async *wholeRows(query: TableQuery): AsyncGenerator<ShownRow> {
    const unstacked = { ...query, stack: [] };
    for (let from = 0; ; from += MOST_ROWS) {
      const rows = (await this.#ask('tableRows', unstacked, from, from + MOST_ROWS, WHOLE_CELLS)) ?? [];
      yield* rows;
      if (rows.length < MOST_ROWS) return;
    }
  }

  /** Ends the reading, and frees the memory. */
  dispose(): void {
    this.#stop.abort();
    void this.#options.tables.close(this.#options.name);
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #load(): Promise<void> {
    const { name, tables } = this.#options;
    const { signal } = this.#stop;
    let updated = performance.now();
    while (this.#isStale) {
      this.#isStale = false;
      await this.#followHosts();
      for (const [member, host] of this.hosts.entries()) {
        if (this.#isStopped()) return;
        if (!host.hasResult || this.#added.has(member) || this.#failed.has(member)) continue;
        const { ref, exitCode, errorLines } = host;
        try {
          await tables.add(name, ref, { member, name: host.name, exitCode, errorLines }, signal);
          this.#added.add(member);
        } catch (error) {
          if (this.#isStopped()) return;
          this.#failed.add(member);
          if (isLiveResponseError(error) && error.code === 'analysisStopped') {
            // The thread was ended because of this result, and with it all tables. The others are read again.
            this.#added.clear();
            this.#isStale = true;
          }
        }
        if (performance.now() - updated < UPDATE_MS) continue;
        await this.#refresh();
        this.#options.onProgress(this.#summary, true);
        updated = performance.now();
      }
      await this.#refresh();
    }
  }

  /** Begins anew if the hosts are others than before, because rows are kept by the places of their hosts. */
  async #followHosts(): Promise<void> {
    const key = this.hosts.map(({ ref }) => `${ref.actionId}#${ref.commandIndex}`).join();
    if (key === this.#hostsKey) return;
    this.#hostsKey = key;
    if (this.#added.size === 0 && this.#failed.size === 0) return;
    this.#added.clear();
    this.#failed.clear();
    await this.#options.tables.close(this.#options.name);
  }

  async #refresh(): Promise<void> {
    const { name, tables } = this.#options;
    const summary = await tables.ask('tableSummary', name).catch(() => undefined);
    if (summary === undefined && this.#added.size > 0) {
      // The thread was idle for long, or was ended by other work. It is filled again.
      this.#added.clear();
      this.#isStale = true;
    }
    this.#summary = summary ?? this.#summary;
  }

  /** Asks the thread. If it does not hold the tables any more, they are read again, once. */
  async #ask<Method extends TableMethod>(
    method: Method,
    ...rest: AnalysisCalls[Method]['args'] extends [string, ...infer Rest] ? Rest : never
  ): Promise<AnalysisCalls[Method]['answer']> {
    const { name, tables } = this.#options;
    const args = [name, ...rest] as unknown as AnalysisCalls[Method]['args'];
    const answer = await tables.ask(method, ...args);
    if (answer !== undefined || this.#added.size === 0) return answer;
    if ((await tables.ask('tableSummary', name)) !== undefined) return answer;
    this.#added.clear();
    await this.load();
    return tables.ask(method, ...args);
  }

  async #open(query: TableQuery): Promise<PageView> {
    const view = await this.#ask('openTable', query);
    const info = this.#summary?.tables[query.table];
    if (view === undefined || info === undefined) return { rows: 0, hosts: 0, sentence: '', without: '' };
    const { words } = this.#options;
    const unknown = this.hosts.length - view.hosts - view.without.length;
    return {
      rows: view.rows,
      hosts: view.hosts,
      sentence: words.sentence(info, query, view),
      without: this.hosts.length < 2 ? '' : words.without(view.without.length, unknown),
    };
  }

  async #rows(query: TableQuery, from: number, to: number): Promise<readonly ShownRow[]> {
    return (await this.#ask('tableRows', query, from, Math.min(to, from + MOST_ROWS))) ?? [];
  }

  async #stacked(query: TableQuery, from: number, to: number): Promise<readonly StackedRow[]> {
    return (await this.#ask('stackedRows', query, from, Math.min(to, from + MOST_ROWS))) ?? [];
  }

  async #hostsWithout(query: TableQuery): Promise<HostsWithout> {
    const view = await this.#ask('openTable', query);
    const without = new Set(view?.without);
    const withRows = new Set(await this.#ask('tableMembers', query));
    const { words } = this.#options;
    const { hosts } = this;
    const unknown = hosts.flatMap((host, member) =>
      without.has(member) || withRows.has(member)
        ? []
        : [
            {
              name: host.name,
              why: host.why !== '' ? host.why : this.#failed.has(member) ? words.notRead : words.noTable,
            },
          ],
    );
    return { without: hosts.filter((_, member) => without.has(member)).map(({ name }) => name), unknown };
  }
}
