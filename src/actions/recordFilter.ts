import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { foldedPattern } from '../evidence/text/foldCase.ts';
import { UNKNOWN_ACTION } from '../model/machineAction.ts';
import { toPredicate } from './actionFilter.ts';
import type { ActionFilter } from './actionFilter.ts';

/**
 * Returns a function that tests a record of the audit trail for the conditions of a filter for actions. A record that
 * cannot answer a condition does not meet it: it has no state, no result and no marks, and only that of a program's
 * session names scripts.
 *
 * @param now - ms since 1970
 */
export function toRecordTest(filter: ActionFilter, now: number): (record: AuditRecord) => boolean {
  const { statuses, exitCode, reviewed, tag, remarked, script, ...answered } = filter;
  if ([statuses, exitCode, reviewed, tag, remarked].some((condition) => condition !== undefined)) return () => false;
  const isWanted = toPredicate(answered, now);
  const wanted = script === undefined ? undefined : foldedPattern(script);
  return ({ kind, at, who, comment, deviceId, device, commands }) =>
    (wanted === undefined || (kind === 'api' && wanted.test(commands))) &&
    isWanted({
      ...UNKNOWN_ACTION,
      requestor: who,
      requestorComment: comment,
      machineId: deviceId || null,
      computerDnsName: device || null,
      creationDateTimeUtc: at === undefined ? '' : new Date(at).toISOString(),
    });
}
