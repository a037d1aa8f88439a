import { l10n, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { markKey } from '../../../case/marks/mergeMarks.ts';
import { isTag } from '../../../case/marks/markLine.ts';
import { refOf } from '../../../base/resultUri.ts';
import type { ResultRef } from '../../../base/resultUri.ts';
import { notify } from '../../../platform/show/notifications.ts';
import { pickFollowing } from '../../../platform/show/quickInputs.ts';
import type { Services } from '../../../services/services.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import { defineCommand } from '../../common/defineCommand.ts';
import { findTargets } from '../../common/targets.ts';
import type { TargetServices } from '../../common/targets.ts';
import { all, CAN_MARK, IN_ACTIONS_VIEW, ON_RESULT_ROW } from '../../common/when.ts';
import { canMark } from './pseudonym.ts';

type TagServices = Pick<Services, 'activeCase' | 'marks'> & TargetServices;

interface TagItem extends QuickPickItem {
  readonly tag: string;
  readonly set: boolean;
}

/** `liveResponse.tagResults`: adds a tag to results, or removes one that all of them have. */
export async function tagResults(
  services: TagServices,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const { marks } = services;
  const all = [...new Map(findTargets(services, args).map(({ ref }) => [markKey(ref), ref])).values()];
  const refs = all.filter((ref) => marks.isMarkable(ref));
  if (refs.length === 0) {
    tellNothingToMark(marks, all);
    return;
  }
  const chosen = await pickTag(marks, refs);
  if (chosen === undefined || !(await canMark(services))) return;
  const { tag, set } = chosen;
  await runner.run(l10n.t('Tagging'), () =>
    marks.add(
      refs
        .filter((ref) => marks.of(ref).tags.includes(tag) !== set)
        .map((ref) => ({ what: 'tag', on: refOf(ref), tag, set })),
    ),
  );
}

/** Says what is missing to mark results. */
export function tellNothingToMark(marks: Services['marks'], refs: readonly ResultRef[]): void {
  void notify('information', whyNothing(marks, refs));
}

function whyNothing(marks: Services['marks'], refs: readonly ResultRef[]): string {
  if (refs.some((ref) => marks.isOfPack(ref)))
    return l10n.t('Marks that came with a hand-over pack are not changed. Quote the result in a note instead.');
  return marks.isOpen
    ? l10n.t('Select a result in the tree, or open one.')
    : l10n.t('Results are marked in a case: start or open one with Case….');
}

/** Asks for a tag. What is typed is offered as a new one. */
function pickTag(marks: Services['marks'], refs: readonly ResultRef[]): Promise<TagItem | undefined> {
  const tags = marks.tags();
  const known = tags.map((tag): TagItem => {
    const isOnAll = refs.every((ref) => marks.of(ref).tags.includes(tag));
    return {
      label: tag,
      description: isOnAll ? l10n.t('remove') : l10n.t('add'),
      ...(isOnAll ? { iconPath: new ThemeIcon('check') } : {}),
      tag,
      set: !isOnAll,
    };
  });
  const isNew = (tag: string): boolean => tag !== '' && !tags.includes(tag);
  return pickFollowing<TagItem>({
    fixed: () => known,
    typed: (tag) => (isNew(tag) && isTag(tag) ? [{ label: tag, description: l10n.t('new tag'), tag, set: true }] : []),
    texts: (tag) => ({
      title:
        isNew(tag) && !isTag(tag)
          ? l10n.t('A tag is one word of up to 40 letters, digits, hyphens, dots or underscores.')
          : l10n.t('Tags of Results: {0}', refs.length),
      placeholder: l10n.t('Choose a tag to add or remove it, or type a new one'),
    }),
  });
}

export const tagResultsCommand = defineCommand({
  name: 'tagResults',
  needs: 'nothing',
  palette: 'false',
  menus: [{ menu: 'view/item/context', group: '4_marks@2', when: all(IN_ACTIONS_VIEW, CAN_MARK, ON_RESULT_ROW) }],
  run: (services, { args, runner }) => tagResults(services, runner, args),
});
