import { l10n } from 'vscode';
import type { HiddenConnection } from '../../connections/connectionList.ts';
import { oneLine } from '../../platform/remoteText.ts';
import type { Policy } from '../../policy/policy.ts';
import { listEffective } from '../../policy/policy.ts';
import type { PolicyValues } from '../../policy/policyKeys.ts';
import { managedWord, problemWords } from './policyWords.ts';

/** Builds the page of the managed settings: the file, its state, and each key with the value that holds. */
export function policyPage(policy: Policy, own: PolicyValues, hidden: readonly HiddenConnection[]): string {
  const { path, state, problems } = policy.source;
  const states: Readonly<Record<typeof state, string>> = {
    none: l10n.t('There is no such file. Nothing is managed.'),
    read: l10n.t('The file was read when this window first needed it. Changes take effect in a new window.'),
    refused: l10n.t(
      'The file is refused. For each key that it names, the strictest of file, default and your own setting holds.',
    ),
  };
  const rows = listEffective(policy, own).map(({ key, value, isManaged }) =>
    [`${key}: ${valueWords(value)}`, ...(isManaged ? [managedWord()] : [])].join(' · '),
  );
  const left = hidden.map(({ connection, why }) => `${oneLine(connection.name)} (${why})`);
  return [
    l10n.t('Managed Settings'),
    '',
    path,
    states[state],
    ...problems.map((problem) => `- ${problemWords(problem)}`),
    '',
    ...rows,
    ...(left.length === 0 ? [] : ['', l10n.t('Your connections that are not allowed: {0}', left.join(', '))]),
    '',
  ].join('\n');
}

/** Values stay as they stand in the file, so that an administrator recognizes them. Connections show their names. */
function valueWords(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && 'name' in part ? part.name : part,
  );
}
