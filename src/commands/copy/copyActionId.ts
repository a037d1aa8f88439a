import { env, l10n } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import { tellNothingChosen } from '../common/preconditions.ts';
import { findTargets } from '../common/targets.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { HAS_RESULT, IN_ACTIONS_VIEW, IN_RESULT, all } from '../common/when.ts';

/** `liveResponse.copyActionId`: copies `id#index` for a result, or the bare id for an action without one. */
async function copyActionId(
  services: Pick<Services, 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  args: readonly unknown[],
): Promise<void> {
  const ids = findTargets(services, args).map(({ ref }) =>
    // The address of an opened file is made from its hash and names no machine action. Only the file's facts file can
    // name the action.
    ref.cloud === 'file' ? services.store.known(ref)?.opened?.said : ref,
  );
  const texts = ids.flatMap((id) => (id === undefined ? [] : `${id.actionId}#${id.commandIndex.toString()}`));
  if (ids.length > 0 && texts.length === 0) throw new LiveResponseError('notStoredFile', { reason: 'noAction' });
  const [row] = [...args, ...services.view.selection].filter(isTreeNode);
  const text = texts.length > 0 ? texts.join('\n') : row?.kind === 'action' ? row.actionId : undefined;
  if (text === undefined) {
    tellNothingChosen();
    return;
  }
  await env.clipboard.writeText(text);
  confirmInStatusBar(l10n.t('{0} copied', text), 5000);
}

export const copyActionIdCommand = defineCommand({
  name: 'copyActionId',
  needs: 'nothing',
  palette: HAS_RESULT,
  menus: [
    {
      menu: 'view/item/context',
      group: '2_copy@3',
      when: all(IN_ACTIONS_VIEW, String.raw`viewItem =~ /^(action|command)\b/`),
    },
    { menu: 'editor/title/context', group: '1_liveResponse@2', when: IN_RESULT },
  ],
  run: (services, { args }) => copyActionId(services, args),
});
