import type { Said } from './evidenceSource.ts';
import { makeNameVisible } from '../text/visible.ts';

/** Device and times that a hunting query is limited to. */
export interface HuntingScope {
  /** Device, script and ids, for the query's first line. */
  readonly title: string;
  readonly machineId: Said;
  readonly device: Said;
  /** The server's times for the command's start, the most likely first. The first valid time is used, verbatim. */
  readonly starts: readonly Said[];
  readonly ends: readonly Said[];
}

/** Tables of advanced hunting that contain events of devices. */
const TABLES = [
  'DeviceEvents',
  'DeviceFileEvents',
  'DeviceImageLoadEvents',
  'DeviceLogonEvents',
  'DeviceNetworkEvents',
  'DeviceProcessEvents',
  'DeviceRegistryEvents',
];

/**
 * Builds a query for all events of a device in advanced hunting, from five minutes before a command to five minutes
 * after it. Ends with a line end.
 *
 * @returns undefined if the device or the time is unknown
 */
export function buildHuntingQuery({ title, machineId, device, starts, ends }: HuntingScope): string | undefined {
  const start = firstTime(starts);
  const end = firstTime(ends) ?? start;
  const whose = machineId ? `DeviceId == ${quote(machineId)}` : device ? `DeviceName =~ ${quote(device)}` : undefined;
  if (start === undefined || end === undefined || whose === undefined) return undefined;
  return [
    `// ${makeNameVisible(title).text}`,
    `let Started = datetime(${start});`,
    `let Ended = datetime(${end});`,
    `union isfuzzy=true withsource=Table ${TABLES.join(', ')}`,
    '| where Timestamp between ((Started - 5m) .. (Ended + 5m))',
    `| where ${whose}`,
    '| sort by Timestamp asc',
    '',
  ].join('\n');
}

/**
 * Returns the first valid time, verbatim, with all seven fraction digits. If the API wrote no time zone, adds `Z`,
 * because the API means UTC.
 */
function firstTime(times: readonly Said[]): string | undefined {
  const time = times.find((one) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)?$/u.test(one ?? ''),
  );
  if (time === null || time === undefined) return undefined;
  return /[Z+]|-\d\d:\d\d$/u.test(time.slice(19)) ? time : `${time}Z`;
}

/**
 * Writes a text as a string of the query language. A backslash and a quotation mark are escaped with a backslash. Any
 * character outside printable ASCII is written as its number.
 */
function quote(text: string): string {
  const safe = text.replace(/[\\"]|[^\x20-\x7e]/gu, (character) =>
    character === '\\' || character === '"' ? `\\${character}` : inUnits(character),
  );
  return `"${safe}"`;
}

function inUnits(character: string): string {
  let units = '';
  for (let at = 0; at < character.length; at++) {
    units += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return units;
}
