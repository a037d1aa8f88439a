import { l10n } from 'vscode';
import type { MarkLine } from '../../case/marks/markLine.ts';
import { formatBytes } from '../../messages/format.ts';
import { UNKNOWN_DEVICE } from '../../model/machineAction.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import { ask } from '../../platform/show/notifications.ts';
import type { PackInput } from '../../runs/pack/packFiles.ts';
import type { RunRow } from '../../runs/runRows.ts';

/** Results that are handed over. */
export interface Handed {
  readonly record: RunRecord;
  readonly question: string;
}

/** Content of a pack, as the person was told it. */
export interface Content extends Handed {
  readonly rows: readonly RunRow[];
  /** Marks of its results, if the person chose them. */
  readonly marks?: PackInput['marks'];
  readonly ofCase?: PackInput['ofCase'];
}

/** Number of names that a question lists, and longest one, in UTF-16 units: a long one must not hide the others. */
const MOST_NAMES = 20;
const LONGEST_NAME = 60;

/**
 * Says what a pack will hold, and asks whether marks go in.
 *
 * @returns undefined if the user does not agree
 */
export async function agreedContent({
  marks,
  ...content
}: Content & { readonly marks: ReadonlyMap<string, readonly MarkLine[]> }): Promise<Content | undefined> {
  const choose = chooseFile();
  const withMarks = l10n.t('With Marks, Choose File…');
  const answer = await ask(
    {
      severity: 'information',
      question: content.question,
      details: [
        ...resultWords(content.rows),
        ...(marks.size === 0
          ? []
          : [
              l10n.t(
                'Marks of these results go in only with “{0}”: as they stand in the files, also remarks that were changed or deleted later. Lines: {1}, pseudonyms: {2}.',
                withMarks,
                countLines(marks),
                listNames([...marks.keys()]),
              ),
            ]),
        l10n.t('Notes, collected files and the record of a case are not in it.'),
      ],
    },
    choose,
    ...(marks.size === 0 ? [] : [withMarks]),
  );
  if (answer === undefined) return undefined;
  return answer === withMarks ? { ...content, marks } : content;
}

/** Returns the words of the button that goes on to the choice of a file. */
export function chooseFile(): string {
  return l10n.t('Choose File…');
}

/** Counts the lines of marks. */
export function countLines(marks: ReadonlyMap<string, readonly MarkLine[]>): number {
  return [...marks.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Lists names in order, and counts them if there are many. */
export function listNames(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? [`… (${names.length})`] : [];
  const listed = names.toSorted().slice(0, MOST_NAMES);
  const short = listed.map((name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name));
  return [...short, ...more].join(', ');
}

/** Says how many results a pack will hold, how large they are, and whose names stand in it. */
export function resultWords(rows: readonly RunRow[]): readonly string[] {
  const stored = rows.flatMap(({ facts }) => facts ?? []);
  const bytes = stored.reduce((sum, { size }) => sum + size, 0);
  const unreadable = rows.filter(({ state }) => state === 'unreadable').length;
  const people = new Set(
    [
      ...stored.flatMap(({ action, fetchedBy }) => [action.requestor, action.cancellationRequestor, fetchedBy]),
      // The reasons of hosts without a result name people, too.
      ...rows.flatMap(({ reasons }) => reasons.flatMap(({ values }) => [values?.['by'], values?.['requestor']])),
    ].filter((name) => typeof name === 'string' && name !== ''),
  );
  return [
    l10n.t(
      'Results: {0} ({1} before packing). Hosts without a result, with the reason: {2}.',
      stored.length,
      formatBytes(bytes),
      rows.length - stored.length,
    ),
    ...(unreadable === 0 ? [] : [l10n.t('Of the results, {0} cannot be read. They go in as they came.', unreadable)]),
    l10n.t(
      'It names devices: {0}, and people who ran, canceled or fetched: {1}. Comments, arguments, outputs, the other commands of each session and the name of the connection go in as they are. Nothing is encrypted.',
      new Set(rows.map(({ member }) => member.device).filter((device) => device !== UNKNOWN_DEVICE)).size,
      people.size,
    ),
  ];
}
