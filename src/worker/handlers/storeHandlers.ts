import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { KeptResults } from '../../storage/keptResults.ts';
import type { ListedRow } from '../../storage/resultRow.ts';
import type { PurgeRule, StoreCalls } from '../storeCalls.ts';
import { parseFacts } from '../storedShapes.ts';

type Handlers = {
  readonly [Method in keyof StoreCalls]: (...args: StoreCalls[Method]['args']) => StoreCalls[Method]['answer'];
};

/** Records that windows share besides results. */
interface SharedParts {
  /** Deletes the records of results. */
  readonly forget: (refs: readonly ResultRef[]) => void;
  readonly removeAll: () => void;
}

/**
 * Creates the handlers for results as a whole.
 *
 * @param onDeleted - called after results were deleted, so that nothing remembers them
 * @param shared - records that windows share besides results
 */
export function createStoreHandlers(results: KeptResults, onDeleted: () => void, shared: SharedParts): Handlers {
  const deleteRows = (keys: readonly string[]): void => {
    // Rows in results.db that belong to a result are deleted with it: see TABLES_OF_A_RESULT. `forget` deletes those in
    // the other file.
    results.delete(keys);
    onDeleted();
  };
  return {
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
      // First delete what names them elsewhere: if that fails nothing is deleted, and the person can try again.
      shared.forget(refs);
      deleteRows(refs.map(resultKey));
      return undefined;
    },
    purge: (rule) => {
      const keys = findPurged(results.sizes(), rule, Date.now()).map(({ key }) => key);
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

/** Finds the rows that a rule removes. @param rows - newest first */
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
