import { textAt } from '../../base/atIndex.ts';
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
  /** The commands without a cut, for comparisons. */
  readonly commandsWhole: string;
  readonly fileName: string;
  /** SHA-256 of the collected file, as the record states it. */
  readonly fileSha256: string;
  /** Fields that this version does not know, in their order. */
  readonly others: readonly (readonly [name: string, value: string])[];
  /** The record as received, and the SHA-256 of this text in UTF-8. */
  readonly raw: string;
  readonly sha256: string;
  /** Number of the row in its file, from 1, without the header. */
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
/** Longest text of a field that is shown, in UTF-16 units. The record as received is complete. */
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
  return { records: split.rows.map(toRecord), left: split.more };
}

function toRecord({ fields, raw, place }: ExportedRow): AuditRecord {
  const all = new Map<string, { readonly name: string; readonly value: unknown }>();
  const add = (prefix: string, entries: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(entries)) {
      // Of names that differ in case only, the first is the known one. The others are shown as they are.
      const key = `${prefix}${name.toLowerCase()}`;
      all.set(all.has(key) ? `${prefix}${name}\n` : key, { name, value });
    }
  };
  add('', fields);
  add('raw.', readEvent(all.get('raweventdata')?.value));
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
  const times = NAMES.timestamp.map((name) => toText(all.get(name.toLowerCase())?.value)).filter((text) => text !== '');
  for (const name of NAMES.timestamp) used.add(name.toLowerCase());
  // The first time that can be read counts. A time without a date and zone that are certain is only shown.
  const timestamp = times.find((text) => timeOf(text) !== undefined) ?? textAt(times, 0);
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
    commandsWhole: wholeText(all, NAMES.commands),
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
    at: timeOf(timestamp),
    others,
    raw,
    sha256: hashText(raw),
    place,
  };
}

function wholeText(all: ReadonlyMap<string, { readonly value: unknown }>, names: readonly string[]): string {
  for (const name of names) {
    const value = all.get(name.toLowerCase())?.value;
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'object' && value !== null) return toJson(value);
  }
  return '';
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
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : toJson(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Writes a value as JSON. A value that is nested too deeply for that is in the record as received. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…';
  }
}

/** A date and a time of day, as ISO 8601 writes them. `Date.parse` alone takes nearly any text with a digit as a time. */
const ISO_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/u;
/** Times before this one are defaults of a server and no facts, ms since 1970. */
const FIRST_TIME = Date.UTC(2000, 0, 1);

/** Reads a time. Without a zone it is UTC, as in the audit log. @returns undefined if it is none, or is impossible */
function timeOf(text: string): number | undefined {
  const [, date = '', clock = '', zone = 'Z'] = ISO_TIME.exec(text.trim()) ?? [];
  const offset = /^([+-]\d\d):?(\d\d)$/u.exec(zone);
  const time = parseServerTime(
    `${date}T${clock}${offset === null ? 'Z' : `${textAt(offset, 1)}:${textAt(offset, 2)}`}`,
  );
  return time === undefined || time < FIRST_TIME || time > FIRST_TIME + 100 * 365 * 86_400_000 ? undefined : time;
}
