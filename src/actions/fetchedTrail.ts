import type { ResultRef } from '../base/resultUri.ts';
import { MOST_RECORDS } from '../evidence/audit/auditRecords.ts';
import type { AuditExport } from '../evidence/audit/auditRecords.ts';
import type { OpenedTrail } from './auditTrail.ts';

/** Time and device that a trail is asked for. Without a device it is for all devices. */
export interface AuditScope {
  readonly days: number;
  readonly device: { readonly machineId: string; readonly name: string } | undefined;
}

const DAY_MS = 24 * 60 * 60_000;
/**
 * Time after the start of the asked time from which on all records are expected, ms: the server counts the days back from
 * a moment that is not exactly known, and a record can be two minutes from its action.
 */
const MARGIN_MS = 10 * 60_000;

/**
 * Describes a trail that Microsoft Graph answered with: what it was asked for, and whether it holds all of that. Only
 * then can the absence of a record mean something. A row that could not be read, or that names no time or no device by
 * its ID, may be the missing one.
 *
 * @param receivedAt - time of the answer, ms since 1970
 */
export function toFetchedTrail(
  { cloud, tenantId }: Pick<ResultRef, 'tenantId'> & NonNullable<OpenedTrail['tenant']>,
  { days, device }: AuditScope,
  receivedAt: number,
  found: AuditExport,
): OpenedTrail {
  const from = receivedAt - days * DAY_MS;
  const minute = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`;
  const whose = device === undefined ? 'all devices' : `device ${device.name} (${device.machineId})`;
  // The service answers with as many rows as are kept, at most.
  const mayBeCut = found.records.length + found.left >= MOST_RECORDS;
  const isClear = found.records.every(
    ({ kind, at, deviceId }) => kind !== 'api' || (at !== undefined && deviceId !== ''),
  );
  const asked = { from: from + MARGIN_MS, deviceId: device?.machineId.toLowerCase() };
  return {
    ...found,
    // English, because notes hold it.
    source: `Microsoft Graph, tenant ${tenantId}, ${whose}, ${minute(from)} to ${minute(receivedAt)}`,
    tenant: { cloud, tenantId },
    openedAt: receivedAt,
    mayBeCut,
    ...(!mayBeCut && found.left === 0 && isClear && { asked }),
  };
}
