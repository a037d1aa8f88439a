import type { FailureCode } from '../base/failures.ts';
import type { FailureValues } from '../base/errors.ts';
import { parseServerTime } from '../base/serverTime.ts';
import type { Machine } from '../defender/machines.ts';
import { supportOf } from './liveResponseSupport.ts';
import type { CommandResult } from './machineAction.ts';
import type { RunMember } from './run.ts';

/** The failure of an attempt to fetch a result. */
export interface NoResultFailure {
  readonly code: FailureCode;
  readonly values: FailureValues;
  /** Time of the attempt, ms since 1970. Failures that an earlier version stored have none. */
  readonly at?: number;
}

/** Everything that is known about a command without a result. No call is made to learn more. Texts are remote. */
export interface NoResultFacts {
  readonly result: CommandResult;
  /** `RunScript`, `GetFile` or `PutFile`; empty if it is not known. */
  readonly commandType: string;
  readonly actionStatus: string;
  /** Time of the action's creation, as the server wrote it. */
  readonly createdAt: string;
  readonly errorHResult: number | null;
  readonly cancelledBy: string | null;
  readonly cancellationComment: string | null;
  readonly commandStatus: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Messages of the device or the service about the command. */
  readonly deviceErrors: readonly string[];
  /** Index of an earlier command of the session that failed, and of one that has not ended. */
  readonly failedBefore: number | undefined;
  readonly runsBefore: number | undefined;
  /** Whether a command of the session began. Then the device has live response, and lets scripts run. */
  readonly hasRunHere: boolean;
  /** The device's record, if a gesture brought it; `gone` if Defender did not know the device. */
  readonly machine: Machine | 'gone' | undefined;
  /** Time at which the record was asked for, ms since 1970. */
  readonly askedAt: number | undefined;
  /** Requestor of another session that ran on the device when the list was read; empty if the requestor is not known. */
  readonly otherSession: string | undefined;
  readonly failure: NoResultFailure | undefined;
  /** The time now, ms since 1970. */
  readonly now: number;
}

/** Code of a reason. */
export type NoResultCode =
  // as it should be
  | 'notFetched'
  | 'byDesign'
  | 'file'
  // not ended
  | 'notStarted'
  | 'notStartedYet'
  | 'queueIsOver'
  | 'otherSession'
  | 'earlierCommand'
  | 'willNotRun'
  | 'deviceSilent'
  | 'lastReport'
  | 'deviceActive'
  | 'running'
  | 'runningLong'
  | 'notFinished'
  // ended before the command
  | 'timedOut'
  | 'cancelled'
  | 'afterFailure'
  | 'sessionFailed'
  | 'neverRan'
  // ended while the command ran
  | 'timedOutRunning'
  | 'cancelledRunning'
  | 'endedRunning'
  // ended, without a result at Defender
  | 'deviceSaid'
  | 'serverSaid'
  | 'maybeSoon'
  | 'neverUploaded'
  | 'none'
  | 'gone'
  | 'pastRetention'
  // about the device
  | 'restricted'
  | 'notListed'
  | 'needsUpdate'
  | 'needsAgent'
  | 'deviceGone'
  // refused
  | 'notAllowed'
  | 'notVisible'
  | 'noPermission'
  | 'failed'
  // the words of a hand-over pack
  | 'packSaid';

/** Origin of a reason. A reason that is only `inferred` is worded as a probability. */
export type NoResultSource = 'documented' | 'seen' | 'inferred';

