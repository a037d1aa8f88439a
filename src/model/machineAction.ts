import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';

/** What a command leaves behind, as far as its type and state tell. */
export type CommandResult =
  /** A transcript can be asked for. */
  | 'transcript'
  /** A gzip of the file that was collected. */
  | 'file'
  /** PutFile has no result by design. */
  | 'none'
  /** Still to come. */
  | 'notYet'
  /** The session ended before this command ran. */
  | 'never';

/** Stands for the name of a device of which nothing is known, in stored names too. */
export const UNKNOWN_DEVICE = '–';

/** Stands for what a command is about where neither its parameters nor its type came. */
const UNKNOWN_SUBJECT = '–';

const FINISHED_COMMANDS = new Set(['Completed', 'Failed']);
const FINISHED_ACTIONS = new Set(['Succeeded', 'Failed', 'TimeOut', 'Cancelled']);

/** Whether an action will not change any more. A status this version does not know is not final. */
export function isFinished(action: MachineAction): boolean {
  return FINISHED_ACTIONS.has(action.status);
}

/** What can be asked for. A failed RunScript usually has a result that explains the failure. */
export function resultOf(action: MachineAction, command: LiveResponseCommand): CommandResult {
  if (command.command.type === 'PutFile') return 'none';
  // A session that has ended and a command whose state did not come: there may be a result, so it can be asked for.
  const isUnknown = command.commandStatus === '' && isFinished(action);
  if (!isUnknown && !FINISHED_COMMANDS.has(command.commandStatus)) return isFinished(action) ? 'never' : 'notYet';
  return command.command.type === 'GetFile' ? 'file' : 'transcript';
}

/** The command with this index; its position in the list means nothing. */
export function findCommand(action: MachineAction, commandIndex: number): LiveResponseCommand | undefined {
  return action.commands.find((command) => command.index === commandIndex);
}

/** The value of a parameter: `ScriptName`, `Args`, `FileName` or `Path`. */
export function parameterOf(command: LiveResponseCommand, key: string): string | undefined {
  return command.command.params?.find((parameter) => parameter.key === key)?.value ?? undefined;
}

/** What a command is about: its script, its file or its path; else its type. */
export function subjectOf(command: LiveResponseCommand): string {
  const keys = ['ScriptName', 'FileName', 'Path'];
  return (
    keys.map((key) => parameterOf(command, key)).find((value) => (value ?? '') !== '') ??
    (command.command.type || UNKNOWN_SUBJECT)
  );
}

/** The RunScript commands of an action, in the order of their indexes. */
export function runScripts(action: MachineAction): LiveResponseCommand[] {
  return action.commands
    .filter((command) => command.command.type === 'RunScript')
    .sort((one, other) => one.index - other.index);
}

/** The device's full name, else its id, else a dash. */
export function deviceOf(action: MachineAction): string {
  return action.computerDnsName ?? action.machineId ?? UNKNOWN_DEVICE;
}

/** All that a device is called: its full name, and the host's part of it. */
export function hostNamesOf(action: MachineAction): string[] {
  return action.computerDnsName === null ? [] : [action.computerDnsName, hostOf(action)];
}

/** The host's part of a device's name: what a person calls it. Anything that is no DNS name stays whole. */
export function hostOf(action: MachineAction): string {
  if (action.computerDnsName === null) return action.machineId?.slice(0, 8) ?? UNKNOWN_DEVICE;
  const device = deviceOf(action);
  // The service sends any name that a device has given itself, of any length.
  if (device.length > MAX_DNS_NAME) return device;
  const labels = device.split('.');
  const [host = ''] = labels;
  const isDnsName = labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/u.test(host);
  return isDnsName ? host : device;
}

const LABEL = /^[a-z\d_-]+$/iu;
/** The longest name of DNS. */
const MAX_DNS_NAME = 253;
