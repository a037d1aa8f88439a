import type { IndicatorKind } from '../indicators/kinds.ts';
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

/** Records of the audit trail about live response. Source: api-facts §4. */
const SESSION_ACTIONS = ['RunLiveResponseSession', 'RunLiveResponseApi', 'LiveResponseGetFile'];

/**
 * Builds a query for the sessions of live response on a device, or on all devices, as the audit trail records them.
 *
 * @param machineId - undefined for all devices
 * @param days - number of days; advanced hunting keeps 30
 */
export function sessionsQuery(machineId: string | undefined, days: number): string {
  return [
    'CloudAppEvents',
    `| where Timestamp > ago(${days}d)`,
    `| where ActionType in (${SESSION_ACTIONS.map(quote).join(', ')})`,
    ...(machineId === undefined || machineId === ''
      ? []
      : [`| where tostring(RawEventData.DeviceId) =~ ${quote(machineId)}`]),
    '| project Timestamp, ActionType, AccountDisplayName, IPAddress, RawEventData',
    '| sort by Timestamp desc',
  ].join('\n');
}

/**
 * Builds the query of {@link sessionsQuery} for a person who runs it in the portal, with comments. Ends with a line end.
 *
 * @param device - undefined for all devices
 */
export function buildSessionsQuery(
  device: Pick<HuntingScope, 'title' | 'machineId'> | undefined,
  days: number,
): string {
  const title = device === undefined ? 'all devices' : makeNameVisible(device.title).text;
  return [
    `// Sessions of live response: ${title}`,
    '// Needs Defender for Cloud Apps with its Microsoft 365 connector. Export the result and open it here.',
    sessionsQuery(device?.machineId ?? undefined, days),
    '',
  ].join('\n');
}

/**
 * Builds a query for the processes that a script started on Windows: those below Defender's `SenseIR.exe`, around the
 * time of the command. Ends with a line end.
 *
 * @returns undefined if the device or the time is unknown
 */
export function buildProcessQuery({ title, machineId, device, starts, ends }: HuntingScope): string | undefined {
  const start = firstTime(starts);
  const end = firstTime(ends) ?? start;
  const whose = machineId ? `DeviceId == ${quote(machineId)}` : device ? `DeviceName =~ ${quote(device)}` : undefined;
  if (start === undefined || end === undefined || whose === undefined) return undefined;
  return [
    `// What the script did: ${makeNameVisible(title).text}`,
    '// Windows only. Processes below SenseIR.exe, three levels deep; the console host of each is left out.',
    `let Started = datetime(${start});`,
    `let Ended = datetime(${end});`,
    'let Around = DeviceProcessEvents',
    '  | where Timestamp between ((Started - 1m) .. (Ended + 5m))',
    `  | where ${whose}`,
    '  | where FileName !~ "conhost.exe";',
    'let Below = Around',
    '  | where InitiatingProcessFileName =~ "SenseIR.exe" or InitiatingProcessParentFileName =~ "SenseIR.exe";',
    'let Deeper = Around',
    '  | join kind=leftsemi Below on $left.InitiatingProcessId == $right.ProcessId, $left.InitiatingProcessCreationTime == $right.ProcessCreationTime;',
    'union Below, Deeper',
    '| distinct Timestamp, DeviceName, AccountName, FileName, ProcessCommandLine, ProcessId, InitiatingProcessFileName, InitiatingProcessCommandLine, SHA256',
    '| sort by Timestamp asc',
    '',
  ].join('\n');
}

/** Indicator to look for on all devices. */
export interface HuntedIndicator {
  readonly kind: IndicatorKind;
  /** Not defanged. */
  readonly value: string;
}

/** Number of days in which queries for indicators look. Advanced hunting keeps 30 days. */
const DAYS = 7;

/** Builds a query for an indicator on all devices, in the last seven days. Ends with a line end. */
export function buildIndicatorQuery({ kind, value }: HuntedIndicator): string {
  const [tables, condition] = lookUp(kind, value);
  return [
    `// ${makeNameVisible(value).text}`,
    tables.length === 1 ? tables.join('') : `union isfuzzy=true withsource=Table ${tables.join(', ')}`,
    `| where Timestamp > ago(${DAYS}d)`,
    `| where ${condition}`,
    '| sort by Timestamp desc',
    '',
  ].join('\n');
}

