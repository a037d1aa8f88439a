import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { pickOne } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { Grouping } from '../../tree/arrange.ts';
import { defineCommand } from '../common/defineCommand.ts';
import type { CommandDefinition } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IS_CONNECTED, all } from '../common/when.ts';

export const groupByActionCommand = defineGrouping('groupByAction', 'action', 'list-flat', 1);
export const groupByDeviceCommand = defineGrouping('groupByDevice', 'device', 'device-desktop', 2);
export const groupByRunCommand = defineGrouping('groupByRun', 'run', 'run-all', 3);
export const groupByDayCommand = defineGrouping('groupByDay', 'day', 'calendar', 4);

/** `liveResponse.groupActions`: asks how to group the rows. */
async function groupActions({ view }: Pick<Services, 'view'>): Promise<void> {
  const items: (QuickPickItem & { readonly grouping: Grouping })[] = [
    { label: l10n.t('By Action'), description: l10n.t('a row for each action'), grouping: 'action' },
    { label: l10n.t('By Device'), grouping: 'device' },
    { label: l10n.t('By Run'), description: l10n.t('the same script on several hosts'), grouping: 'run' },
    { label: l10n.t('By Day'), description: 'UTC', grouping: 'day' },
  ];
  const chosen = await pickOne(items, { title: l10n.t('Group Machine Actions') });
  if (chosen === undefined) return;
  view.groupBy(chosen.grouping);
  await view.bringUp();
}

export const groupActionsCommand = defineCommand({
  name: 'groupActions',
  needs: 'connection',
  run: (services) => groupActions(services),
});

/**
 * Declares a command that groups the rows by `grouping`. `order` is the command's position in the view's menu, from 1.
 */
function defineGrouping(name: string, grouping: Grouping, icon: string, order: number): CommandDefinition {
  return defineCommand({
    name,
    needs: 'connection',
    icon,
    palette: 'false',
    menus: [{ menu: 'view/title', group: `2_group@${order}`, when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
    run: ({ view }) => {
      view.groupBy(grouping);
      return view.bringUp();
    },
  });
}
