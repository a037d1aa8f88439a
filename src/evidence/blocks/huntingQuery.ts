import type { Said } from './evidenceSource.ts';
import { makeNameVisible } from '../text/visible.ts';

/** Whose events, and around what. */
export interface HuntingScope {
  /** Device, script and ids, for the first line. */
  readonly title: string;
  readonly machineId: Said;
  readonly device: Said;
  /** The server's times, the likeliest first; the first that is a time is taken, as it is written. */
  readonly starts: readonly Said[];
  readonly ends: readonly Said[];
}

/** Tables of advanced hunting that hold what happens on a device. */
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
 * A query for everything that advanced hunting has of a device, from five minutes before a command to five after it.
 * Ends with a line end.
 *
 * @returns undefined where neither the device nor its time is known
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

/** Verbatim, with the zone that the API means where it writes none: seven digits of a second are kept. */
function firstTime(times: readonly Said[]): string | undefined {
  const time = times.find((one) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)?$/u.test(one ?? ''),
  );
  if (time === null || time === undefined) return undefined;
  return /[Z+]|-\d\d:\d\d$/u.test(time.slice(19)) ? time : `${time}Z`;
}

/** A string of the query language: what ends one, and what is no plain character, by its number. */
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
