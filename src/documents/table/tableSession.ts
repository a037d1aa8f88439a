import { guardCell } from '../../evidence/export/csv.ts';
import { isLiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
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
  /** Whether no other host of the tab is a later result of the same device. */
  readonly isNewest: boolean;
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
  /** Sentence about a single result without an earlier one. */
  readonly noEarlier: string;
  /** Reason for a host whose result could not be read. */
  readonly notRead: string;
}

export interface TableSessionOptions {
  /** Name of the tab's tables in the thread, unique for the tab. */
  readonly name: string;
  readonly tables: Pick<StoredTables, 'add' | 'addEarlier' | 'ask' | 'close'>;
  readonly hosts: () => readonly SessionHost[];
  /** Finds the earlier results of the same script on the same devices, by the index of the host. */
  readonly earlier: () => Promise<ReadonlyMap<number, ResultRef>>;
  readonly words: SessionWords;
  /** Called when more hosts were read, and when nothing more is to be read. */
  readonly onProgress: (summary: TableSummary | undefined, isLoading: boolean) => void;
}

/** A text that was read from rows, and the places of these rows in the evidence. */
interface CopiedText {
  readonly text: string;
  readonly places: readonly SelectedRow[];
}

/** Number of times that all results are read again because one of them stopped the thread. */
const MOST_RESTARTS = 20;
/** Shortest time between two updates of the page while results are read, ms. */
const UPDATE_MS = 400;
/** Number of values of a column that its menu lists. */
const MOST_VALUES = 200;
/** Longest cell of an export, in characters. No result is longer. */
const WHOLE_CELLS = 2 ** 30;
/** Largest number of rows of one page. */
const MOST_ROWS = 2000;
/** Largest number of rows of a copy. An export holds all. */
const MOST_COPIED = 50_000;

/** The tables of one tab: reads the results of its hosts, and answers the page. */
export class TableSession {
  readonly #options: TableSessionOptions;
  /** Members whose tables the thread holds. */
  readonly #added = new Set<number>();
  /** Members whose results could not be read. */
  readonly #failed = new Set<number>();
  /** Members whose results were not stored any more when they were read. */
  readonly #gone = new Set<number>();
  #hosts: readonly SessionHost[] = [];
  readonly #stop = new AbortController();
  #summary: TableSummary | undefined;
  #loading: Promise<void> | undefined;
  #isStale = false;
  #restarts = 0;
  #hostsKey = '';
  /** Members whose earlier results the thread holds, or could not be read. */
  readonly #earlier = new Set<number>();

  constructor(options: TableSessionOptions) {
    this.#options = options;
  }

  /** The hosts whose rows are shown. */
  get hosts(): readonly SessionHost[] {
    return this.#hosts;
  }

  get summary(): TableSummary | undefined {
    return this.#summary;
  }

  /** Number of hosts whose results are stored, and could not be read. */
  get notRead(): number {
    return this.#failed.size + this.#gone.size;
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
      time: async (query, row, column) => (await this.#ask('cellTime', query, row, column)) ?? '',
    };
    return answers[method](...args);
  }

