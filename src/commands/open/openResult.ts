import { commands } from 'vscode';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { fetchResult } from './fetchResult.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import { findTargets } from '../common/targets.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, ON_ONE_ROW, ON_TRANSCRIPT_ROW, all } from '../common/when.ts';

/**
 * Time at which Enter was last pressed in the tree, in ms since 1970. A result that opens right after this time gets
 * the focus.
 */
let focusWantedAt = 0;
/**
 * Longest time between Enter and the row's own command, in milliseconds. The command usually follows at once. It
 * follows a moment later if VS Code must first find the extension.
 */
const FOCUS_WITHIN_MS = 1000;

/**
 * `liveResponse.openResult`: opens the result of a row, an address or `{tenant, actionId, commandIndex, stream, line}`.
 */
async function openResult(
  services: OpenServices & Pick<Services, 'fetchAction' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const takesFocus = Date.now() - focusWantedAt < FOCUS_WITHIN_MS;
  focusWantedAt = 0;
  const [target, another] = findTargets(services, args);
  const session = isTreeNode(args[0]) && args[0].kind === 'action' ? args[0] : undefined;
  if (session !== undefined && (target === undefined || another !== undefined)) {
    // Which command is meant is not known, and the text of another device must not stay on screen.
    const [first] = services.actions.list?.get(session.actionId)?.commands ?? [];
    const ref = { ...session.tenant, actionId: session.actionId, commandIndex: first?.index ?? 0 };
    await services.statusPages.showSession(ref, !takesFocus);
    return;
  }
  if (target === undefined) await fetchResult(services, runner, []);
  else await openTarget(services, runner, target, takesFocus);
}

/** `liveResponse.openFocused`: opens a row on Enter as a click does, and moves the focus into the text. */
async function openFocused(): Promise<void> {
  focusWantedAt = Date.now();
  await commands.executeCommand('list.select');
}

export const openResultCommand = defineCommand({
  name: 'openResult',
  needs: 'nothing',
  icon: 'go-to-file',
  palette: 'false',
  menus: [{ menu: 'view/item/context', group: '1_open@1', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW, ON_ONE_ROW) }],
  run: (services, { args, runner }) => openResult(services, runner, args),
});

export const openFocusedCommand = defineCommand({
  name: 'openFocused',
  needs: 'nothing',
  palette: 'false',
  keys: [{ key: 'enter', when: 'focusedView == liveResponse.actions && listFocus && !inputFocus' }],
  run: () => openFocused(),
});
