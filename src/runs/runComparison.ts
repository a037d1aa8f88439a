import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import type { ComparisonName } from '../analysis/comparisons.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';
import { hasResult } from './runRows.ts';
import type { RunRow } from './runRows.ts';
import type { StoredAnalysis } from '../results/storedAnalysis.ts';

/** The rules of a comparison, and the maximum number of hosts on which a line counts as rare. */
export interface ComparisonRules {
  readonly rules: NormaliseRules;
  readonly most: number;
}

/** Number and size (bytes) of the results that are added at once. A click waits for no more than that. */
const MOST_AT_ONCE = 64;
const MOST_BYTES_AT_ONCE = 1_000_000;

interface Added {
  /** Index of the member in its run. */
  readonly member: number;
  readonly row: RunRow;
}

/**
 * Compares the results of one run in the analysis thread. Sends only the results that are new since the last
 * comparison.
 */
export class RunComparer {
  readonly #analysis: Pick<StoredAnalysis, 'compareResults' | 'comparison'>;
  readonly #name: string;
  readonly #added = new Set<string>();
  /** Results whose comparison took too long. They are left out, and are listed as uncounted. */
  readonly #stopped = new Set<string>();
  /** Results that were in a batch with which the thread was ended. They are added one by one. */
  readonly #alone = new Set<string>();
  #rules = '';

  /** @param name - distinguishes this comparison from every other comparison */
  constructor(analysis: Pick<StoredAnalysis, 'compareResults' | 'comparison'>, name: string) {
    this.#analysis = analysis;
    this.#name = name;
  }

  /**
   * Compares the results of the given rows.
   *
   * @throws LiveResponseError `databaseFailed`; `analysisStopped` with reason `expression` and the device if the user's
   * own expression took too long on a result
   */
  async compare(rows: readonly RunRow[], { rules, most }: ComparisonRules): Promise<RunComparison> {
    const key = JSON.stringify([rules, rows.map(({ member }) => member.actionId)]);
    if (key !== this.#rules) {
      this.#added.clear();
      this.#stopped.clear();
      this.#alone.clear();
    }
    this.#rules = key;
    const comparison = { id: `${this.#name} ${key}`, rules };
    for (let attempt = 0; attempt < 2; attempt++) {
      await this.#addAll(comparison, rows);
      const found = await this.#analysis.comparison(comparison, most);
      const stopped = rows.flatMap((row, member) => (this.#stopped.has(idOf(row)) ? [member] : []));
      if (found !== undefined && isWhole(found, rows, stopped.length)) {
        return { ...found, uncounted: [...found.uncounted, ...stopped] };
      }
      // Another comparison replaced this comparison, or the thread was started again. All results are sent again.
      this.#added.clear();
    }
    return { groups: [], rareLines: [], moreRareLines: 0, uncounted: [] };
  }

  /**
   * Adds results, several at a time: waiting for the threads after each would take most of the time of a large run. One
   * batch is read while the one before is compared, unless an own expression may end the comparison.
   */
  async #addAll(comparison: ComparisonName, rows: readonly RunRow[]): Promise<void> {
    let batch: Added[] = [];
    let size = 0;
    let before = Promise.resolve();
    const send = async (): Promise<void> => {
      const [first, ...others] = batch;
      if (first === undefined) return;
      const adding = this.#add(comparison, [first, ...others]);
      // Its failure is told when it is waited for, which may be after that of the batch before.
      adding.catch(() => undefined);
      [batch, size] = [[], 0];
      const last = comparison.rules.own === undefined ? before : adding;
      before = adding;
      await last;
    };
    try {
      for (const [member, row] of rows.entries()) {
        const id = idOf(row);
        if (!hasResult(row) || this.#added.has(id) || this.#stopped.has(id)) continue;
        if (this.#alone.has(id)) {
          await this.#add(comparison, [{ member, row }]);
          continue;
        }
        batch.push({ member, row });
        size += row.facts.size;
        if (batch.length >= MOST_AT_ONCE || size >= MOST_BYTES_AT_ONCE) await send();
      }
      await send();
      await before;
    } catch (error) {
      // The caller may begin another comparison at once, and the two would replace each other in the thread.
      await before.catch(() => undefined);
      throw error;
    }
  }

  async #add(comparison: ComparisonName, batch: readonly [Added, ...Added[]]): Promise<void> {
    try {
      await this.#analysis.compareResults(
        comparison,
        batch.map(({ member, row }) => ({ ref: row.ref, compared: { member, names: namesOf(row) } })),
      );
      for (const { row } of batch) this.#added.add(idOf(row));
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'analysisStopped') throw error;
      // The thread was ended, so the other results are sent again.
      this.#added.clear();
      if (batch.length > 1) {
        // One of them is hostile, or all together take too long. The same batch would end the thread again.
        for (const { row } of batch) this.#alone.add(idOf(row));
        for (const one of batch) await this.#add(comparison, [one]);
        return;
      }
      const [only] = batch;
      // The next results would probably take as long: with 200 hosts, the comparison would hang for a quarter of an hour.
      if (comparison.rules.own !== undefined && error.values.reason === 'time') {
        throw new LiveResponseError('analysisStopped', { reason: 'expression', host: only.row.member.host });
      }
      // A hostile result is left out, and the run is compared without it.
      this.#stopped.add(idOf(only.row));
    }
  }
}

function idOf({ ref }: RunRow): string {
  return `${ref.actionId}#${ref.commandIndex}`;
}

/** Whether a comparison contains all results. @param stopped - number of results that are left out */
function isWhole({ groups }: RunComparison, rows: readonly RunRow[], stopped: number): boolean {
  return groups.reduce((sum, { members }) => sum + members.length, stopped) >= rows.filter(hasResult).length;
}

/** Returns the device's own names: the short name and the full name. */
function namesOf({ member }: RunRow): string[] {
  return [...new Set([member.host, member.device])];
}
