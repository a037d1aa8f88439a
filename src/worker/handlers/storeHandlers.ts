import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { KeptResults } from '../../storage/keptResults.ts';
import type { ListedRow } from '../../storage/resultRow.ts';
import type { PurgeRule, StoreCalls } from '../storeCalls.ts';
import { parseFacts } from '../storedShapes.ts';

type Handlers = {
  readonly [Method in keyof StoreCalls]: (...args: StoreCalls[Method]['args']) => StoreCalls[Method]['answer'];
};

/** Functions for the records that windows share in addition to results. */
interface SharedParts {
  /** Deletes the records about results. */
  readonly forget: (refs: readonly ResultRef[]) => void;
  readonly removeAll: () => void;
}

/**
 * Creates the handlers for complete results.
 *
 * @param onDeleted - called after results were deleted, so that the caller drops its copies of them
 * @param shared - functions for the records that windows share in addition to results
 */
export function createStoreHandlers(results: KeptResults, onDeleted: () => void, shared: SharedParts): Handlers {
  const deleteRows = (keys: readonly string[]): void => {
    // Other rows in results.db that belong to a result are deleted with it: see TABLES_OF_A_RESULT. `forget` deletes
    // the rows in shared.db.
    results.delete(keys);
    onDeleted();
  };
  return {
    storedBytes: () => kept(results).reduce((sum, { size }) => sum + size, 0),
    stored: () =>
      results.sizes().flatMap(({ key, size, quoted }) => {
        const facts = parseFacts(results.facts(key) ?? '');
        return facts === undefined ? [] : [{ facts, size, quoted }];
      }),
    quoteResult: (ref) => {
      results.quote(resultKey(ref), Date.now());
      return undefined;
    },
    deleteResults: (refs) => {
      // The records that name the results are deleted first. If that fails, no result is deleted, and the person can
      // try again.
      shared.forget(refs);
      deleteRows(refs.map(resultKey));
      return undefined;
    },
    purge: (rule) => {
      const keys = findPurged(kept(results), rule, Date.now()).map(({ key }) => key);
      if (keys.length > 0) deleteRows(keys);
      return keys;
    },
    changedElsewhere: () =>
      results.changedElsewhere()
        ? results.sizes().map(({ key, fetchedAt }): [string, number] => [key, fetchedAt])
        : undefined,
    removeAll: () => {
      results.clear();
      onDeleted();
      shared.removeAll();
      return undefined;
    },
  };
}

/** Returns the rows to which the person's limits apply. A pack must not push results out, and its age is its own. */
function kept(results: KeptResults): ListedRow[] {
  return results.sizes().filter(({ key }) => !key.startsWith('pack|'));
}

/** Finds the rows that the rule removes. @param rows - newest first */
function findPurged(rows: readonly ListedRow[], { maxBytes, maxAge, except }: PurgeRule, now: number): ListedRow[] {
  const kept = except === undefined ? undefined : resultKey(except);
  let excess = rows.reduce((sum, { size }) => sum + size, 0) - (maxBytes ?? Infinity);
  return rows.toReversed().filter((row) => {
    if (row.quoted || row.key === kept) return false;
    const goes = excess > 0 || now - row.fetchedAt > (maxAge ?? Infinity);
    if (goes) excess -= row.size;
    return goes;
  });
}
