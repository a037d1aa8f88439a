import { l10n } from 'vscode';
import type { CaseVerdict, CheckedAnchor } from '../case/verifyCase.ts';
import type { Fault, FaultKind } from '../case/record/verifyRecord.ts';
import { oneLine } from '../platform/remoteText.ts';
import { formatUtc } from '../messages/format.ts';

/** Faults that a report names. More are counted. */
const MOST = 100;

const FAULTS: Readonly<Record<FaultKind, () => string>> = {
  unreadable: () => l10n.t('no line of a record'),
  sequence: () => l10n.t('a number is missing, or stands twice'),
  chain: () => l10n.t('this line, or the one before it, was changed, moved, taken away or put in'),
  otherFile: () => l10n.t('the file was renamed or copied'),
  otherCase: () => l10n.t('the file belongs to another case'),
  otherWriter: () => l10n.t('the line is not by the writer that the file names'),
  fileGone: () => l10n.t('the file was there when another one was begun, or at an anchor, and is gone'),
  fileCut: () => l10n.t('the file had more lines when another one was begun, or at an anchor'),
  fileChanged: () => l10n.t('the file held other lines when another one was begun, or at an anchor'),
  artefact: () => l10n.t('the file is not the one that was written'),
  result: () => l10n.t('the stored result is not the recorded one'),
  anchor: () => l10n.t('the anchor names no heads'),
  signature: () => l10n.t('the signature is not that of its anchor'),
};

/** Returns the report on a record, line by line. Names in it come from whoever wrote the folder. */
export function caseReport(verdict: CaseVerdict, checkedAt: number): string[] {
  const { faults, lines, files, torn, backwards, unknown, head, written, results, anchors, olderAnchors } = verdict;
  const more = faults.length - MOST;
  return [
    `${l10n.t('Record of {0}', safe(verdict.name))} · ${formatUtc(checkedAt)}`,
    faults.length === 0 ? l10n.t('CONSISTENT') : l10n.t('NOT CONSISTENT. Faults: {0}', faults.length),
    '',
    ...faults.slice(0, MOST).map(faultLine),
    ...(more > 0 ? [l10n.t('{0} more', more)] : []),
    ...(faults.length > 0 ? [''] : []),
    l10n.t('Lines: {0}. Files: {1}. Unfinished lines that a crash left: {2}.', lines, files, torn),
    l10n.t(
      'Lines with an earlier time than the line above: {0}. The clock was set, or a time is made up.',
      backwards.length,
    ),
    ...(unknown > 0 ? [l10n.t('Lines about steps of a newer version: {0}', unknown)] : []),
    l10n.t(
      'Files that steps wrote: {0} unchanged, {1} changed, {2} not in the folder.',
      ...[written.same, written.other, written.absent],
    ),
    l10n.t(
      'Results: {0} stored here with the recorded hash, {1} with another one, {2} not stored here.',
      ...[results.same, results.other, results.absent],
    ),
    l10n.t('Head: {0}', head),
    ...(anchors.length > 0 ? [''] : []),
    ...anchors.flatMap(anchorLines),
    ...(olderAnchors > 0 ? [l10n.t('Older anchors that were not looked at: {0}', olderAnchors)] : []),
    ...limits(verdict),
  ];
}

function faultLine({ kind, file, line }: Fault): string {
  return [safe(file), ...(line === undefined ? [] : [l10n.t('line {0}', line)]), FAULTS[kind]()].join(' · ');
}

function anchorLines({ name, head, signedBy, stamp, until, behind }: CheckedAnchor): string[] {
  const signature =
    signedBy === undefined
      ? l10n.t('not signed')
      : signedBy === 'unchecked'
        ? l10n.t('signed, not checked: ssh-keygen is missing or failed')
        : l10n.t('signed with the key {0}', signedBy);
  const stamped = stamp === undefined ? [] : [l10n.t('time stamp: check it with verify_record.py')];
  const last = until === undefined ? '' : formatUtc(Date.parse(until));
  return [
    [l10n.t('Anchor {0}', name), signature, ...stamped].join(' · '),
    `    ${l10n.t('Head: {0}', head)}`,
    `    ${l10n.t('Its last line says {0}. Lines that it does not hold: {1}', last, behind)}`,
  ];
}

/** Says what the outcome proves, and what it does not. */
function limits({ faults, anchors, head }: CaseVerdict): string[] {
  if (faults.length > 0) return [];
  const signed = anchors.filter(({ signedBy }) => signedBy !== undefined && signedBy !== 'unchecked');
  const isAnchored = signed.length > 0;
  const covers = signed.some((anchor) => anchor.head === head);
  return [
    '',
    isAnchored
      ? l10n.t(
          'Up to a signed anchor, nothing was cut off or rewritten since it was signed, if the key is one that you know by another way than this folder. Back-dating is not excluded.',
        )
      : l10n.t('Consistent; truncation, rewriting and back-dating not excluded.'),
    ...(isAnchored && !covers ? [l10n.t('Lines after the last signed anchor can be cut off or rewritten.')] : []),
    ...(isAnchored
      ? [
          l10n.t(
            'Not excluded: a later anchor was taken away, with all lines behind it. Compare the time of the last one with what you expect.',
          ),
        ]
      : []),
    l10n.t('Not proven: that the device told the truth, that the record is complete, who the writers are.'),
  ];
}

/** Breaks every address in a name, because the editor would turn it into a link. */
function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}
