import { commands, env, l10n, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { parseServerTime } from '../../base/serverTime.ts';
import type { MachineAction } from '../../defender/schema.ts';
import { formatUtc } from '../../messages/format.ts';
import { deviceOf, isFinished, runScripts } from '../../model/machineAction.ts';
import type { Services } from '../../services/services.ts';
import { scriptOf } from '../../tree/arrange.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import { actionState } from '../../tree/words.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { findReferences } from '../../evidence/references/findReferences.ts';
import type { FoundReference } from '../../evidence/references/findReferences.ts';
import { fetchReference, labelOf } from '../open/fetchResult.ts';
import { openTarget } from '../open/openTarget.ts';
import type { OpenServices } from '../open/openTarget.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickFollowing, pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS, IN_ACTIONS_VIEW, IS_CONNECTED, ON_ONE_ROW, all } from '../common/when.ts';

/**
 * `liveResponse.goToAction`: lists the loaded actions by script, device, comment and id, and selects the row of the
 * chosen action. A text that names an action opens its result. The notification about ended actions calls it with `{actionIds, opens}`.
 */
async function goToAction(
  services: OpenServices & Pick<Services, 'fetchAction' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const { actionIds, opens } = readArgument(args[0]);
  await services.actions.list?.ensureLoaded(new AbortController().signal);
  const known = actionIds?.flatMap((id) => services.actions.list?.get(id) ?? []);
  const chosen =
    known?.length === 1
      ? { action: known[0] }
      : await pickActionOrReference(known ?? services.actions.reachable, known === undefined);
  if (chosen !== undefined && 'reference' in chosen) await fetchReference(services, runner, chosen.reference);
  const action = chosen !== undefined && 'action' in chosen ? chosen.action : undefined;
  if (action === undefined) return;
  await commands.executeCommand('liveResponse.actions.focus');
  await services.view.reveal(action.id);
  if (opens) await openFirst(services, runner, action);
}

/** `liveResponse.watchAction`: notifies the user when the action ends. */
async function watchAction(
  services: Pick<Services, 'actions' | 'view' | 'watched'>,
  args: readonly unknown[],
): Promise<void> {
  const { actions, watched } = services;
  const [first] = args;
  const named = typeof first === 'object' && first !== null && 'actionId' in first ? first.actionId : undefined;
  const known = typeof named === 'string' ? actions.list?.get(named) : undefined;
  const action =
    (known === undefined || isFinished(known) ? undefined : known) ??
    actionsOfRows(services, args).find((one) => !isFinished(one)) ??
    (await pickAction(
      actions.list?.unfinished ?? [],
      l10n.t('Watch Action'),
      l10n.t('Every action that is loaded has ended.'),
    ));
  if (action === undefined) return;
  watched.choose(action);
  const words = l10n.t('Watching {0} on {1}: you will be notified when it ends.', scriptOf(action), deviceOf(action));
  confirmInStatusBar(words, 8000);
}

/** `liveResponse.stopWatching`: takes back {@link watchAction}, and the watching of an action that was opened. */
function stopWatching(services: Pick<Services, 'actions' | 'view' | 'watched'>, args: readonly unknown[]): void {
  const { watched } = services;
  const action = actionsOfRows(services, args).find(({ id }) => watched.has(id));
  if (action === undefined) {
    const sentence = l10n.t(
      'Select an action with an eye in the view Machine Actions, and then run this command again.',
    );
    void notify('information', sentence);
    return;
  }
  watched.stop(action.id);
  confirmInStatusBar(l10n.t('{0} on {1} is no longer watched.', scriptOf(action), deviceOf(action)), 8000);
}

/** Returns the actions of the given rows, and then those of the selected rows. */
function actionsOfRows(
  { actions, view }: Pick<Services, 'actions' | 'view'>,
  args: readonly unknown[],
): MachineAction[] {
  const rows = [...args, ...view.selection].filter(isTreeNode);
  return rows.flatMap((row) => ('actionId' in row ? (actions.list?.get(row.actionId) ?? []) : []));
}

type ActionItem = QuickPickItem & { readonly action: MachineAction };
type ReferenceItem = QuickPickItem & { readonly reference: FoundReference };

function toItems(actions: readonly MachineAction[]): ActionItem[] {
  return actions.map((action) => ({
    label: scriptOf(action),
    description: [deviceOf(action), utcOf(action.creationDateTimeUtc), actionState(action)].join(' · '),
    detail: [action.id, action.requestorComment ?? ''].filter((part) => part !== '').join(' · '),
    action,
  }));
}

/** Asks the user for one of the given actions. */
async function pickAction(
  actions: readonly MachineAction[],
  title: string,
  none: string,
): Promise<MachineAction | undefined> {
  const items = toItems(actions);
  const placeHolder = items.length === 0 ? none : l10n.t('Script, device or action ID; {0} actions', items.length);
  const chosen = await pickOne(items, { title, placeHolder, matchOnDescription: true, matchOnDetail: true });
  return chosen?.action;
}

/**
 * Asks for an action in one box: by script, device, comment or id among the loaded actions, or by any text that names
 * an action. Actions that the clipboard names are offered first.
 */
async function pickActionOrReference(
  actions: readonly MachineAction[],
  asksClipboard: boolean,
): Promise<{ readonly action: MachineAction } | { readonly reference: FoundReference } | undefined> {
  const loaded = toItems(actions);
  const copied = asksClipboard ? findReferences(await env.clipboard.readText()) : [];
  const toReferences = (references: readonly FoundReference[], description?: string): ReferenceItem[] =>
    references.slice(0, MOST_REFERENCES).map((reference) => ({
      iconPath: new ThemeIcon('cloud-download'),
      label: l10n.t('Open {0}', labelOf(reference)),
      ...(description === undefined ? {} : { description }),
      reference,
    }));
  return pickFollowing<ActionItem | ReferenceItem>({
    untyped: toReferences(copied, l10n.t('from the clipboard')),
    fixed: () => loaded,
    typed: (text) => toReferences(findReferences(text)),
    // Enter alone never spends a call on an ID that something put on the clipboard.
    active: loaded[0],
    matchOnDescription: true,
    matchOnDetail: true,
    texts: () => ({
      title: l10n.t('Go to Action'),
      placeholder: l10n.t('Script, device, comment, action ID or link; {0} actions are loaded', actions.length),
    }),
  });
}

/** Largest number of actions that are offered from one text. */
const MOST_REFERENCES = 10;

async function openFirst(services: OpenServices, runner: CommandRunner, action: MachineAction): Promise<void> {
  const { shown } = services.actions;
  const command = runScripts(action)[0] ?? action.commands[0];
  if (shown === undefined || command === undefined) return;
  const ref = { ...shown.tenant, actionId: action.id, commandIndex: command.index };
  await openTarget(services, runner, { ref, stream: undefined, line: undefined }, true);
}

function readArgument(value: unknown): { readonly actionIds?: readonly string[]; readonly opens: boolean } {
  if (typeof value !== 'object' || value === null || !('actionIds' in value) || !Array.isArray(value.actionIds))
    return { opens: false };
  const actionIds = value.actionIds.filter((id: unknown) => typeof id === 'string');
  return { actionIds, opens: 'opens' in value && value.opens === true };
}

/** Formats a time of the server; returns a dash if the server sent no time. */
function utcOf(text: string): string {
  const time = parseServerTime(text);
  return time === undefined ? '–' : formatUtc(time);
}

export const goToActionCommand = defineCommand({
  name: 'goToAction',
  needs: 'connection',
  palette: ALWAYS,
  icon: 'search',
  menus: [{ menu: 'view/title', group: 'navigation@2', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { args, runner }) => goToAction(services, runner, args),
});

export const watchActionCommand = defineCommand({
  name: 'watchAction',
  needs: 'connection',
  menus: [
    {
      menu: 'view/item/context',
      group: '0_watch@1',
      when: all(
        IN_ACTIONS_VIEW,
        String.raw`viewItem =~ /\bunfinished\b/`,
        String.raw`!(viewItem =~ /\bwatched\b/)`,
        ON_ONE_ROW,
      ),
    },
  ],
  run: (services, { args }) => watchAction(services, args),
});

export const stopWatchingCommand = defineCommand({
  name: 'stopWatching',
  needs: 'connection',
  palette: 'false',
  menus: [
    {
      menu: 'view/item/context',
      group: '0_watch@1',
      when: all(IN_ACTIONS_VIEW, String.raw`viewItem =~ /\bwatched\b/`, ON_ONE_ROW),
    },
  ],
  run: (services, { args }) => {
    stopWatching(services, args);
  },
});
