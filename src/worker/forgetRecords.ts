import { resultKey, tenantKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { SharedRecords } from '../storage/sharedRecords.ts';
import { refOf } from '../model/run.ts';
import { parseRun } from './storedShapes.ts';

/**
 * Deletes the records in `shared.db` about results that a person has deleted: their actions, their runs, and the text
 * that was copied last if it came from one of them. Other members of a run are found again from their actions.
 */
export function forgetRecords(records: SharedRecords, refs: readonly ResultRef[]): void {
  const keys = new Set(refs.map(resultKey));
  for (const [tenant, of] of Map.groupBy(refs, tenantKey)) {
    records.deleteFound(
      tenant,
      of.map(({ actionId }) => actionId),
    );
  }
  const runs = records.runs().filter(({ json }) => {
    const run = parseRun(json)?.run;
    return run?.members.some((member) => keys.has(resultKey(refOf(run, member)))) ?? true;
  });
  records.deleteRuns(runs.map(({ key }) => key));
  const copied = records.lastCopy(0)?.json ?? '';
  if (refs.some(({ actionId }) => copied.includes(actionId))) records.clearCopy();
  records.tidy();
}
