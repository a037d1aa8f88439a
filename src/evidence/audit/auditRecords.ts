import { hashText } from '../../base/hashText.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import { splitRecords } from './splitRecords.ts';
import type { ExportedRow } from './splitRecords.ts';

/**
 * Kind of a record. `console`: a session of the portal's console. `api`: a session that a program started. `file`: a
 * file that was collected. `other`: any other record; it is kept, because its shape may be one that was never seen.
 */
export type AuditKind = 'console' | 'api' | 'file' | 'other';

/** A record of the audit trail. Every text is remote. Texts that the record lacks are empty. */
export interface AuditRecord {
  readonly kind: AuditKind;
  /** Time of the record, ms since 1970; undefined if it has no time in UTC that can be read. */
  readonly at: number | undefined;
  /** The time as it was written. */
  readonly timestamp: string;
  readonly actionType: string;
  readonly who: string;
  readonly deviceId: string;
  readonly device: string;
  readonly clientIp: string;
  readonly comment: string;
  readonly commands: string;
  readonly fileName: string;
  /** SHA-256 of the collected file, as the record states it. */
  readonly fileSha256: string;
  /** Fields that this version does not know, in their order. */
  readonly others: readonly (readonly [name: string, value: string])[];
  /** The record as received, and the SHA-256 of this text in UTF-8. */
  readonly raw: string;
  readonly sha256: string;
  /** Number of the record in its file, from 1. */
  readonly place: number;
}

/** Records of one export. */
export interface AuditExport {
  readonly records: readonly AuditRecord[];
  /** Number of rows that could not be read, or are more than are kept. */
  readonly left: number;
}

/** Largest number of records that are kept. Advanced hunting answers at most 100,000 rows. */
export const MOST_RECORDS = 100_000;
/** Longest text of a field, in UTF-16 units. The record as received is complete. */
const LONGEST = 4000;
/** Largest number of fields of a record that this version does not know. */
const MOST_OTHERS = 100;

const KINDS: ReadonlyMap<string, AuditKind> = new Map([
  ['runliveresponsesession', 'console'],
  ['runliveresponseapi', 'api'],
  ['liveresponsegetfile', 'file'],
]);

/** Names of each fact, the most certain first. `raw.` stands for a field of `RawEventData`. Source: api-facts §4. */
const NAMES = {
  timestamp: ['raw.CreationTime', 'Timestamp', 'TimeGenerated'],
  actionType: ['ActionType', 'raw.Operation'],
  who: ['raw.UserId', 'AccountDisplayName', 'AccountId'],
  deviceId: ['raw.DeviceId', 'DeviceId'],
  device: ['raw.DeviceName', 'DeviceName'],
  clientIp: ['raw.ClientIP', 'IPAddress'],
  comment: ['raw.ActionComment'],
  commands: ['raw.CommandsString', 'raw.Commands'],
  fileName: ['raw.FileName'],
  fileSha256: ['raw.FileSHA256'],
} as const;

/** Fields that say the same in every record, or are shown elsewhere. */
const SILENT: ReadonlySet<string> = new Set([
  'raweventdata',
  'raw.operation',
  'timestamp',
  'timegenerated',
  'ipaddress',
]);

/**
 * Reads the records of an export of advanced hunting.
 *
 * @returns undefined if the text is no export of rows
 */
export function readAuditExport(text: string): AuditExport | undefined {
  const split = splitRecords(text, MOST_RECORDS);
  if (split === undefined) return undefined;
  return { records: split.rows.map((row, index) => toRecord(row, index + 1)), left: split.more };
}

function toRecord({ fields, raw }: ExportedRow, place: number): AuditRecord {
  const all = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), { name, value }]));
  const event = readEvent(all.get('raweventdata')?.value);
  for (const [name, value] of Object.entries(event)) all.set(`raw.${name.toLowerCase()}`, { name, value });
  const used = new Set<string>();
  const read = (fact: keyof typeof NAMES): string => {
    for (const name of NAMES[fact]) {
      const key = name.toLowerCase();
      const found = toText(all.get(key)?.value);
      if (found === '') continue;
      used.add(key);
      return found;
    }
    return '';
  };
  const timestamp = read('timestamp');
  const actionType = read('actionType');
  const known = {
    timestamp,
    actionType,
    who: read('who'),
    deviceId: read('deviceId').toLowerCase(),
    device: read('device'),
    clientIp: read('clientIp'),
    comment: read('comment'),
    commands: read('commands'),
    fileName: read('fileName'),
    fileSha256: read('fileSha256').toLowerCase(),
  };
  const others = [...all]
    .filter(([key, { value }]) => !used.has(key) && !SILENT.has(key) && toText(value) !== '')
    .slice(0, MOST_OTHERS)
    .map(([, { name, value }]) => [name.slice(0, LONGEST), toText(value)] as const);
  return {
    ...known,
    kind: KINDS.get(actionType.toLowerCase()) ?? 'other',
    at: parseServerTime(timestamp),
    others,
    raw,
    sha256: hashText(raw),
    place,
  };
}

/** Reads `RawEventData`, which is an object, or an object written as a text. */
function readEvent(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  if (typeof value !== 'string') return {};
  try {
    const read = JSON.parse(value) as unknown;
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function toText(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
