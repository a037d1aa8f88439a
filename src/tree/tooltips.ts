import { l10n } from 'vscode';
import type { MarkdownString } from 'vscode';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { formatBytes, formatLocal, formatUtc } from '../messages/format.ts';
import { hoverOfFacts } from '../platform/show/hovers.ts';
import { deviceOf, parameterOf } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { actionState, actionType, commandState, queuedFor, ranFor } from './words.ts';

/** Sentences about what is missing. */
export interface Absences {
  readonly noResult?: string | undefined;
  /** Undefined if the action has a record in the audit trail, or if nobody can know. */
  readonly noRecord?: string | undefined;
}

/** Returns the facts of an action, one on each line. */
export function actionTooltip(action: MachineAction, { noRecord }: Absences): MarkdownString {
  return hoverOfFacts([
    [l10n.t('Type'), actionType(action)],
    [l10n.t('Device'), deviceOf(action)],
    [l10n.t('Machine ID'), action.machineId],
    [l10n.t('State'), actionState(action)],
    [l10n.t('Requested by'), action.requestor],
    [l10n.t('Comment'), action.requestorComment],
    [l10n.t('Created'), bothTimes(action.creationDateTimeUtc)],
    [l10n.t('Updated'), bothTimes(action.lastUpdateDateTimeUtc)],
    [l10n.t('Canceled by'), action.cancellationRequestor],
    [l10n.t('Error'), errorCode(action.errorHResult)],
    [l10n.t('Odd in the answer'), action.odd?.join(', ')],
    [l10n.t('Record'), noRecord],
    [l10n.t('Action ID'), action.id],
  ]);
}

/** Returns the facts of a command. If its result is stored, also returns the facts of the result. */
export function commandTooltip(
  action: MachineAction,
  command: LiveResponseCommand,
  stored: StoredFacts | undefined,
  { noResult, noRecord }: Absences,
): MarkdownString {
  const queued = queuedFor(action, command);
  const ran = ranFor(command);
  const spans = [
    ...(queued === undefined ? [] : [l10n.t('queued {0}', queued)]),
    ...(ran === undefined ? [] : [l10n.t('ran {0}', ran)]),
  ];
  return hoverOfFacts([
    [l10n.t('Command'), `#${command.index.toString()} ${command.command.type}`],
    [l10n.t('Script'), parameterOf(command, 'ScriptName')],
    [l10n.t('Arguments'), parameterOf(command, 'Args')],
    [l10n.t('File'), parameterOf(command, 'FileName') ?? parameterOf(command, 'Path')],
    [l10n.t('State'), commandState(action, command, stored)],
    [l10n.t('No result'), stored === undefined ? noResult : undefined],
    [l10n.t('Times'), spans.length === 0 ? undefined : spans.join(', ')],
    [l10n.t('Started'), bothTimes(command.startTime)],
    [l10n.t('Ended'), bothTimes(command.endTime)],
    [l10n.t('Errors'), command.errors === null || command.errors.length === 0 ? undefined : command.errors.join(' · ')],
    [l10n.t('Device'), deviceOf(action)],
    [l10n.t('Requested by'), action.requestor],
    [l10n.t('Comment'), action.requestorComment],
    [l10n.t('Odd in the answer'), action.odd?.join(', ')],
    [l10n.t('Record'), noRecord],
    [l10n.t('Action ID'), action.id],
    [
      l10n.t('Stored'),
      stored === undefined ? undefined : `${formatBytes(stored.size)}, ${formatUtc(stored.fetchedAt)}`,
    ],
    ['SHA-256', stored?.sha256],
  ]);
}

function bothTimes(text: string | null | undefined): string | undefined {
  const time = parseServerTime(text);
  return time === undefined ? undefined : `${formatUtc(time)} (${formatLocal(time)})`;
}

/** Returns an HRESULT as a hexadecimal number, because people know HRESULTs in this format. */
function errorCode(code: number | null): string | undefined {
  if (code === null || code === 0) return undefined;
  const bits = code < 0 ? code + 2 ** 32 : code;
  return `0x${bits.toString(16).toUpperCase().padStart(8, '0')}`;
}
