import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';

/** An action of which nothing is known. */
export const UNKNOWN_ACTION: MachineAction = {
  id: '',
  type: 'LiveResponse',
  requestor: null,
  requestorComment: null,
  status: '',
  machineId: null,
  computerDnsName: null,
  creationDateTimeUtc: '',
  lastUpdateDateTimeUtc: null,
  lastUpdateTimeUtc: null,
  cancellationRequestor: null,
  cancellationComment: null,
  cancellationDateTimeUtc: null,
  errorHResult: null,
  requestSource: null,
  commands: [],
};

/** Kind of a command's result, determined from the command's type and state. */
export type CommandResult =
  /** A transcript can be requested. */
  | 'transcript'
  /** The collected file, as gzip. */
  | 'file'
  /** PutFile has no result by design. */
  | 'none'
  /** No result yet. */
  | 'notYet'
  /** The session ended before this command ran. */
  | 'never';

/** Name of a device whose name and id are missing. Stored names contain it too, so it must not change. */
export const UNKNOWN_DEVICE = '–';

/** Subject of a command whose parameters and type are both missing. */
export const UNKNOWN_SUBJECT = '–';

const FINISHED_COMMANDS = new Set(['Completed', 'Failed']);
const FINISHED_ACTIONS = new Set(['Succeeded', 'Failed', 'TimeOut', 'Cancelled']);

/** Whether an action has ended. With a status that this version does not know, it has not ended. */
export function isFinished(action: MachineAction): boolean {
  return FINISHED_ACTIONS.has(action.status);
}

/** Whether the action collects an investigation package, which can be saved when it has ended. */
export function isPackage(action: Pick<MachineAction, 'type'>): boolean {
  return action.type === 'CollectInvestigationPackage';
}

/** Whether the action has an investigation package that can be saved. */
export function isSavable(action: Pick<MachineAction, 'type' | 'status'>): boolean {
  return isPackage(action) && action.status === 'Succeeded';
}

/** Returns the kind of result to request. A failed RunScript usually has a result that explains its failure. */
export function resultOf(action: MachineAction, command: LiveResponseCommand): CommandResult {
  if (command.command.type === 'PutFile') return 'none';
  // The session has ended, and the command's status is missing. There may be a result, so it can be requested.
  const isUnknown = command.commandStatus === '' && isFinished(action);
  if (!isUnknown && !FINISHED_COMMANDS.has(command.commandStatus)) return isFinished(action) ? 'never' : 'notYet';
  return command.command.type === 'GetFile' ? 'file' : 'transcript';
}

/** Finds the command with an index. The index can differ from the command's position in the list. */
export function findCommand(action: MachineAction, commandIndex: number): LiveResponseCommand | undefined {
  return action.commands.find((command) => command.index === commandIndex);
}

/** Returns the value of a parameter: `ScriptName`, `Args`, `FileName` or `Path`. */
export function parameterOf(command: LiveResponseCommand, key: string): string | undefined {
  return command.command.params?.find((parameter) => parameter.key === key)?.value ?? undefined;
}

/** Returns the subject of a command: its script, its file or its path, otherwise its type. */
export function subjectOf(command: LiveResponseCommand): string {
  const keys = ['ScriptName', 'FileName', 'Path'];
  return (
    keys.map((key) => parameterOf(command, key)).find((value) => (value ?? '') !== '') ??
    (command.command.type || UNKNOWN_SUBJECT)
  );
}

/** Returns the subject of a command for a row: of a collected file only its name, with its folder apart. */
export function shortSubjectOf(command: LiveResponseCommand): { readonly name: string; readonly folder?: string } {
  const subject = subjectOf(command);
  if (command.command.type !== 'GetFile') return { name: subject };
  const end = Math.max(subject.lastIndexOf('\\'), subject.lastIndexOf('/'));
  return end < 0 || end === subject.length - 1
    ? { name: subject }
    : { name: subject.slice(end + 1), folder: subject.slice(0, Math.max(end, 1)) };
}

/** Returns the RunScript commands of an action, in the order of their indexes. */
export function runScripts(action: MachineAction): LiveResponseCommand[] {
  return action.commands
    .filter((command) => command.command.type === 'RunScript')
    .sort((one, other) => one.index - other.index);
}

/** Returns the commands whose results stand for an action: its only command, or its scripts that have a result. */
export function resultCommands(action: MachineAction): readonly LiveResponseCommand[] {
  if (action.commands.length === 1) return action.commands;
  return runScripts(action).filter((command) => resultOf(action, command) === 'transcript');
}

/** Returns the device's full name, otherwise its id, otherwise a dash. */
export function deviceOf(action: MachineAction): string {
  return action.computerDnsName ?? action.machineId ?? UNKNOWN_DEVICE;
}

/** Returns all names of a device: its full name and the host part of it. */
export function hostNamesOf(action: MachineAction): string[] {
  return action.computerDnsName === null ? [] : [action.computerDnsName, hostOf(action)];
}

/**
 * Returns the host part of a device's name, because people use this part as its name. If the name is not a DNS name,
 * returns the complete name.
 */
export function hostOf(action: MachineAction): string {
  if (action.computerDnsName === null) return action.machineId?.slice(0, 8) ?? UNKNOWN_DEVICE;
  const device = deviceOf(action);
  // A device chooses its own name, and the service returns a name of any length.
  if (device.length > MAX_DNS_NAME) return device;
  const labels = device.split('.');
  const [host = ''] = labels;
  const isDnsName = labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/u.test(host);
  return isDnsName ? host : device;
}

const LABEL = /^[a-z\d_-]+$/iu;
/** The longest name in DNS, in characters. */
const MAX_DNS_NAME = 253;
