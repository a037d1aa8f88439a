import type { NormaliseRules } from '../evidence/normalise.ts';
import type { ResultStore } from './resultStore.ts';
import type { RunComparison } from './runGroups.ts';
import { hasResult } from './runRows.ts';
import type { RunRow } from './runRows.ts';

/** How results are compared, and from how many hosts on a line is no longer rare. */
export interface ComparisonRules {
  readonly rules: NormaliseRules;
  readonly most: number;
}

/** Compares the results of one run in the worker, only those that are new since the last time. */
export class RunComparer {
  readonly #store: Pick<ResultStore, 'call'>;
  readonly #name: string;
  readonly #added = new Set<string>();
  #rules = '';

  /** @param name - tells this comparison from every other */
  constructor(store: Pick<ResultStore, 'call'>, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** @throws LiveResponseError `databaseFailed` */
  async compare(rows: readonly RunRow[], { rules, most }: ComparisonRules): Promise<RunComparison> {
    const key = JSON.stringify([rules, rows.map(({ member }) => member.actionId)]);
    if (key !== this.#rules) this.#added.clear();
    this.#rules = key;
    const comparison = { id: `${this.#name} ${key}`, rules };
    for (let attempt = 0; attempt < 2; attempt++) {
      for (const [member, row] of rows.entries()) {
        const id = `${row.ref.actionId}#${row.ref.commandIndex}`;
        if (!hasResult(row) || this.#added.has(id)) continue;
        await this.#store.call('compareResult', comparison, { ref: row.ref, member, names: namesOf(row) });
        this.#added.add(id);
      }
      const found = await this.#store.call('comparison', comparison, most);
      if (found !== undefined && isWhole(found, rows)) return found;
      // Another comparison took its place meanwhile, or the thread is a new one: from the beginning.
      this.#added.clear();
    }
    return { groups: [], rareLines: [], moreRareLines: 0, uncounted: [] };
  }
}

function isWhole({ groups }: RunComparison, rows: readonly RunRow[]): boolean {
  return groups.reduce((sum, { members }) => sum + members.length, 0) >= rows.filter(hasResult).length;
}

/** The device's own names: the short one and the full one. */
function namesOf({ member }: RunRow): string[] {
  return [...new Set([member.host, member.device])];
}
