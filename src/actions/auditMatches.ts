import { parseServerTime } from '../base/serverTime.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { parameterOf } from '../model/machineAction.ts';

/** Longest time between an action's creation and its record, ms. */
const WINDOW_MS = 2 * 60_000;
/** Longest time between the creation of a session and the collection of a file in it, ms: the queue, and a margin. */
const SESSION_MS = 3 * 60 * 60_000;

/** Longest time from the creation of an action to a record of it, ms. A record of another kind has no action. */
export const MOST_BEFORE_MS = { api: WINDOW_MS, file: SESSION_MS, console: 0, other: 0 };

/** The time of which all actions are loaded, ms since 1970. */
export interface LoadedTime {
  readonly from: number;
  readonly to: number;
  /** Lower-case ID of the one device of which they are loaded; undefined for all devices. */
  readonly deviceId?: string;
}

/** Time and device that a query asked for. Of an export they are not known. */
export interface AskedFor {
  /** Start of the time, ms since 1970. */
  readonly from: number;
  /** Lower-case ID of the one device; undefined for all devices. */
  readonly deviceId: string | undefined;
}

/** Records and the actions that they probably belong to. */
export interface AuditMatches {
  /** Records of sessions from a time of which not all actions are loaded, so that nothing is known of their action. */
  readonly notLoaded: ReadonlySet<AuditRecord>;
  /** The action of a record, if there is one. It is a probability: no field of a record names the action. */
  readonly actionOf: ReadonlyMap<AuditRecord, MachineAction>;
  /** Sessions that a program started on these devices, within the records' time, and that have no record. */
  readonly withoutRecord: readonly MachineAction[];
}

/** An action with the time of its creation, ms since 1970. */
interface TimedAction {
  readonly action: MachineAction;
  readonly created: number;
}

type ByDevice = ReadonlyMap<string, readonly TimedAction[]>;

/**
 * Matches records with actions by device, time and script. Each session of a program has one record, so that an action
 * is matched once. On each device the oldest record takes the oldest action that fits, so that as many as possible have
 * a counterpart. A collected file belongs to the session that collected it.
 *
 * @param loaded - the times of which all actions are loaded
 * @param asked - what the records were asked for. Without it, only devices and times of which there are records count
 */
export function matchRecords(
  records: readonly AuditRecord[],
  actions: readonly MachineAction[],
  loaded: readonly LoadedTime[],
  asked?: AskedFor,
): AuditMatches {
  const byDevice = groupByDevice(actions);
  const byFile = groupByFile(byDevice);
  const actionOf = new Map<AuditRecord, MachineAction>();
  const taken = new Set<string>();
  const sorted = records.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
  for (const record of sorted) {
    if (record.kind !== 'api' || record.at === undefined) continue;
    const near = between(actionsOf(record, byDevice), record.at - WINDOW_MS, record.at + WINDOW_MS);
    const found = near.find(({ action }) => !taken.has(action.id) && namesScript(record, action));
    if (found === undefined) continue;
    actionOf.set(record, found.action);
    taken.add(found.action.id);
  }
  for (const record of sorted) {
    const action = record.kind === 'file' ? collectorOf(record, byFile) : undefined;
    if (action !== undefined) actionOf.set(record, action);
  }
  const isLoaded = ({ kind, at, deviceId }: AuditRecord): boolean =>
    // Of a record without a time nothing more can be loaded.
    at === undefined || isWithin(loaded, { deviceId, from: at - MOST_BEFORE_MS[kind], to: at + WINDOW_MS });
  const notLoaded = records.filter(
    (record) => (record.kind === 'api' || record.kind === 'file') && !actionOf.has(record) && !isLoaded(record),
  );
  return { actionOf, notLoaded: new Set(notLoaded), withoutRecord: withoutRecord(records, actions, taken, asked) };
}

/** Whether all actions of a time are loaded, of all devices or of this one. */
export function isWithin(loaded: readonly LoadedTime[], { from, to, deviceId }: Required<LoadedTime>): boolean {
  return loaded.some(
    (time) => time.from <= from && to <= time.to && (time.deviceId === undefined || time.deviceId === deviceId),
  );
}

/** Whether the record's commands name a script of the action. A record that names no command contradicts none. */
function namesScript({ commandsWhole }: AuditRecord, action: MachineAction): boolean {
  if (commandsWhole === '') return true;
  const said = commandsWhole.toLowerCase();
  return action.commands.some((command) =>
    ['ScriptName', 'FileName', 'Path'].some((key) => {
      const name = parameterOf(command, key)?.toLowerCase() ?? '';
      // A record may write a path as JSON does.
      return holdsName(said, name) || holdsName(said, name.replaceAll('\\', '\\\\'));
    }),
  );
}

