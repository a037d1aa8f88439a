import { l10n } from 'vscode';
import type { FailureValues } from '../../base/errors.ts';
import type { PackDifference } from '../../runs/pack/packDifference.ts';
import { oneLine } from '../../platform/remoteText.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { formatBytes, formatUtc } from '../format.ts';

/** Says why a file is not opened as a hand-over pack, and what the user can do. */
export function packRefused({ reason, path, size = 0, limit = 0 }: FailureValues): string {
  switch (reason) {
    case 'noPack':
      return l10n.t('This zip is no hand-over pack. Unpack it with another program, and open a result file of it.');
    case 'odd':
      return l10n.t(
        'This zip holds what no hand-over pack holds ({0}), so nothing of it was read. Ask whoever sent it for the pack again.',
        path ?? '–',
      );
    case 'many':
      return l10n.t(
        'This zip holds {0} files, and the limit is {1}. Ask whoever sent it for a pack of fewer hosts.',
        size,
        limit,
      );
    case 'large':
      return l10n.t(
        'This pack takes {0}, and the limit is {1}. Unpack it, check it with verify.py, and open its results one by one.',
        formatBytes(size),
        formatBytes(limit),
      );
    case 'largeResult':
      return l10n.t(
        'A result in this pack has {0}, and the limit is {1}. Unpack it, check it with verify.py, and open its results one by one.',
        formatBytes(size),
        formatBytes(limit),
      );
    case 'replaced':
      return l10n.t('The pack was changed while it was opened. Nothing of it is shown. Open it again.');
    default:
      return l10n.t('This zip is cut off or damaged. Ask whoever sent it for the pack again.');
  }
}

/** Says why there is nothing to fetch where a hand-over pack stands for a tenant. */
export function notInPack({ reason }: FailureValues): string {
  return reason === 'closed'
    ? l10n.t('This result comes from a hand-over pack that is not open in this window. Open the pack again.')
    : l10n.t(
        'A hand-over pack holds only what was put into it, and asks Defender nothing. Select a connection for that.',
      );
}

/** Says in what a pack is not what it says. */
export function differenceWords({ kind, name }: PackDifference): string {
  const shown = oneLine(name);
  const words: Readonly<Record<PackDifference['kind'], () => string>> = {
    missing: () => l10n.t('Missing: {0}', shown),
    seal: () => l10n.t('Another seal than yours: {0}', shown),
    notSealed: () => l10n.t('Does not seal what it should: {0}', shown),
    noFile: () => l10n.t('In a manifest, and not in the pack: {0}', shown),
    changed: () => l10n.t('Changed: {0}', shown),
    unreadable: () => l10n.t('Cannot be read: {0}', shown),
    cutOff: () => l10n.t('Cut off: {0}', shown),
    otherRows: () => l10n.t('Index and table differ: {0}', shown),
    order: () => l10n.t('A gap, a row twice, or no row of an index: row {0}', shown),
    noReason: () => l10n.t('Neither a result nor a reason: row {0}', shown),
    noResult: () => l10n.t('Its result is not there, or belongs to two rows: row {0}', shown),
    otherResult: () => l10n.t('Not the result that its facts describe: {0}', shown),
    otherHost: () => l10n.t('Its facts are those of another action, device or tenant: {0}', shown),
    otherMarks: () => l10n.t('Not marks of results in this pack: {0}', shown),
    added: () => l10n.t('Added, or in no row of the index, or in no manifest: {0}', shown),
    more: () => l10n.t('There are more. They were not looked for.'),
  };
  return words[kind]();
}

/** Returns the page about a pack that is not what it says, line by line. Names in it come from whoever wrote the pack. */
export function packReport(
  file: string,
  { differences, seal }: { readonly differences: readonly PackDifference[]; readonly seal: string },
): string[] {
  return [
    l10n.t('Hand-over pack {0}', safe(file)),
    l10n.t('DAMAGED. Differences: {0}', differences.length),
    '',
    ...differences.map((one) => safe(differenceWords(one))),
    '',
    l10n.t('Nothing of this pack is shown, because it is not what it says. Ask whoever sent it for the pack again.'),
    ...(seal === '' ? [] : [l10n.t('The seal of this file: {0}', seal)]),
  ];
}

/** Says what was opened, and what its check proves. */
export function openedPack(
  {
    file,
    results,
    hosts,
    seal,
  }: { readonly file: string; readonly results: number; readonly hosts: number; readonly seal: string },
  isSealed: boolean,
): string {
  const opened = l10n.t('Opened {0}: {1} of {2} hosts with their result.', file, results, hosts);
  const proof = isSealed
    ? l10n.t('Its seal is yours, so it is the pack that was sealed.')
    : l10n.t(
        'It is consistent. No seal was given, so that truncation, rewriting and back-dating are not excluded. Its seal is {0}.',
        seal,
      );
  return `${opened} ${proof}`;
}

/** Says when a result was fetched. In a pack, that and who fetched it are the words of the pack. */
export function fetchedWords({ fetchedAt, opened }: Pick<StoredFacts, 'fetchedAt' | 'opened'>): string {
  const time = formatUtc(fetchedAt);
  return opened?.kind === 'pack'
    ? l10n.t('From the pack {0}, which says: fetched {1}', opened.name, time)
    : l10n.t('Fetched {0}', time);
}

/** Breaks every address in a text of a pack, because the editor would turn the address into a link. */
function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}

/** Returns the sentence above the rows of a list: in that of a pack, it says so first. */
export function packSentence(
  shown: { readonly tenant: { readonly cloud: string }; readonly connectionName?: string } | undefined,
  sentence: string,
): string {
  if (shown?.tenant.cloud !== 'pack') return sentence;
  const words = l10n.t('From the hand-over pack {0}. What is not in it cannot be fetched.', shown.connectionName ?? '');
  return sentence === '' ? words : `${words} ${sentence}`;
}
