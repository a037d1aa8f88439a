import { isGuid } from '../../evidence/uri.ts';
import type { ResultRef } from '../../evidence/uri.ts';
import type { RunRecord } from '../runFetch.ts';

/** Reads which results a run is of; undefined where the text is not the record of a run. */
export function readRun(json: string): ResultRef[] | undefined {
  let record: Partial<RunRecord> | null;
  try {
    record = JSON.parse(json) as Partial<RunRecord> | null;
  } catch {
    return undefined;
  }
  const run = record?.run;
  if (!Array.isArray(run?.members)) return undefined;
  return run.members.flatMap((member) => (isGuid(member.actionId) ? { ...run.tenant, ...member } : []));
}
