import type { Grouping } from '../../tree/arrange.ts';
import { defineCommand } from '../common/defineCommand.ts';
import type { CommandDefinition } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IS_CONNECTED, MAY_BE_CONNECTED, all } from '../common/when.ts';

export const groupByActionCommand = defineGrouping('groupByAction', 'action', 'list-flat', 1);
export const groupByDeviceCommand = defineGrouping('groupByDevice', 'device', 'device-desktop', 2);
export const groupByRunCommand = defineGrouping('groupByRun', 'run', 'run-all', 3);
export const groupByDayCommand = defineGrouping('groupByDay', 'day', 'calendar', 4);

/**
 * Declares a command that groups the rows by `grouping`. `order` is the command's position in the view's menu, from 1.
 */
function defineGrouping(name: string, grouping: Grouping, icon: string, order: number): CommandDefinition {
  return defineCommand({
    name,
    needs: 'connection',
    icon,
    palette: all(MAY_BE_CONNECTED, `liveResponse.grouping != ${grouping}`),
    menus: [{ menu: 'view/title', group: `2_group@${order}`, when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
    run: ({ view }) => {
      view.groupBy(grouping);
      return view.bringUp();
    },
  });
}
