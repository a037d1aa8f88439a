import { commands, l10n, TreeItemCheckboxState } from 'vscode';
import type { Disposable, TreeView } from 'vscode';
import { refOf } from '../../../base/resultUri.ts';
import type { ResultRef } from '../../../base/resultUri.ts';
import type { Services } from '../../../services/services.ts';
import type { TreeNode } from '../../../tree/nodes.ts';
import { CommandRunner } from '../../common/commandRunner.ts';
import { defineCommand } from '../../common/defineCommand.ts';
import { findTargets } from '../../common/targets.ts';
import { all, CAN_MARK, IN_ACTIONS_VIEW, ON_RESULT_ROW } from '../../common/when.ts';
import { canMark } from './pseudonym.ts';
import { tellNothingToMark } from './tagResults.ts';

type ReviewServices = Pick<Services, 'activeCase' | 'marks' | 'view'>;

/** Marks results as reviewed, or no longer. */
async function setReviewed(
  services: ReviewServices,
  runner: CommandRunner,
  refs: readonly ResultRef[],
  set: boolean,
): Promise<void> {
  const { marks, view } = services;
  const isOther = (ref: ResultRef): boolean => marks.of(ref).isReviewed !== set;
  const others = refs.filter(isOther);
  if (others.length > 0 && (await canMark(services))) {
    await runner.run(l10n.t('Marking as reviewed'), () =>
      marks.add(others.map((ref) => ({ what: 'reviewed', on: refOf(ref), set }))),
    );
  }
  // VS Code has drawn the box already, also if nothing was written.
  if (refs.some(isOther)) view.tree.redraw(refs.map(({ actionId }) => actionId));
}

/** Follows the check boxes of the tree. */
export function followCheckBoxes(
  services: ReviewServices & Pick<Services, 'log' | 'settings'>,
  view: Pick<TreeView<TreeNode>, 'onDidChangeCheckboxState'>,
): Disposable {
  return view.onDidChangeCheckboxState(({ items }) => {
    const runner = new CommandRunner(services);
    for (const wanted of [TreeItemCheckboxState.Checked, TreeItemCheckboxState.Unchecked]) {
      const refs = items.flatMap(([node, state]) => (state === wanted ? services.view.tree.refsOf(node) : []));
      if (refs.length === 0) continue;
      setReviewed(services, runner, refs, wanted === TreeItemCheckboxState.Checked).catch((error: unknown) => {
        runner.fail(l10n.t('Marking as reviewed'), error);
      });
    }
  });
}

/** Marks results as reviewed; if all are, as not reviewed. */
async function toggle(services: ReviewServices, runner: CommandRunner, refs: readonly ResultRef[]): Promise<void> {
  const { marks } = services;
  const own = refs.filter((ref) => marks.isMarkable(ref));
  if (own.length === 0) tellNothingToMark(marks, refs);
  else await setReviewed(services, runner, own, !own.every((ref) => marks.of(ref).isReviewed));
}

/**
 * Returns the row in focus, or the selected rows if it is one of them. VS Code tells extensions the selection alone, so
 * the row is added to it, or taken from it, and put back. No row is opened by that.
 */
async function rowsInFocus(view: Services['view']): Promise<readonly TreeNode[]> {
  const before = view.selection;
  await commands.executeCommand('list.toggleSelection');
  const after = view.selection;
  await commands.executeCommand('list.toggleSelection');
  const row = after.find((one) => !before.includes(one)) ?? before.find((one) => !after.includes(one));
  if (row === undefined) return [];
  return before.includes(row) ? before : [row];
}

export const reviewResultsCommand = defineCommand({
  name: 'reviewResults',
  needs: 'nothing',
  palette: 'false',
  menus: [{ menu: 'view/item/context', group: '4_marks@1', when: all(IN_ACTIONS_VIEW, CAN_MARK, ON_RESULT_ROW) }],
  run: (services, { args, runner }) =>
    toggle(
      services,
      runner,
      findTargets(services, args).map(({ ref }) => ref),
    ),
});

/**
 * `liveResponse.reviewFocused`: does the same by Space in the tree. VS Code itself expands a row with Space, and has its
 * check boxes before everything else in the order of Tab.
 */
export const reviewFocusedCommand = defineCommand({
  name: 'reviewFocused',
  needs: 'nothing',
  palette: 'false',
  keys: [{ key: 'space', when: all('focusedView == liveResponse.actions', 'listFocus', '!inputFocus', CAN_MARK) }],
  run: async (services, { runner }) => {
    const rows = services.marks.isOpen ? await rowsInFocus(services.view) : [];
    await toggle(
      services,
      runner,
      rows.flatMap((row) => services.view.tree.refsOf(row)),
    );
  },
});