  /** Returns the places of rows in the evidence, at most {@link MOST_COPIED}. */
  async places(query: TableQuery, from: number, to: number): Promise<readonly SelectedRow[]> {
    const places: SelectedRow[] = [];
    for (let at = from; at < Math.min(to, from + MOST_COPIED); at += MOST_ROWS) {
      for (const { member, firstLine, lastLine } of await this.#rows(query, at, Math.min(to, from + MOST_COPIED)))
        places.push({ member, firstLine, lastLine });
    }
    return places;
  }

  /**
   * Returns rows as text for other programs: cells separated by tabs, below the names of the columns. No cell is a
   * formula for a spreadsheet. Text and places come from one reading, because rows move while results are read.
   */
  async copy(query: TableQuery, from: number, to: number): Promise<CopiedText> {
    const columns = this.#summary?.tables[query.table]?.columns ?? [];
    const isRun = this.#hosts.length > 1;
    const places: SelectedRow[] = [];
    const rows: (string | null)[][] = [[...(isRun ? ['Host'] : []), ...columns]];
    for (let at = from; at < Math.min(to, from + MOST_COPIED); at += MOST_ROWS) {
      const page = await this.#ask(
        'tableRows',
        query,
        at,
        Math.min(to, from + MOST_COPIED, at + MOST_ROWS),
        WHOLE_CELLS,
      );
      for (const { member, firstLine, lastLine, cells } of page ?? []) {
        rows.push([...(isRun ? [this.#hosts[member]?.name ?? ''] : []), ...cells]);
        places.push({ member, firstLine, lastLine });
      }
    }
    const text = rows
      .map((cells) => cells.map((cell) => guardCell((cell ?? '').replaceAll(/[\t\r\n]+/gu, ' '))).join('\t'))
      .join('\n');
    return { text, places };
  }

  /** Returns the complete text of a cell, with the place of its row; undefined for a cell without text. */
  async cell(query: TableQuery, row: number, column: ColumnRef): Promise<CopiedText | undefined> {
    const [found] = (await this.#ask('tableRows', query, row, row + 1, WHOLE_CELLS)) ?? [];
    const host = found === undefined ? undefined : this.hosts[found.member];
    if (found === undefined || host === undefined) return undefined;
    const words: Readonly<Record<Exclude<ColumnRef, number>, string>> = {
      host: host.name,
      heading: found.heading ?? '',
      exit: host.exitCode?.toString() ?? '',
      errors: host.errorLines.toString(),
      line: found.firstLine.toString(),
    };
    const text = typeof column === 'number' ? found.cells[column] : words[column];
    if (text === undefined || text === null) return undefined;
    const { member, firstLine, lastLine } = found;
    return { text, places: [{ member, firstLine, lastLine }] };
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

  /** Forgets which results the thread holds. */
  #forget(): void {
    this.#added.clear();
    this.#earlier.clear();
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #load(): Promise<void> {
    let updated = performance.now();
    // Each result that stops the thread makes all others be read again. A few such results are bearable.
    this.#restarts = 0;
    while (this.#isStale && this.#restarts <= MOST_RESTARTS) {
      this.#isStale = false;
      this.#gone.clear();
      await this.#followHosts();
      for (const [member, host] of this.#hosts.entries()) {
        if (this.#isStopped()) return;
        if (!host.hasResult || this.#isDone(member)) continue;
        if (!(await this.#add(member, host))) break;
        if (performance.now() - updated < UPDATE_MS) continue;
        await this.#refresh();
        this.#options.onProgress(this.#summary, true);
        updated = performance.now();
      }
      await this.#refresh();
    }
  }

  #isDone(member: number): boolean {
    return this.#added.has(member) || this.#failed.has(member) || this.#gone.has(member);
  }

  /** Adds a result. @returns whether the results before it are still there; otherwise all are to be read again */
  async #add(member: number, { ref, name: host, exitCode, errorLines, isNewest }: SessionHost): Promise<boolean> {
    const { name, tables } = this.#options;
    try {
      const facts = { member, name: host, exitCode, errorLines, isNewest };
      const outcome = await tables.add(name, ref, facts, this.#added.size === 0, this.#stop.signal);
      if (outcome === 'lost') return this.#restart();
      (outcome === 'added' ? this.#added : this.#gone).add(member);
      return true;
    } catch (error) {
      if (this.#isStopped()) return true;
      this.#failed.add(member);
      // Only a thread that was ended lost the other tables. A result that it could not read changed nothing.
      const isEnded =
        isLiveResponseError(error) && error.code === 'analysisStopped' && error.values.reason !== 'failed';
      return isEnded ? this.#restart() : true;
    }
  }

  #restart(): false {
    this.#restarts++;
    this.#forget();
    this.#isStale = true;
    return false;
  }

  /** Takes the hosts as they are now. If they are others, all is read anew, because rows are kept by their places. */
  async #followHosts(): Promise<void> {
    const hosts = this.#options.hosts();
    const key = hosts.map(({ ref }) => `${ref.actionId}#${ref.commandIndex}`).join();
    const isSame = key === this.#hostsKey;
    this.#hosts = hosts;
    this.#hostsKey = key;
    // Rows of a result that was removed from this machine must not stay on the screen.
    const isRemoved = [...this.#added].some((member) => hosts[member]?.hasResult !== true);
    if ((isSame && !isRemoved) || (this.#added.size === 0 && this.#failed.size === 0)) return;
    this.#summary = undefined;
    this.#forget();
    this.#failed.clear();
    await this.#options.tables.close(this.#options.name);
  }

  async #refresh(): Promise<void> {
    if (this.#added.size === 0) return;
    const { name, tables } = this.#options;
    const summary = await tables.ask('tableSummary', name).catch(() => undefined);
    // The thread was idle for long, or was ended by other work. It is filled again.
    if (summary?.hosts !== this.#added.size) this.#restart();
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
    if ((await tables.ask('tableSummary', name))?.hosts === this.#added.size) return answer;
    this.#forget();
    await this.load();
    return tables.ask(method, ...args);
  }

  async #open(query: TableQuery): Promise<PageView> {
    const isNew = query.filters.some(({ operator }) => operator === 'new');
    if (isNew) await this.#addEarlier();
    const view = await this.#ask('openTable', query);
    const info = this.#summary?.tables[query.table];
    if (view === undefined || info === undefined) return { rows: 0, hosts: 0, sentence: '', without: '' };
    const { words } = this.#options;
    const unknown = this.hosts.length - view.hosts - view.without.length;
    const isUnknown = isNew && this.#hosts.length === 1 && unknown > 0;
    return {
      rows: view.rows,
      hosts: view.hosts,
      sentence: isUnknown ? words.noEarlier : words.sentence(info, query, view),
      without: this.hosts.length < 2 ? '' : words.without(view.without.length, unknown),
    };
  }

  async #rows(query: TableQuery, from: number, to: number): Promise<readonly ShownRow[]> {
    return (await this.#ask('tableRows', query, from, Math.min(to, from + MOST_ROWS))) ?? [];
  }

  /** Reads the earlier results of all hosts that were read, each once. */
  async #addEarlier(): Promise<void> {
    await this.load();
    const { earlier, name, tables } = this.#options;
    for (const [member, ref] of await earlier()) {
      if (!this.#added.has(member) || this.#earlier.has(member) || this.#isStopped()) continue;
      this.#earlier.add(member);
      // A result that cannot be read tells nothing: the host then counts as not known.
      await tables.addEarlier(name, ref, member, this.#stop.signal).catch(() => undefined);
    }
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
    const cut = new Set(this.#summary?.cutMembers);
    const unknown = hosts.flatMap((host, member) =>
      without.has(member) || withRows.has(member)
        ? []
        : [
            {
              name: host.name,
              why:
                host.why !== ''
                  ? host.why
                  : this.#added.has(member) && !cut.has(member)
                    ? words.noTable
                    : words.notRead,
            },
          ],
    );
    return { without: hosts.filter((_, member) => without.has(member)).map(({ name }) => name), unknown };
  }
}
