import type { FailureCode } from '../base/failures.ts';
import type { FailureValues } from '../base/errors.ts';
import { parseServerTime } from '../base/serverTime.ts';
import type { Machine } from '../defender/machines.ts';
import { supportOf } from './liveResponseSupport.ts';
import type { CommandResult } from './machineAction.ts';
import type { RunMember } from './run.ts';

/** Everything that is known about a command without a result. No call is made to learn more. Texts are remote. */
export interface NoResultFacts {
  readonly result: CommandResult;
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
  /** Index of an earlier command of the session that failed. */
  readonly failedBefore: number | undefined;
  /** The device's record, if a gesture brought it; `gone` if Defender did not know the device. */
  readonly machine: Machine | 'gone' | undefined;
  /** Requestor of another session that is running on the device; empty if the requestor is not known. */
  readonly otherSession: string | undefined;
  /** Failure of the last attempt to fetch the result. */
  readonly failure: { readonly code: FailureCode; readonly values: FailureValues } | undefined;
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
  | 'queueIsOver'
  | 'otherSession'
  | 'deviceSilent'
  | 'lastSeen'
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
  | 'maybeSoon'
  | 'neverUploaded'
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
  | 'failed';

/** Origin of a reason. A reason that is only `inferred` is worded as a probability. */
export type NoResultSource = 'documented' | 'seen' | 'inferred';

/** A reason why there is no result. Values are remote text or numbers. */
export interface NoResultReason {
  readonly code: NoResultCode;
  readonly source: NoResultSource;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** Time for which Defender keeps a session for a device that is offline, ms. Source: api-facts §0. */
const QUEUE_MS = 2 * 60 * 60_000;
/** Longest time that a script may run, ms. Source: api-facts §4. */
const SCRIPT_LIMIT_MS = 10 * 60_000;
/** Time after a command's end in which its result can still arrive, ms. Inferred: actions lag by tens of seconds. */
const UPLOAD_MS = 30 * 60_000;
/** Time since a device was last seen from which it counts as silent, ms. Inferred: an active device reports more often. */
const SILENT_MS = 60 * 60_000;
/** Time for which Defender keeps its data, ms. Source: api-facts §8; for results themselves it is unknown. */
const RETENTION_MS = 180 * 24 * 60 * 60_000;
/** Tag of a device that refuses live response scripts by design. Source: api-facts §3. */
const RESTRICTED_TAG = 'restricted security operations';

/**
 * Explains why a command has no result: first the reason, then what the device's record adds to it. Decides from facts
 * that are there, and makes no call.
 */
export function noResultReasons(facts: NoResultFacts): readonly [NoResultReason, ...NoResultReason[]] {
  switch (facts.result) {
    case 'none':
      return [{ code: 'byDesign', source: 'documented' }];
    case 'notYet':
      return waiting(facts);
    case 'never':
      return ended(facts);
    case 'file':
    case 'transcript':
      return missing(facts);
  }
}

/** Explains a missing result from the few facts that a run keeps about its host. */
export function reasonsOfMember(
  member: RunMember,
  failure: NoResultFacts['failure'],
  machine: NoResultFacts['machine'],
  now: number,
): readonly NoResultReason[] {
  return noResultReasons({
    result: member.result,
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
    machine,
    otherSession: undefined,
    failure,
    now,
  });
}

function waiting(facts: NoResultFacts): readonly [NoResultReason, ...NoResultReason[]] {
  const { commandStatus, startedAt, actionStatus, createdAt, now, otherSession } = facts;
  if (commandStatus === 'Executing') {
    const start = parseServerTime(startedAt);
    if (start === undefined) return [notFinished(facts)];
    const isLong = now - start > SCRIPT_LIMIT_MS;
    return [{ code: isLong ? 'runningLong' : 'running', source: 'documented', values: { at: start } }, ...seen(facts)];
  }
  // Any other state, also one that this version does not know, is shown with the server's own word.
  if (!['Created', 'Submitted', 'PendingResource'].includes(commandStatus)) return [notFinished(facts)];
  if (otherSession !== undefined)
    return [
      { code: 'otherSession', source: 'seen', values: { requestor: otherSession } },
      ...ofDevice(facts),
      ...seen(facts),
    ];
  const created = parseServerTime(createdAt);
  if (actionStatus === 'Pending' && created !== undefined && now - created > QUEUE_MS)
    return [{ code: 'queueIsOver', source: 'documented' }, ...ofDevice(facts), ...seen(facts)];
  const [refusal, ...others] = ofDevice(facts);
  if (refusal !== undefined) return [refusal, ...others, ...seen(facts)];
  const [silence = active(facts)] = silent(facts);
  return [silence];
}

function ended(facts: NoResultFacts): readonly [NoResultReason, ...NoResultReason[]] {
  const { actionStatus, commandStatus, cancelledBy, cancellationComment, failedBefore, errorHResult } = facts;
  const hasBegun = commandStatus === 'Executing';
  if (failedBefore !== undefined && actionStatus !== 'Cancelled' && !hasBegun)
    return [{ code: 'afterFailure', source: 'inferred', values: { index: failedBefore } }];
  if (actionStatus === 'Cancelled') {
    const values = { by: cancelledBy ?? '', comment: cancellationComment ?? '' };
    return [{ code: hasBegun ? 'cancelledRunning' : 'cancelled', source: 'documented', values }];
  }
  const values = { error: errorHResult ?? 0, state: actionStatus };
  const more = [...ofDevice(facts), ...seen(facts)];
  if (actionStatus === 'TimeOut')
    return [{ code: hasBegun ? 'timedOutRunning' : 'timedOut', source: 'seen', values }, ...more];
  if (hasBegun) return [{ code: 'endedRunning', source: 'inferred', values }, ...more];
  return [{ code: actionStatus === 'Failed' ? 'sessionFailed' : 'neverRan', source: 'inferred', values }, ...more];
}

function missing(facts: NoResultFacts): readonly [NoResultReason, ...NoResultReason[]] {
  const { failure, result, endedAt, createdAt, deviceErrors, now } = facts;
  if (failure === undefined)
    return [result === 'file' ? { code: 'file', source: 'documented' } : { code: 'notFetched', source: 'documented' }];
  const { code, values } = failure;
  // Which error code belongs to a missing remediation level is not documented.
  if (code === 'missingPermission' && values.serverCode === 'DisallowedOperation')
    return [{ code: 'notAllowed', source: 'inferred' }];
  if (code === 'missingPermission') return [{ code: 'noPermission', source: 'documented' }];
  if (code === 'notFound') return [{ code: 'notVisible', source: 'documented' }];
  if (code !== 'noResult') return [{ code: 'failed', source: 'seen' }];
  if (values.reason === 'notStored') return [{ code: 'gone', source: 'seen', values: { host: values.host ?? '' } }];
  const end = parseServerTime(endedAt);
  const created = parseServerTime(createdAt);
  const more = [...ofDevice(facts), ...gone(facts)];
  if ((values.deviceErrors ?? deviceErrors).length > 0 || facts.commandStatus === 'Failed')
    return [{ code: 'deviceSaid', source: 'seen' }, ...more];
  if (created !== undefined && now - created > RETENTION_MS) return [{ code: 'pastRetention', source: 'documented' }];
  // Without an end it is not known how long ago the command ended.
  if (end === undefined || now - end < UPLOAD_MS) return [{ code: 'maybeSoon', source: 'seen' }, ...more];
  return [{ code: 'neverUploaded', source: 'inferred', values: { at: end } }, ...more];
}

function notFinished({ commandStatus, actionStatus }: NoResultFacts): NoResultReason {
  return { code: 'notFinished', source: 'documented', values: { state: commandStatus || actionStatus || '–' } };
}

/** Reasons that keep any script from running on the device. */
function ofDevice({ machine }: NoResultFacts): NoResultReason[] {
  if (machine === undefined || machine === 'gone') return [];
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

/** Explains a session that waits for a device of which Defender has not heard for some time. */
function silent(facts: NoResultFacts): NoResultReason[] {
  return seen(facts).map((reason) => (reason.code === 'lastSeen' ? { ...reason, code: 'deviceSilent' } : reason));
}

/** Says when Defender last heard of a device, if that was some time ago. */
function seen(facts: NoResultFacts): NoResultReason[] {
  const { machine, now } = facts;
  if (machine === undefined || machine === 'gone') return gone(facts);
  const at = parseServerTime(machine.lastSeen);
  const isSilent = at !== undefined && now - at > SILENT_MS;
  if (!isSilent && (machine.healthStatus === null || machine.healthStatus === 'Active')) return [];
  const values = { health: machine.healthStatus ?? '', ...(at === undefined ? {} : { at }) };
  return [{ code: 'lastSeen', source: 'documented', values }];
}

/** Explains a session that waits for a device that is there, or of which nothing is known. */
function active({ machine }: NoResultFacts): NoResultReason {
  if (machine === undefined || machine === 'gone') return { code: 'notStarted', source: 'inferred' };
  const at = parseServerTime(machine.lastSeen);
  return { code: 'deviceActive', source: 'inferred', values: at === undefined ? {} : { at } };
}

function gone({ machine }: NoResultFacts): NoResultReason[] {
  return machine === 'gone' ? [{ code: 'deviceGone', source: 'documented' }] : [];
}
