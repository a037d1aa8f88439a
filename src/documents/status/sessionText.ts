import { l10n } from 'vscode';
import type { ResultRef } from '../../base/resultUri.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { deviceOf, parameterOf, subjectOf } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { LinkedText } from '../linkedText.ts';

/** Builds the page about a session with several commands: its state, and a link to each command. */
export function buildSession(
  ref: ResultRef,
  action: MachineAction | undefined,
  known: (ref: ResultRef) => StoredFacts | undefined,
): LinkedText {
  const text = new LinkedText();
  if (action === undefined) return text.remote(ref.actionId).end();
  text
    .remote(deviceOf(action))
    .add(` · ${l10n.t('{0} commands', action.commands.length)}`)
    .end()
    .end();
  for (const [label, value] of [
    [l10n.t('State'), action.status],
    [l10n.t('Created'), action.creationDateTimeUtc],
    [l10n.t('Requestor'), action.requestor],
    [l10n.t('Comment'), action.requestorComment],
    [l10n.t('Action'), action.id],
  ] as const) {
    if (value !== null && value !== '') text.add(`${label}: `).remote(value).end();
  }
  text.end();
  for (const command of action.commands.toSorted((one, other) => one.index - other.index)) {
    const { tenantId: tenant } = ref;
    const target = { tenant, actionId: action.id, commandIndex: command.index };
    text.add('  ').link(`#${command.index.toString()} ${subjectOf(command)}`, commandIds.openResult, target);
    const args = parameterOf(command, 'Args');
    if (args !== undefined) text.add('  ').remote(args);
    const facts = known({ ...ref, commandIndex: command.index });
    text
      .add('  ')
      .remote(facts === undefined ? command.commandStatus : exitWords(facts))
      .end();
  }
  return text;
}