/** Returns the tables that name such an indicator, and the condition. Source: Microsoft Learn, "Advanced hunting
 * schema reference". */
function lookUp(kind: IndicatorKind, value: string): [tables: readonly string[], condition: string] {
  const text = quote(value);
  switch (kind) {
    case 'ipv4':
    case 'ipv6':
      return [['DeviceNetworkEvents'], `RemoteIP == ${text} or LocalIP == ${text}`];
    case 'url':
    case 'domain': {
      // A network event may name only the host of an address.
      const host = /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]+)/iu.exec(value)?.[1];
      const orHost = host === undefined ? '' : ` or RemoteUrl =~ ${quote(host)}`;
      const tables = ['DeviceNetworkEvents', 'DeviceEvents', 'DeviceFileEvents'];
      return [tables, `RemoteUrl has ${text} or FileOriginUrl has ${text}${orHost}`];
    }
    case 'email':
      return [['EmailEvents'], `SenderFromAddress =~ ${text} or RecipientEmailAddress =~ ${text}`];
    case 'sha256':
      return [WITH_FILES, `SHA256 =~ ${text} or InitiatingProcessSHA256 =~ ${text}`];
    case 'sha1':
      return [WITH_FILES, `SHA1 =~ ${text} or InitiatingProcessSHA1 =~ ${text}`];
    case 'md5':
      return [WITH_FILES, `MD5 =~ ${text} or InitiatingProcessMD5 =~ ${text}`];
    case 'sha512':
      // No table has a column for this hash.
      return [
        ['DeviceEvents', 'DeviceProcessEvents'],
        `AdditionalFields has ${text} or ProcessCommandLine has ${text}`,
      ];
    case 'path': {
      const end = Math.max(value.lastIndexOf('\\'), value.lastIndexOf('/'));
      const inFolder = `FolderPath =~ ${quote(value.slice(0, end))} and FileName =~ ${quote(value.slice(end + 1))}`;
      return [WITH_FILES, `FolderPath =~ ${text} or (${inFolder}) or InitiatingProcessFolderPath =~ ${text}`];
    }
    case 'registry':
      return [['DeviceRegistryEvents'], registryCondition(value)];
  }
}

/**
 * Returns the condition for a registry key. Defender writes hives in full, and a user's hive by the user's SID, which is
 * not known here.
 */
function registryCondition(value: string): string {
  const [, hive = '', rest = ''] = /^\\?([^\\:]+):?\\?(.*)$/su.exec(value.replace(/^\\REGISTRY\\/iu, '')) ?? [];
  const full = HIVES.get(hive.toUpperCase());
  const key = full === undefined ? rest : `${full}\\${rest}`;
  return full === undefined && rest !== ''
    ? `RegistryKey has ${quote(key)} or PreviousRegistryKey has ${quote(key)}`
    : `RegistryKey startswith ${quote(full === undefined ? value : key)} or PreviousRegistryKey startswith ${quote(full === undefined ? value : key)}`;
}

const HIVES: ReadonlyMap<string, string> = new Map([
  ['HKLM', 'HKEY_LOCAL_MACHINE'],
  ['HKEY_LOCAL_MACHINE', 'HKEY_LOCAL_MACHINE'],
  ['MACHINE', 'HKEY_LOCAL_MACHINE'],
  ['HKCR', 'HKEY_CLASSES_ROOT'],
  ['HKEY_CLASSES_ROOT', 'HKEY_CLASSES_ROOT'],
  ['HKU', 'HKEY_USERS'],
  ['HKEY_USERS', 'HKEY_USERS'],
  ['USER', 'HKEY_USERS'],
]);

const WITH_FILES = ['DeviceFileEvents', 'DeviceImageLoadEvents', 'DeviceProcessEvents', 'DeviceEvents'];

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
