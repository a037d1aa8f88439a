import { l10n } from 'vscode';
import type { CaseParts, RecordParts } from '../../case/folder/caseParts.ts';
import type { MarkLine } from '../../case/marks/markLine.ts';
import { formatBytes } from '../../messages/format.ts';
import { ask } from '../../platform/show/notifications.ts';
import { pickSeveral } from '../../platform/show/quickInputs.ts';
import { packedCase } from '../../runs/pack/packedCase.ts';
import { chooseFile, countLines, listNames, resultWords } from '../runs/packQuestion.ts';
import type { Content } from '../runs/packQuestion.ts';

/** A case as it can be handed over. */
export interface CaseOffer extends Pick<Content, 'record' | 'rows'> {
  readonly title: string;
  readonly parts: CaseParts;
  /** Names of connections and IDs of tenants whose results are not in the pack, and the number of these results. */
  readonly others: { readonly names: readonly string[]; readonly results: number };
  readonly lines: ReadonlyMap<string, readonly MarkLine[]>;
  /** Files, folders, and results of the record or the notes, that could not be read. */
  readonly unread: number;
}

/**
 * Asks what of the case goes into the pack, says what that holds, and asks again.
 *
 * @returns undefined if the person does not agree
 */
export async function agreedCase({
  title,
  parts,
  others,
  record,
  rows,
  lines,
  unread,
}: CaseOffer): Promise<Content | undefined> {
  const { name, number, notes } = parts;
  const marksRow = {
    label: l10n.t('Marks'),
    detail: l10n.t(
      'Lines: {0}, pseudonyms: {1}. Also of remarks that were changed or deleted later',
      countLines(lines),
      listNames([...lines.keys()]),
    ),
  };
  const notesRow = {
    label: l10n.t('Notes'),
    detail: l10n.t(
      'Markdown files, whole and as they were saved ({0}): {1}',
      formatBytes(notes.reduce((sum, { bytes }) => sum + bytes.length, 0)),
      listNames(notes.map(({ place }) => place)),
    ),
  };
  const recordRow = {
    label: l10n.t('Record and Anchors'),
    detail: parts.record === undefined ? '' : recordWords(parts.record),
  };
  const items = [
    ...(lines.size === 0 ? [] : [marksRow]),
    ...(notes.length === 0 ? [] : [notesRow]),
    ...(parts.record === undefined ? [] : [recordRow]),
  ];
  const chosen =
    items.length === 0
      ? []
      : await pickSeveral(items, { title, placeHolder: l10n.t('Only the results go in unless you choose more') });
  if (chosen === undefined) return undefined;
  const [withNotes, withRecord] = [chosen.includes(notesRow), chosen.includes(recordRow)];
  const question = l10n.t('Hand over the case {0}?', name);
  const goOn = chooseFile();
  const answer = await ask(
    {
      severity: 'information',
      question,
      details: [
        l10n.t('It holds the results that the case names, and its name and number: {0}.', `${name} ${number}`.trim()),
        ...resultWords(rows),
        ...(others.results === 0
          ? []
          : [
              l10n.t('Results of other tenants or files, which are not in it: {0}.', others.results),
              ...(withNotes || withRecord
                ? [l10n.t('Notes and record can name these tenants and their devices: {0}.', listNames(others.names))]
                : []),
            ]),
        ...(unread === 0
          ? []
          : [
              l10n.t(
                'Could not be read: {0} notes, folders, marks, anchors or names of results. What only they name is not in it.',
                unread,
              ),
            ]),
        ...chosen.map(({ label, detail }) => `${label}: ${detail}.`),
        l10n.t('Collected files are not in it.'),
      ],
    },
    goOn,
  );
  if (answer !== goOn) return undefined;
  const recorded = withRecord ? parts.record : undefined;
  return {
    ...{ record, rows, question },
    marks: chosen.includes(marksRow) ? lines : undefined,
    ofCase: packedCase({ name, number, record: recorded, notes: withNotes ? notes : [] }),
  };
}

function recordWords({ steps, bytes, writers, users, unreadable }: RecordParts): string {
  return [
    l10n.t(
      'Steps: {0} ({1}), pseudonyms: {2}, with the names of notes, connections and files, and case.json',
      steps,
      formatBytes(bytes),
      listNames(writers),
    ),
    ...(users.length === 0 ? [] : [l10n.t('It names accounts on machines: {0}', listNames(users))]),
    ...(unreadable === 0 ? [] : [l10n.t('It has lines that cannot be read: {0}', unreadable)]),
  ].join('. ');
}
