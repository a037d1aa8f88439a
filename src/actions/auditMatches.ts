import { parseServerTime } from '../base/serverTime.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { parameterOf } from '../model/machineAction.ts';

/** Longest time between an action's creation and its record, ms. */
const WINDOW_MS = 2 * 60_000;

/** Longest time between the creation of a session and the collection of a file in it, ms: the queue, and a margin. */
const SESSION_MS = 3 * 60 * 60_000;

/** An action with the time of its creation, ms since 1970. */
interface TimedAction {
  readonly action: MachineAction;
  readonly created: number;
}

type ByDevice = ReadonlyMap<string, readonly TimedAction[]>;

/** Records and the actions that they probably belong to. */
export interface AuditMatches {
  /** Records of sessions from a time of which not all actions are loaded, so that nothing is known of their action. */
  readonly notLoaded: ReadonlySet<AuditRecord>;
  /** The action of a record, if there is one. It is a probability: no field of a record names the action. */
  readonly actionOf: ReadonlyMap<AuditRecord, MachineAction>;
  /** Sessions that a program started on these devices, within the records' time, and that have no record. */
  readonly withoutRecord: readonly MachineAction[];
}

/**
 * Matches records with actions by device, time and script. Each session of a program has one record, so that an action
 * is matched once. A collected file belongs to the session that collected it.
 *
 * @param wholeSince - time from which on all actions are loaded, ms since 1970; Infinity if none are
 */
export function matchRecords(
  records: readonly AuditRecord[],
  actions: readonly MachineAction[],
  wholeSince: number,
): AuditMatches {
  const byDevice = groupByDevice(actions);
  const actionOf = new Map<AuditRecord, MachineAction>();
  const taken = new Set<string>();
  const pairs = records
    .filter(({ kind }) => kind === 'api')
    .flatMap((record) => candidates(record, byDevice).map((found) => ({ record, ...found })))
    .sort((one, other) => one.distance - other.distance);
  for (const { record, action } of pairs) {
    if (actionOf.has(record) || taken.has(action.id)) continue;
    actionOf.set(record, action);
    taken.add(action.id);
  }
  for (const record of records.filter(({ kind }) => kind === 'file')) {
    const action = collectorOf(record, byDevice);
    if (action !== undefined) actionOf.set(record, action);
  }
  const notLoaded = new Set(
    records.filter(
      (record) =>
        (record.kind === 'api' || record.kind === 'file') &&
        !actionOf.has(record) &&
        (record.at === undefined || record.at < wholeSince + WINDOW_MS),
    ),
  );
  return { actionOf, notLoaded, withoutRecord: withoutRecord(records, actions, taken) };
}

function candidates(
  record: AuditRecord,
  byDevice: ByDevice,
): { readonly action: MachineAction; readonly distance: number }[] {
  const { at } = record;
  if (at === undefined) return [];
  return between(actionsOf(record, byDevice), at - WINDOW_MS, at + WINDOW_MS)
    .filter(({ action }) => namesScript(record, action))
    .map(({ action, created }) => ({ action, distance: Math.abs(created - at) }));
}

/** Whether the record's commands name a script of the action. A record that names no command contradicts none. */
function namesScript({ commands }: AuditRecord, action: MachineAction): boolean {
  if (commands === '') return true;
  const said = commands.toLowerCase();
  return action.commands.some((command) =>
    ['ScriptName', 'FileName', 'Path'].some((key) => {
      const name = parameterOf(command, key)?.toLowerCase() ?? '';
      // A record may write a path as JSON does.
      return name !== '' && (said.includes(name) || said.includes(name.replaceAll('\\', '\\\\')));
    }),
  );
}

function collectorOf(record: AuditRecord, byDevice: ByDevice): MachineAction | undefined {
  const { at, fileName } = record;
  if (at === undefined || fileName === '') return undefined;
  const wanted = baseName(fileName).toLowerCase();
  return between(actionsOf(record, byDevice), at - SESSION_MS, at + WINDOW_MS).find(({ action, created }) => {
    const end = parseServerTime(action.lastUpdateDateTimeUtc) ?? created;
    return (
      at <= end + WINDOW_MS &&
      action.commands.some((command) => baseName(parameterOf(command, 'Path') ?? '').toLowerCase() === wanted)
    );
  })?.action;
}

/** Returns the actions on the devices of the records, within their time, that have no record. */
function withoutRecord(
  records: readonly AuditRecord[],
  actions: readonly MachineAction[],
  taken: ReadonlySet<string>,
): MachineAction[] {
  const times = records.flatMap(({ at }) => at ?? []);
  // A query may be limited to some devices and days, so nothing is said of others.
  const first = times.reduce((one, other) => Math.min(one, other), Infinity);
  const last = times.reduce((one, other) => Math.max(one, other), -Infinity);
  const devices = new Set(records.flatMap(({ deviceId, device }) => [deviceId, device.toLowerCase()]).filter(Boolean));
  return actions.filter((action) => {
    const created = parseServerTime(action.creationDateTimeUtc);
    if (action.type !== 'LiveResponse' || taken.has(action.id) || created === undefined) return false;
    return created >= first && created <= last && namesOf(action).some((name) => devices.has(name));
  });
}

function actionsOf({ deviceId, device }: AuditRecord, byDevice: ByDevice): readonly TimedAction[] {
  return byDevice.get(deviceId) ?? byDevice.get(device.toLowerCase()) ?? [];
}

/** Returns the actions of each device by its ID and by its name, oldest first. */
function groupByDevice(actions: readonly MachineAction[]): ByDevice {
  const byDevice = new Map<string, TimedAction[]>();
  for (const action of actions) {
    const created = parseServerTime(action.creationDateTimeUtc);
    if (action.type !== 'LiveResponse' || created === undefined) continue;
    for (const name of namesOf(action)) {
      const known = byDevice.get(name);
      if (known === undefined) byDevice.set(name, [{ action, created }]);
      else known.push({ action, created });
    }
  }
  for (const own of byDevice.values()) own.sort((one, other) => one.created - other.created);
  return byDevice;
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