/** A reason why there is no result. Values are remote text or numbers. */
export interface NoResultReason {
  readonly code: NoResultCode;
  readonly source: NoResultSource;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** Reasons, the most important one first. */
export type NoResultReasons = readonly [NoResultReason, ...NoResultReason[]];

/** Time for which Defender keeps a session for a device that is offline, ms. Source: api-facts §0. */
const QUEUE_MS = 2 * 60 * 60_000;
/** Longest time that a script may run, ms. Source: api-facts §4. */
const SCRIPT_LIMIT_MS = 10 * 60_000;
/** Time after a command's end in which its result can still arrive, ms. Inferred: actions lag by tens of seconds. */
const UPLOAD_MS = 30 * 60_000;
/** Age of a device's last full report from which the device counts as silent, ms. Devices report about once a day. */
const SILENT_MS = 48 * 60 * 60_000;
/** Time for which Defender keeps its data, ms. Source: api-facts §8; for results themselves it is unknown. */
const RETENTION_MS = 180 * 24 * 60 * 60_000;
/** Tag of a device that refuses live response scripts by design. Source: api-facts §3. */
const RESTRICTED_TAG = 'restricted security operations';
/** Times before this one are defaults of a server and no facts, ms since 1970. */
const FIRST_TIME = Date.UTC(2000, 0, 1);

/**
 * Explains why a command has no result: first the reason, then what the device's record adds to it. Decides from facts
 * that are there, and makes no call.
 */
export function noResultReasons(facts: NoResultFacts): NoResultReasons {
  switch (facts.result) {
    case 'none':
      // A file that did not reach the device is a failure: the commands after it needed the file.
      return facts.commandStatus === 'Failed' ? ended(facts) : [{ code: 'byDesign', source: 'documented' }];
    case 'notYet':
      return waiting(facts);
    case 'never':
      return ended(facts);
    default:
      return missing(facts);
  }
}

/** Explains a missing result from the few facts that a run keeps about its host. */
export function reasonsOfMember(
  member: RunMember,
  failure: NoResultFailure | undefined,
  record: Pick<NoResultFacts, 'machine' | 'askedAt'>,
  now: number,
): NoResultReasons {
  return noResultReasons({
    ...record,
    result: member.result,
    commandType: 'RunScript',
    actionStatus: member.actionStatus,
    createdAt: member.createdAt,
    errorHResult: null,
    cancelledBy: null,
    cancellationComment: null,
    commandStatus: member.commandStatus,
    startedAt: null,
    endedAt: null,
    deviceErrors: member.commandErrors,
    failedBefore: undefined,
    runsBefore: undefined,
    hasRunHere: false,
    otherSession: undefined,
    failure,
    now,
  });
}

function waiting(facts: NoResultFacts): NoResultReasons {
  const { commandStatus, commandType, startedAt, actionStatus, now } = facts;
  if (commandStatus === 'Executing') {
    const start = timeOf(startedAt);
    if (start === undefined) return [notFinished(facts)];
    // Only for scripts a limit is documented: collecting a large file takes its time.
    const isLong = commandType === 'RunScript' && now - start > SCRIPT_LIMIT_MS;
    return [
      { code: isLong ? 'runningLong' : 'running', source: 'documented', values: { at: start } },
      ...report(facts),
    ];
  }
  // Any other state, also one that this version does not know, is shown with the server's own word.
  if (!['Created', 'Submitted', 'PendingResource'].includes(commandStatus)) return [notFinished(facts)];
  const { failedBefore, runsBefore, otherSession } = facts;
  if (failedBefore !== undefined) return [{ code: 'willNotRun', source: 'inferred', values: { index: failedBefore } }];
  if (runsBefore !== undefined) return [{ code: 'earlierCommand', source: 'seen', values: { index: runsBefore } }];
  // The device has begun the session, so that its record explains nothing.
  if (actionStatus !== 'Pending') return [{ code: 'notStarted', source: 'inferred' }];
  const hints = ofDevice(facts);
  if (otherSession !== undefined)
    return [{ code: 'otherSession', source: 'seen', values: { requestor: otherSession } }, ...hints, ...report(facts)];
  const created = timeOf(facts.createdAt);
  if (created !== undefined && now - created > QUEUE_MS)
    return [{ code: 'queueIsOver', source: 'documented' }, ...hints, ...report(facts)];
  const isCertain = hints.some(({ code }) => code === 'restricted' || code === 'notListed');
  const first: NoResultReason = isCertain
    ? { code: 'notStartedYet', source: 'seen' }
    : (silence(facts) ?? active(facts));
  return [first, ...hints];
}

function ended(facts: NoResultFacts): NoResultReasons {
  const { actionStatus, commandStatus, startedAt, endedAt, cancelledBy, cancellationComment, failedBefore } = facts;
  const hasBegun = commandStatus === 'Executing' || timeOf(startedAt) !== undefined || timeOf(endedAt) !== undefined;
  const afterFailure: NoResultReason[] =
    failedBefore === undefined || hasBegun
      ? []
      : [{ code: 'afterFailure', source: 'inferred', values: { index: failedBefore } }];
  const values = { error: facts.errorHResult ?? 0, state: actionStatus };
  if (actionStatus === 'Cancelled') {
    const whose = { ...values, by: cancelledBy ?? '', comment: cancellationComment ?? '' };
    return [
      { code: hasBegun ? 'cancelledRunning' : 'cancelled', source: 'documented', values: whose },
      ...afterFailure,
    ];
  }
  const more = [...afterFailure, ...ofDevice(facts), ...report(facts)];
  if (actionStatus === 'TimeOut')
    return [{ code: hasBegun ? 'timedOutRunning' : 'timedOut', source: 'seen', values }, ...more];
  if (hasBegun) return [{ code: 'endedRunning', source: 'inferred', values }, ...more];
  const [cause] = afterFailure;
  if (cause !== undefined) return [cause];
  return [{ code: actionStatus === 'Failed' ? 'sessionFailed' : 'neverRan', source: 'inferred', values }, ...more];
}

/** Failures that say in which state a command was. They explain nothing once the state is another. */
const OF_STATE: ReadonlySet<FailureCode> = new Set<FailureCode>(['commandNotFinished', 'commandNeverRan']);

function missing(facts: NoResultFacts): NoResultReasons {
  const { failure, result, endedAt, createdAt, deviceErrors, now } = facts;
  if (failure === undefined || OF_STATE.has(failure.code))
    return [result === 'file' ? { code: 'file', source: 'documented' } : { code: 'notFetched', source: 'documented' }];
  const { code, values, at } = failure;
  // Which error code belongs to a missing remediation level is not documented.
  if (code === 'missingPermission' && values.serverCode === 'DisallowedOperation')
    return [{ code: 'notAllowed', source: 'inferred' }];
  if (code === 'missingPermission') return [{ code: 'noPermission', source: 'documented' }];
  if (code === 'notFound') return [{ code: 'notVisible', source: 'documented' }];
  if (code !== 'noResult') return [{ code: 'failed', source: 'seen' }];
  if (values.reason === 'notStored') return [{ code: 'gone', source: 'seen', values: { host: values.host ?? '' } }];
  const more = [...ofDevice(facts), ...goneDevice(facts)];
  if ((values.deviceErrors ?? deviceErrors).length > 0 || facts.commandStatus === 'Failed')
    return [{ code: 'deviceSaid', source: 'seen' }, ...more];
  // A 404 says only that there is none. A 400 says why, in words that are not known beforehand.
  if (values.status === 400 && (values.serverMessage ?? '') !== '')
    return [{ code: 'serverSaid', source: 'seen' }, ...more];
  const end = timeOf(endedAt);
  const created = timeOf(createdAt);
  if (created !== undefined && (at ?? now) - created > RETENTION_MS)
    return [{ code: 'pastRetention', source: 'documented' }];
  // The time of the attempt tells how long a result had to arrive. The time at which this is read does not.
  if (end === undefined || at === undefined) return [{ code: 'none', source: 'seen' }, ...more];
  if (at - end < UPLOAD_MS) return [{ code: 'maybeSoon', source: 'seen' }, ...more];
  return [{ code: 'neverUploaded', source: 'inferred', values: { at: end } }, ...more];
}

function notFinished({ commandStatus, actionStatus }: NoResultFacts): NoResultReason {
  return { code: 'notFinished', source: 'documented', values: { state: commandStatus || actionStatus || '–' } };
}

/** Explains what keeps scripts from running on the device. If one ran, nothing does. */
function ofDevice({ machine, hasRunHere }: NoResultFacts): NoResultReason[] {
  if (machine === undefined || machine === 'gone' || hasRunHere) return [];
  const isRestricted = machine.machineTags.some((tag) => tag.trim().toLowerCase() === RESTRICTED_TAG);
  if (isRestricted) return [{ code: 'restricted', source: 'documented' }];
  const support = supportOf(machine);
  const system = [machine.osPlatform, machine.version, machine.osBuild?.toString()].filter(Boolean).join(' ');
  switch (support.kind) {
    case 'notListed':
      return [{ code: 'notListed', source: 'documented', values: { system } }];
    case 'needs':
      return [{ code: 'needsUpdate', source: 'documented', values: { system, update: support.update } }];
    case 'agent':
      return [{ code: 'needsAgent', source: 'documented', values: { system } }];
    case 'listed':
    case 'unknown':
      return [];
  }
}

/** Explains a session that waits for a device of which Defender has not heard for long. */
function silence(facts: NoResultFacts): NoResultReason | undefined {
  const [known] = report(facts);
  return known?.code === 'lastReport' ? { ...known, code: 'deviceSilent' } : known;
}

/**
 * Says what Defender calls the device, and when the device last reported, if it is not simply active. `lastSeen` is the
 * time of the last full report, which a device sends about once a day. Source: api-facts §4.
 */
function report(facts: NoResultFacts): NoResultReason[] {
  const { machine, askedAt } = facts;
  if (machine === undefined || machine === 'gone') return goneDevice(facts);
  const at = timeOf(machine.lastSeen);
  const isSilent = at !== undefined && askedAt !== undefined && askedAt - at > SILENT_MS;
  const isUsual = machine.healthStatus === null || ['', 'Active', 'Unknown'].includes(machine.healthStatus);
  if (!isSilent && isUsual) return [];
  const values = { health: machine.healthStatus ?? '', ...(at === undefined ? {} : { at }) };
  return [{ code: 'lastReport', source: 'documented', values }];
}

/** Explains a session that waits for a device that is there, or of which nothing is known. */
function active({ machine }: NoResultFacts): NoResultReason {
  if (machine === undefined || machine === 'gone' || machine.healthStatus !== 'Active')
    return { code: 'notStarted', source: 'inferred' };
  const at = timeOf(machine.lastSeen);
  return { code: 'deviceActive', source: 'inferred', values: at === undefined ? {} : { at } };
}

function goneDevice({ machine }: NoResultFacts): NoResultReason[] {
  return machine === 'gone' ? [{ code: 'deviceGone', source: 'documented' }] : [];
}

function timeOf(text: string | null): number | undefined {
  const time = parseServerTime(text);
  return time === undefined || time < FIRST_TIME ? undefined : time;
}

/** Whether a text is a time, and no default of a server. */
export function isTime(text: string | null): boolean {
  return timeOf(text) !== undefined;
}