/** Whether a text holds a name as a whole: `a.ps1` does not stand in `data.ps1`. */
function holdsName(text: string, name: string): boolean {
  if (name === '') return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\p{L}\p{N}_.-]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}_-]/u.test(text[at + name.length] ?? ' '))
      return true;
  }
  return false;
}

function collectorOf(record: AuditRecord, byFile: ByDevice): MachineAction | undefined {
  const { at, fileName } = record;
  const wanted = baseName(fileName).toLowerCase();
  if (at === undefined || wanted === '') return undefined;
  const own = actionsOf(record, byFile, wanted);
  return between(own, at - SESSION_MS, at + WINDOW_MS).find(({ action, created }) => {
    const end = parseServerTime(action.lastUpdateDateTimeUtc) ?? created;
    return at <= end + WINDOW_MS;
  })?.action;
}

/** Returns the actions on the devices of the records, within their time, that have no record. */
function withoutRecord(
  records: readonly AuditRecord[],
  actions: readonly MachineAction[],
  taken: ReadonlySet<string>,
  asked: AskedFor | undefined,
): MachineAction[] {
  // An export of files or of console sessions alone says nothing of sessions that a program started.
  const own = records.filter(({ kind }) => kind === 'api');
  const times = own.flatMap(({ at }) => at ?? []);
  // A query may be limited to some devices and days, so nothing is said of others.
  const first = asked?.from ?? times.reduce((one, other) => Math.min(one, other), Infinity);
  // Records come late, so nothing is said of actions that are newer than the newest record.
  const last = times.reduce((one, other) => Math.max(one, other), -Infinity);
  const recorded = own.flatMap(({ deviceId, device }) => [deviceId, device.toLowerCase()]).filter(Boolean);
  const devices = new Set(asked?.deviceId === undefined ? recorded : [asked.deviceId]);
  const isAsked = (action: MachineAction): boolean =>
    (asked !== undefined && asked.deviceId === undefined) || namesOf(action).some((name) => devices.has(name));
  return actions.filter((action) => {
    const created = parseServerTime(action.creationDateTimeUtc);
    if (action.type !== 'LiveResponse' || taken.has(action.id) || created === undefined) return false;
    return created >= first && created <= last && isAsked(action);
  });
}

/** Returns the actions on a record's device. Its name counts only if the record has no ID: a device chooses its name. */
function actionsOf({ deviceId, device }: AuditRecord, byDevice: ByDevice, suffix = ''): readonly TimedAction[] {
  return byDevice.get(`${deviceId === '' ? device.toLowerCase() : deviceId}\n${suffix}`) ?? [];
}

/** Returns the actions of each device by its ID and by its name, oldest first. */
function groupByDevice(actions: readonly MachineAction[]): ByDevice {
  const byDevice = new Map<string, TimedAction[]>();
  for (const action of actions) {
    const created = parseServerTime(action.creationDateTimeUtc);
    if (action.type !== 'LiveResponse' || created === undefined) continue;
    for (const name of namesOf(action)) push(byDevice, `${name}\n`, { action, created });
  }
  for (const own of byDevice.values()) own.sort((one, other) => one.created - other.created);
  return byDevice;
}

/** Returns the actions of each device that collected a file, by the name of the file, oldest first. */
function groupByFile(byDevice: ByDevice): ByDevice {
  const byFile = new Map<string, TimedAction[]>();
  for (const [device, own] of byDevice) {
    for (const timed of own) {
      const files = timed.action.commands.flatMap((command) => parameterOf(command, 'Path') ?? []);
      for (const file of new Set(files.map((path) => baseName(path).toLowerCase())))
        push(byFile, `${device}${file}`, timed);
    }
  }
  return byFile;
}

function push(map: Map<string, TimedAction[]>, key: string, timed: TimedAction): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [timed]);
  else known.push(timed);
}

/** Returns the actions that were created within a time, by binary search: a device can have thousands of them. */
function between(actions: readonly TimedAction[], from: number, to: number): readonly TimedAction[] {
  let low = 0;
  for (let high = actions.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.created ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < actions.length && (actions[end]?.created ?? Infinity) <= to) end++;
  return actions.slice(low, end);
}

function namesOf({ machineId, computerDnsName }: MachineAction): string[] {
  return [machineId, computerDnsName].flatMap((name) => (name === null ? [] : [name.toLowerCase()]));
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}
