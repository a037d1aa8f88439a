import type { AuditTrail } from '../../actions/auditTrail.ts';
import type { AuditRecord } from '../../evidence/audit/auditRecords.ts';

/**
 * Returns the record that a link of its page passes as `{ record: { sha256, place } }`, or that a row shows; undefined
 * for anything else, and if its trail is not open any more.
 */
export function recordOfLink(trail: Pick<AuditTrail, 'record'>, argument: unknown): AuditRecord | undefined {
  if (typeof argument !== 'object' || argument === null || !('record' in argument)) return undefined;
  const { record } = argument;
  if (typeof record !== 'object' || record === null || !('sha256' in record) || !('place' in record)) return undefined;
  const { sha256, place } = record;
  return typeof sha256 === 'string' && typeof place === 'number' ? trail.record({ sha256, place }) : undefined;
}
