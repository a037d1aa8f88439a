import { l10n } from 'vscode';
import { isLiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { deviceWords } from '../../messages/deviceWords.ts';
import { describeFailure, stepLabel } from '../../messages/failureMessages.ts';
import { formatUtc } from '../../messages/format.ts';
import { deviceOf, findCommand, isFinished, parameterOf, resultOf, subjectOf } from '../../model/machineAction.ts';
import { whyNotRequested } from '../../model/noResult.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { LinkedText } from '../linkedText.ts';

/** Everything that is known about a command without a readable result. */
export interface StatusParts {
  readonly ref: ResultRef;
  readonly action: MachineAction | undefined;
  /** The stored result, if it arrived after the page was opened, or if its file is not the result of a script. */
  readonly facts: StoredFacts | undefined;
  /** The failure that opened the page; undefined after a restart. */
  readonly failure: { readonly error: unknown; readonly at: number } | undefined;
}

/** Returns device and script for the title of a page. Remote text. */
export function statusNames({ action, ref }: Pick<StatusParts, 'action' | 'ref'>): string[] {
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  const id = `${ref.actionId}#${ref.commandIndex.toString()}`;
  return action === undefined || command === undefined ? [id] : [deviceOf(action), subjectOf(command)];
}

/** Builds the page about a command without a readable result: why, since when, and what to do next. */
export function buildStatus(parts: StatusParts): LinkedText {
  const { ref, action, facts } = parts;
  const text = new LinkedText();
  text.remote(statusNames(parts).join(' · '));
  if (facts?.transcript === undefined) text.add(` · ${l10n.t('no result')}`);
  text.end().end();
  text
    .remote(facts?.transcript === undefined ? reasonOf(parts) : l10n.t('The result has arrived.'))
    .end()
    .end();
  for (const [label, value] of factsOf(parts)) text.add(`${label}: `).remote(value).end();
  text.end();
  const { tenantId: tenant, actionId, commandIndex } = ref;
  const target = { tenant, actionId, commandIndex };
  const command = action === undefined ? undefined : findCommand(action, commandIndex);
  const kind = action === undefined || command === undefined ? undefined : resultOf(action, command);
  const steps: [label: string, id: string, argument?: object][] = [];
  if (facts !== undefined) steps.push([l10n.t('Open Result'), commandIds.openResult, target]);
  else if (kind === 'file') steps.push([stepLabel('saveToFile'), commandIds.exportRaw, target]);
  else if (kind !== 'none' && kind !== 'never') steps.push([l10n.t('Fetch Again'), commandIds.openResult, target]);
  if (action !== undefined && !isFinished(action))
    steps.push([l10n.t('Watch Action'), commandIds.watchAction, { actionId }]);
  if (action !== undefined && action.machineId !== null && ref.cloud !== 'custom')
    steps.push([l10n.t('Open Device in Portal'), commandIds.openDeviceInPortal, target]);
  steps.push([l10n.t('Copy Action ID'), commandIds.copyActionId, target]);
  for (const [at, step] of steps.entries()) {
    if (at > 0) text.add(' · ');
    text.link(...step);
  }
  text.end();
  return text;
}

/** Returns why there is no result, in the words of messages and of the overview of a run. */
function reasonOf({ ref, action, failure }: StatusParts): string {
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  if (action === undefined || command === undefined)
    return failure === undefined ? l10n.t('Not fetched yet.') : describeFailure(failure.error).sentence;
  const facts = {
    result: resultOf(action, command),
    actionStatus: action.status,
    commandStatus: command.commandStatus,
  };
  const byState = whyNotRequested(facts);
  // The state that is known now takes precedence over the failure of a moment ago, because the state changes.
  const error = byState ?? failure?.error;
  if (error === undefined) return l10n.t('Not fetched yet.');
  const { sentence } = describeFailure(error);
  // The sentence about a missing result already contains the device's words.
  const isSaid = isLiveResponseError(error) && error.values.deviceErrors !== undefined;
  return [...(isSaid ? [] : deviceWords(command.errors ?? [])), sentence].join(' ');
}

function factsOf({ ref, action, facts, failure }: StatusParts): [label: string, value: string][] {
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  const given = (label: string, value: string | null | undefined): [string, string][] =>
    value === undefined || value === null || value === '' ? [] : [[label, value]];
  const time = (label: string, value: string | null | undefined): [string, string][] => {
    const at = parseServerTime(value);
    return at === undefined ? given(label, value) : [[label, formatUtc(at)]];
  };
  return [
    ...given(l10n.t('State'), action === undefined ? undefined : `${action.status}; ${command?.commandStatus ?? '–'}`),
    ...time(l10n.t('Created'), action?.creationDateTimeUtc),
    ...time(l10n.t('Started'), command?.startTime),
    ...time(l10n.t('Ended'), command?.endTime),
    ...time(l10n.t('Changed'), action?.lastUpdateDateTimeUtc),
    ...given(l10n.t('Arguments'), command === undefined ? undefined : parameterOf(command, 'Args')),
    ...given(l10n.t('Requestor'), action?.requestor),
    ...given(l10n.t('Comment'), action?.requestorComment),
    ...given(l10n.t('Asked'), failure === undefined ? undefined : formatUtc(failure.at)),
    ...given(l10n.t('Action'), `${ref.actionId}#${ref.commandIndex.toString()}`),
    ...given('SHA-256', facts?.sha256),
  ];
}
