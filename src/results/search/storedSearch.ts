import { Emitter } from '../../base/emitter.ts';
import type { WorkerPort } from '../../worker/workerClient.ts';
import type { ResultHits, SearchQuery } from '../../worker/searchCalls.ts';

/** Maximum number of lines: more than a person reads in a list. A search that exceeds it ends, and says so. */
const MAX_LINES = 20_000;

type SearchPort = WorkerPort<'beginSearch' | 'searchOn' | 'endSearch'>;

/** The state of a search. */
export type SearchState = 'running' | 'done' | 'cancelled' | 'tooMany' | 'failed';

/** One search and what it has found so far, newest result first. */
export interface SearchRun {
  readonly query: SearchQuery;
  readonly state: SearchState;
  readonly found: readonly ResultHits[];
  /** Number of lines with a match. */
  readonly lines: number;
  /** Number of results that were searched. */
  readonly searched: number;
  /** Number of results that were not searched to their end. */
  readonly givenUp: number;
}

/**
 * The search over all stored results of this window. One search runs at a time, in steps, so that nothing waits behind
 * it.
 */
export class StoredSearch {
  readonly #worker: SearchPort;
  readonly #changed = new Emitter<SearchRun | undefined>();
  #run: SearchRun | undefined;
  /** Number of the current search. Answers to an older one are ignored. */
  #current = 0;

  /** Fires when the search found more, ended, or was cleared. */
  readonly onDidChange = this.#changed.event;

  constructor(worker: SearchPort) {
    this.#worker = worker;
  }

  get run(): SearchRun | undefined {
    return this.#run;
  }

  /**
   * Starts a search, and cancels the one that runs.
   * @throws LiveResponseError `databaseFailed`; what was found before it stays
   */
  async start(query: SearchQuery): Promise<void> {
    const own = ++this.#current;
    this.#show({ query, state: 'running', found: [], lines: 0, searched: 0, givenUp: 0 });
    try {
      const search = await this.#worker.call('beginSearch', query);
      while (await this.#step(own, search));
      await this.#worker.call('endSearch', search);
    } catch (error) {
      if (own === this.#current) this.#end('failed');
      throw error;
    }
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

  /** Runs one step. @returns whether there is more to search */
  async #step(own: number, search: number): Promise<boolean> {
    if (own !== this.#current) return false;
    const step = await this.#worker.call('searchOn', search);
    // The search was cancelled meanwhile.
    if (own !== this.#current || this.#run === undefined) return false;
    const lines = step.found.reduce((sum, { hits, more }) => sum + hits.length + more, this.#run.lines);
    const state = step.done ? 'done' : lines > MAX_LINES ? 'tooMany' : 'running';
    this.#show({
      query: this.#run.query,
      state,
      found: [...this.#run.found, ...step.found],
      lines,
      searched: this.#run.searched + step.searched,
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
