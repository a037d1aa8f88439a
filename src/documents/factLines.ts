import { l10n } from 'vscode';
import { exitWords } from '../messages/exitWords.ts';
import { formatBytes } from '../messages/format.ts';
import { fetchedWords } from '../messages/pack/packWords.ts';
import { findCommand, parameterOf } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/**
 * Returns the facts about a result, one on each line. They are shown beside its text, never in it. Remote text stays
 * unchanged.
 */
export function factLines(facts: StoredFacts): string[] {
  const { action, ref, name } = facts;
  const command = findCommand(action, ref.commandIndex);
  const given = command === undefined ? undefined : parameterOf(command, 'Args');
  const said = (label: string, value: string | null | undefined): string[] =>
    value === null || value === undefined || value === '' ? [] : [`${label}: ${value}`];
  return [
    `${[name.device, name.script].join(' · ')} · ${exitWords(facts)}`,
    ...said(l10n.t('Arguments'), given),
    ...said(l10n.t('Requestor'), action.requestor),
    ...said(l10n.t('Comment'), action.requestorComment),
    ...said(l10n.t('Created'), name.createdAt),
    ...said(l10n.t('Started'), command?.startTime),
    ...said(l10n.t('Ended'), command?.endTime),
    fetchedWords(facts),
    l10n.t('Command {0} of action {1}', ref.commandIndex, ref.actionId),
    l10n.t('File: {0}, SHA-256 {1}', formatBytes(facts.size), facts.sha256),
  ];
}
