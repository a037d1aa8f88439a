import { Emitter } from '../../base/emitter.ts';
import type { WorkerPort } from '../../worker/workerClient.ts';
import type { ResultHits, SearchQuery } from '../../worker/searchCalls.ts';

/**
 * Maximum number of found lines. It is more than a person reads in a list. A search that exceeds it ends, and reports
 * that it did.
 */
const MAX_LINES = 20_000;

/** Query of a search that was none. */
export const NO_QUERY: SearchQuery = {
  text: '',
  isRegExp: false,
  matchCase: false,
  connection: undefined,
  device: undefined,
  script: undefined,
};

type SearchPort = WorkerPort<'beginSearch' | 'searchOn' | 'endSearch'>;

/** The state of a search. */
export type SearchState = 'running' | 'done' | 'cancelled' | 'tooMany' | 'failed';

/** A search and the hits so far, newest result first. */
export interface SearchRun {
  readonly query: SearchQuery;
  /** Describes lines that a comparison listed. Then there was no search, and {@link query} is empty. */
  readonly title?: string;
  readonly state: SearchState;
  readonly found: readonly ResultHits[];
  /** Number of lines with a match. */
  readonly lines: number;
  /** Number of results that were searched. */
  readonly searched: number;
  /** For a search in a run: keys of results that were searched to their end, and have no hit. */
  readonly without: ReadonlySet<string>;
  /** Number of results whose search was given up before its end. */
  readonly givenUp: number;
}

/**
 * Searches all stored results for this window. Only one search runs at a time. It runs in steps, so that no other
 * request has to wait long.
 */
export class StoredSearch {
  readonly #worker: SearchPort;
  readonly #changed = new Emitter<SearchRun | undefined>();
  #run: SearchRun | undefined;
  /** Number of the current search. Answers for earlier searches are ignored. */
  #current = 0;

  /** Fires when the search has found more hits, has ended, or was cleared. */
  readonly onDidChange = this.#changed.event;

  constructor(worker: SearchPort) {
    this.#worker = worker;
  }

  get run(): SearchRun | undefined {
    return this.#run;
  }

  /**
   * Starts a search, and cancels a running search.
   * @throws LiveResponseError `databaseFailed`. Hits that were found before the error stay
   */
  async start(query: SearchQuery): Promise<void> {
    const own = ++this.#current;
    this.#show({ query, state: 'running', found: [], lines: 0, searched: 0, without: new Set(), givenUp: 0 });
    try {
      const search = await this.#worker.call('beginSearch', query);
      while (await this.#step(own, search));
      await this.#worker.call('endSearch', search);
    } catch (error) {
      if (own === this.#current) this.#end('failed');
      throw error;
    }
  }

  /** Shows lines that a comparison found, in place of hits. Cancels a running search. */
  list(title: string, found: readonly ResultHits[], searched: number): void {
    this.#current++;
    const lines = found.reduce((sum, { hits, more }) => sum + hits.length + more, 0);
    this.#show({ query: NO_QUERY, title, state: 'done', found, lines, searched, without: new Set(), givenUp: 0 });
  }

  cancel(): void {
    if (this.#run?.state !== 'running') return;
    this.#current++;
    this.#end('cancelled');
  }

  clear(): void {
    this.#current++;
    this.#show(undefined);
  }

  /** Runs one step. @returns whether the search must continue */
  async #step(own: number, search: number): Promise<boolean> {
    if (own !== this.#current) return false;
    const step = await this.#worker.call('searchOn', search);
    // The search was cancelled during the step.
    if (own !== this.#current || this.#run === undefined) return false;
    const lines = step.found.reduce((sum, { hits, more }) => sum + hits.length + more, this.#run.lines);
    // Only listed lines count: one result with very many others must not end the search for all.
    const listed = [...this.#run.found, ...step.found].reduce((sum, { hits }) => sum + hits.length, 0);
    const state = step.done ? 'done' : listed > MAX_LINES ? 'tooMany' : 'running';
    const { query } = this.#run;
    this.#show({
      query,
      state,
      found: [...this.#run.found, ...step.found],
      lines,
      searched: this.#run.searched + step.searched,
      without: query.run === undefined ? this.#run.without : new Set([...this.#run.without, ...step.without]),
      givenUp: this.#run.givenUp + step.found.filter(({ givenUp }) => givenUp !== undefined).length,
    });
    return state === 'running';
  }

  #end(state: SearchState): void {
    if (this.#run !== undefined) this.#show({ ...this.#run, state });
  }

  #show(run: SearchRun | undefined): void {
    this.#run = run;
    this.#changed.fire(run);
  }
}
