import type { Analysis } from '../analysis/analysis.ts';
import type { AnalysisCalls } from '../analysis/analysisCalls.ts';
import type { TableHost } from '../analysis/tables/tableQuery.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { PackedSource } from './storedAnalysis.ts';

/** Requests for tables of a tab. Each answer is undefined if the thread does not hold the tables. */
export type TableMethod =
  'tableSummary' | 'openTable' | 'tableRows' | 'stackedRows' | 'columnValues' | 'cellTime' | 'tableMembers';

/** Outcome of adding a result. */
export type AddedTables = 'added' | 'missing' | 'lost';

/** Longest time for reading the tables of one result, ms. The other results of the run wait for it. */
const READ_LIMIT_MS = 10_000;

/**
 * Reads the tables of stored results, in a thread of their own. The thread holds the tables of open tabs, so that sorting
 * and scrolling wait for no other work.
 */
export class StoredTables {
  readonly #source: Pick<PackedSource, 'transcript'>;
  readonly #thread: Pick<Analysis, 'run'>;

  constructor(source: Pick<PackedSource, 'transcript'>, thread: Pick<Analysis, 'run'>) {
    this.#source = source;
    this.#thread = thread;
  }

  /**
   * Adds the tables of a stored result to those of a tab.
   *
   * @param begins - whether it is the first one
   * @returns `missing` if the result is not stored; `lost` if the thread does not hold the results before it any more
   * @throws LiveResponseError `analysisStopped`, `textTooLarge`, `cancelled`
   */
  add(tab: string, ref: ResultRef, host: TableHost, begins: boolean, signal?: AbortSignal): Promise<AddedTables> {
    return this.#thread.run(
      async (ask) => {
        const transcript = await this.#source.transcript(ref);
        if (transcript === undefined) return 'missing';
        return (await ask('addTables', tab, transcript, host, begins)) ? 'added' : 'lost';
      },
      { signal, limitMs: READ_LIMIT_MS },
    );
  }

  /** Adds the rows of an earlier result, so that a filter can tell what is new. @returns whether there is such a result */
  addEarlier(tab: string, ref: ResultRef, member: number, signal?: AbortSignal): Promise<boolean> {
    return this.#thread.run(
      async (ask) => {
        const transcript = await this.#source.transcript(ref);
        if (transcript === undefined) return false;
        await ask('addEarlier', tab, transcript, member);
        return true;
      },
      { signal, limitMs: READ_LIMIT_MS },
    );
  }

  /** Asks for tables of a tab. @throws LiveResponseError `analysisStopped`, for example for an invalid pattern */
  ask<Method extends TableMethod>(
    method: Method,
    ...args: AnalysisCalls[Method]['args']
  ): Promise<AnalysisCalls[Method]['answer']> {
    return this.#thread.run((ask) => ask(method, ...args));
  }

  /** Frees the memory of a tab that was closed. */
  async close(tab: string): Promise<void> {
    await this.#thread.run((ask) => ask('closeTables', tab)).catch(() => undefined);
  }
}
