import { l10n } from 'vscode';
import { isLiveResponseError } from '../../base/errors.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import type { MachineRecord } from '../../connections/machineRecords.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { describeFailure, stepLabel } from '../../messages/failureMessages.ts';
import { formatUtc } from '../../messages/format.ts';
import { noResultSentence } from '../../messages/noResultWords.ts';
import { deviceOf, findCommand, isFinished, parameterOf, resultOf, subjectOf } from '../../model/machineAction.ts';
import type { NoResultReason } from '../../model/noResultReasons.ts';
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
  /** Reasons why there is no result; undefined if no list has loaded the action. */
  readonly reasons: readonly NoResultReason[] | undefined;
  /** The device's record, if it was asked for. */
  readonly record: MachineRecord | undefined;
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
  else if (kind !== 'none' && kind !== 'never' && ref.cloud !== 'pack')
    steps.push([l10n.t('Fetch Again'), commandIds.openResult, target]);
  if (action !== undefined && !isFinished(action) && ref.cloud !== 'pack')
    steps.push([l10n.t('Watch Action'), commandIds.watchAction, { actionId }]);
  if (
    action !== undefined &&
    action.machineId !== null &&
    facts === undefined &&
    kind !== 'none' &&
    ref.cloud !== 'pack'
  )
    steps.push([
      parts.record === undefined ? l10n.t('Ask About the Device (1 call)') : l10n.t('Ask Again (1 call)'),
      commandIds.explainEmpty,
      { ...target, ask: true },
    ]);
  if (action !== undefined && action.machineId !== null && ref.cloud !== 'custom' && ref.cloud !== 'pack')
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
function reasonOf({ ref, action, failure, reasons }: StatusParts): string {
  const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
  if (command === undefined || reasons === undefined)
    return failure === undefined ? l10n.t('Not fetched yet.') : describeFailure(failure.error).sentence;
  const known = failure?.error;
  return noResultSentence(reasons, isLiveResponseError(known) ? known : undefined, command.errors ?? []);
}

function factsOf({ ref, action, facts, failure, record }: StatusParts): [label: string, value: string][] {
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
    ...(record === undefined ? [] : deviceFacts(record)),
    ...given(l10n.t('Action'), `${ref.actionId}#${ref.commandIndex.toString()}`),
    ...given('SHA-256', facts?.sha256),
  ];
}

/** Returns what the device's record says. Remote text. */
function deviceFacts({ machine, askedAt }: MachineRecord): [label: string, value: string][] {
  const asked: [string, string] = [l10n.t('Asked about the device'), formatUtc(askedAt)];
  if (machine === 'gone') return [asked];
  const seen = parseServerTime(machine.lastSeen);
  const rows: [string, string | null | undefined][] = [
    [l10n.t('Device health'), machine.healthStatus],
    [l10n.t('Last full report'), seen === undefined ? machine.lastSeen : formatUtc(seen)],
    [l10n.t('System'), [machine.osPlatform, machine.version, machine.osBuild?.toString()].filter(Boolean).join(' ')],
    [l10n.t('Tags'), machine.machineTags.join(', ')],
    [l10n.t('Device group'), machine.rbacGroupName],
  ];
  const known = rows.filter((row): row is [string, string] => (row[1] ?? '') !== '');
  return [...known, asked];
}
