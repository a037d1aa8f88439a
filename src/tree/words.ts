import { l10n } from 'vscode';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { isFinished } from '../model/machineAction.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { exitWords } from '../messages/exitWords.ts';
import { formatAge, formatDuration, formatShortUtc } from '../messages/format.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** Returns an action's status in words. An unknown status is shown with the server's own word. */
export function actionState(action: MachineAction): string {
  return stateName(action.status);
}

/** Returns a status in words. */
export function stateName(status: string): string {
  const known: Readonly<Record<string, string>> = {
    Pending: l10n.t('Pending'),
    InProgress: l10n.t('In progress'),
    Succeeded: l10n.t('Succeeded'),
    Failed: l10n.t('Failed'),
    TimeOut: l10n.t('Timed out'),
    Cancelled: l10n.t('Canceled'),
  };
  return wordFor(known, status);
}

/** Returns a command's state in words; once its result is stored, its exit code. */
export function commandState(
  action: MachineAction,
  command: LiveResponseCommand,
  stored: StoredFacts | undefined,
): string {
  if (stored !== undefined) return exitWords(stored);
  // No command runs in a session that has ended, even if the command's status says so. The text still shows that the
  // command had started.
  if (isFinished(action) && command.commandStatus === 'Executing') return l10n.t('Did not finish');
  const known: Readonly<Record<string, string>> = {
    Created: l10n.t('Not started'),
    Submitted: l10n.t('Submitted'),
    PendingResource: l10n.t('Waiting for the device'),
    Executing: l10n.t('Running'),
    Completed: l10n.t('Completed'),
    Failed: l10n.t('Failed'),
  };
  return wordFor(known, command.commandStatus);
}

/** Returns the type of an action in words. */
export function actionType(action: MachineAction): string {
  return typeName(action.type);
}

/** Returns a type of machine action in words. */
export function typeName(type: string): string {
  const known: Readonly<Record<string, string>> = {
    LiveResponse: l10n.t('Live response'),
    RunAntiVirusScan: l10n.t('Antivirus scan'),
    Offboard: l10n.t('Offboard'),
    CollectInvestigationPackage: l10n.t('Collect investigation package'),
    Isolate: l10n.t('Isolate'),
    Unisolate: l10n.t('Release from isolation'),
    StopAndQuarantineFile: l10n.t('Stop and quarantine file'),
    RestrictCodeExecution: l10n.t('Restrict code execution'),
    UnrestrictCodeExecution: l10n.t('Remove code restriction'),
  };
  return wordFor(known, type);
}

/**
 * Returns the translated word, or the server's own word if this version has no translation. An empty word gives
 * "Unknown".
 */
function wordFor(known: Readonly<Record<string, string>>, word: string): string {
  if (word === '') return l10n.t('Unknown');
  return (Object.hasOwn(known, word) ? known[word] : undefined) ?? word;
}

/**
 * Returns how long ago an action was created. If the server sent no such time, returns how long ago it was last
 * updated.
 */
export function ageOf(action: MachineAction, now: number): string {
  const time = parseServerTime(action.creationDateTimeUtc || action.lastUpdateDateTimeUtc);
  return time === undefined ? '–' : formatAge(time, now);
}

/** Returns the time of an action for its row: its age, or the time in UTC. */
export function rowTimeOf(action: MachineAction, now: number, isAge: boolean): string {
  const time = parseServerTime(action.creationDateTimeUtc || action.lastUpdateDateTimeUtc);
  return time === undefined ? '–' : rowTime(time, now, isAge);
}

/** Returns a time for a row: its age, or the time in UTC. */
export function rowTime(time: number, now: number, isAge: boolean): string {
  return isAge ? formatAge(time, now) : formatShortUtc(time, now);
}

/** Returns how long a command ran, by the server's times; undefined if the start or the end is missing. */
export function ranFor(command: LiveResponseCommand): string | undefined {
  const start = parseServerTime(command.startTime);
  const end = parseServerTime(command.endTime);
  return start === undefined || end === undefined ? undefined : formatDuration(end - start);
}

/** Returns how long a command waited before it started; undefined if one of the two times is missing. */
export function queuedFor(action: MachineAction, command: LiveResponseCommand): string | undefined {
  const created = parseServerTime(action.creationDateTimeUtc);
  const start = parseServerTime(command.startTime);
  return created === undefined || start === undefined ? undefined : formatDuration(start - created);
}
