import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { MarkTrouble } from '../../../case/marks/markFiles.ts';
import type { Remark } from '../../../case/marks/mergeMarks.ts';
import { linesOf } from '../../../documents/marks/remarkThreads.ts';
import { formatUtc } from '../../../messages/format.ts';
import { tagsWords } from '../../../messages/runWords.ts';
import { notify } from '../../../platform/show/notifications.ts';
import { pickOne } from '../../../platform/show/quickInputs.ts';
import type { Services } from '../../../services/services.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import { openCited } from '../../open/openCitation.ts';
import type { OpenServices } from '../../open/openTarget.ts';

/** Part of a remark that a row shows, in UTF-16 units. */
const MAX_SHOWN = 200;

interface RemarkItem extends QuickPickItem {
  readonly remark: Remark;
}

/** Lists the remarks of the case, or of the active pack if it came with marks, and opens the line of the chosen one. */
export async function listRemarks(
  services: OpenServices & Pick<Services, 'marks' | 'packs' | 'remarkThreads'>,
  runner: CommandRunner,
): Promise<void> {
  const { marks, store, remarkThreads } = services;
  const { active } = services.connections;
  const pack = active !== undefined && marks.isOfPack(active) ? active : undefined;
  await marks.read();
  const remarks = marks.remarks(pack);
  const trouble = pack === undefined ? troubleWords(marks.trouble) : [];
  const items = remarks.map((remark): RemarkItem => {
    const { who, at, on } = remark;
    const text = remark.text.slice(0, MAX_SHOWN + 1).replaceAll(/\s/gu, ' ');
    const name = store.known(on)?.name;
    const words = [name?.device, name?.script, linesOf(on.lines), ...tagsWords(marks.of(on).tags)];
    return {
      label: text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text,
      description: `${who} · ${formatUtc(Date.parse(at))}`,
      detail: words.filter((word) => word !== undefined).join(' · '),
      remark,
    };
  });
  const none = l10n.t('No remark yet. In a result, run Add Comment on Current Selection.');
  const chosen = await pickOne(items, {
    title:
      pack === undefined
        ? l10n.t('Remarks: {0}', remarks.length)
        : l10n.t('Remarks in {0}: {1}', pack.name, remarks.length),
    placeHolder: [items.length === 0 ? none : l10n.t('Choose one to open its line'), ...trouble].join(' · '),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  const { on, key } = chosen.remark;
  await openCited(services, runner, on, on.lines[0]);
  const facts = await store.facts(on);
  if (facts === undefined) return;
  if (facts.sha256 === on.sha256) remarkThreads.reveal(key);
  else {
    void notify(
      'warning',
      l10n.t(
        'The remark is about another result than the stored one: its SHA-256 begins with {0}.',
        on.sha256.slice(0, 16),
      ),
    );
  }
}

/** Says what of the marks could not be understood. It stays in its files. */
function troubleWords({ unreadable, unknown, torn, refused }: MarkTrouble = NO_TROUBLE): string[] {
  return [
    ...(unreadable + torn === 0 ? [] : [l10n.t('Lines that are no marks: {0}.', unreadable + torn)]),
    ...(unknown === 0 ? [] : [l10n.t('Lines of a newer version: {0}.', unknown)]),
    ...(refused === 0 ? [] : [l10n.t('Files that were not read: {0}.', refused)]),
  ];
}

const NO_TROUBLE: MarkTrouble = { unreadable: 0, unknown: 0, torn: 0, refused: 0 };
