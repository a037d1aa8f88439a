import { env, l10n } from 'vscode';
import type { ActionStore } from '../../actions/actionStore.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { TreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS, IN_ACTIONS_VIEW, IS_CONNECTED, ON_MACHINE_ROW, ON_ONE_ROW, all } from '../common/when.ts';

/** `liveResponse.refresh`: merges new and changed actions into the list. Rows that were loaded stay. */
async function refresh(services: Pick<Services, 'actions' | 'view'>, runner: CommandRunner): Promise<void> {
  await withList(services, runner, l10n.t('Refreshing machine actions'), async (list, signal) => {
    await list.refresh(signal);
    tellCount(list);
  });
}

/** `liveResponse.loadMore`: appends the next page. */
async function loadMore(services: Pick<Services, 'actions' | 'view'>, runner: CommandRunner): Promise<void> {
  await withList(services, runner, l10n.t('Loading more machine actions'), async (list, signal) => {
    const { state } = list;
    // If the server has no further page, no call is made.
    if (state.kind !== 'loaded' || state.hasMore) await list.loadMore(signal, services.actions.pageSize);
    tellCount(list);
  });
}

/** `liveResponse.loadDevice`: loads every action of the device in the row, or in the first selected row. */
async function loadDevice(
  services: Pick<Services, 'actions' | 'auditTrail' | 'view'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [row] = [...args, ...services.view.selection].filter(isTreeNode);
  const machineId = row === undefined ? undefined : machineOf(services, row);
  if (!machineId) {
    void notify(
      'information',
      l10n.t('Select a device or an action in the view Machine Actions, and then run this command again.'),
    );
    return;
  }
  await withList(services, runner, l10n.t('Loading all actions of this device'), async (list, signal) => {
    await list.loadDevice(machineId, signal);
    services.view.tree.redrawDevice(machineId);
    // Its records have a place in the list now, also if no action was new.
    if (services.auditTrail.opened !== undefined) services.auditTrail.refresh();
  });
}

function machineOf({ actions }: Pick<Services, 'actions'>, row: TreeNode): string | null | undefined {
  if (row.kind === 'device') return row.machineId;
  return 'actionId' in row ? actions.list?.get(row.actionId)?.machineId : undefined;
}

/**
 * Shows the number of actions in the status bar, because a command from the palette also works while the view is
 * hidden.
 */
function tellCount({ actions, state }: ActionStore): void {
  const count = actions.length.toLocaleString(env.language);
  const isAll = state.kind === 'loaded' && !state.hasMore;
  const sentence = isAll
    ? l10n.t('All {0} machine actions are loaded', count)
    : l10n.t('{0} machine actions are loaded, and there are more', count);
  confirmInStatusBar(sentence, 5000);
}

/**
 * Runs work on the list and shows its progress in the view. A failure is reported once, and the rows stay as they are.
 */
async function withList(
  services: Pick<Services, 'actions' | 'view'>,
  runner: CommandRunner,
  title: string,
  work: (list: ActionStore, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const list = services.actions.list;
  if (list === undefined) return;
  await services.view.withProgress(async () => {
    await runner.run(title, ({ signal }) => work(list, signal));
  });
}

export const refreshCommand = defineCommand({
  name: 'refresh',
  needs: 'connection',
  palette: ALWAYS,
  icon: 'refresh',
  menus: [{ menu: 'view/title', group: 'navigation@1', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { runner }) => refresh(services, runner),
});

export const loadMoreCommand = defineCommand({
  name: 'loadMore',
  needs: 'connection',
  run: (services, { runner }) => loadMore(services, runner),
});

export const loadDeviceCommand = defineCommand({
  name: 'loadDevice',
  needs: 'connection',
  icon: 'cloud-download',
  palette: 'false',
  menus: [
    {
      menu: 'view/item/context',
      group: 'inline@1',
      when: all(IN_ACTIONS_VIEW, String.raw`viewItem =~ /^device\b/`, String.raw`!(viewItem =~ /\bcomplete\b/)`),
    },
    { menu: 'view/item/context', group: '4_device@1', when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW) },
  ],
  run: (services, { args, runner }) => loadDevice(services, runner, args),
});

export const showAllTypesCommand = defineCommand({
  name: 'showAllTypes',
  needs: 'connection',
  icon: 'eye',
  palette: 'false',
  menus: [
    {
      menu: 'view/title',
      group: '2_list@2',
      when: all(IN_ACTIONS_VIEW, IS_CONNECTED, 'liveResponse.types == liveResponse'),
    },
  ],
  run: ({ actions, view }) => {
    actions.showTypes(false);
    return view.bringUp();
  },
});

export const showLiveResponseOnlyCommand = defineCommand({
  name: 'showLiveResponseOnly',
  needs: 'connection',
  icon: 'eye-closed',
  palette: 'false',
  menus: [
    { menu: 'view/title', group: '2_list@2', when: all(IN_ACTIONS_VIEW, IS_CONNECTED, 'liveResponse.types == all') },
  ],
  run: ({ actions, view }) => {
    actions.showTypes(true);
    return view.bringUp();
  },
});
