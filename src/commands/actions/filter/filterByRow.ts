import type { ActionFilter } from '../../../actions/actionFilter.ts';
import { findCommand, parameterOf, runScripts } from '../../../model/machineAction.ts';
import type { Services } from '../../../services/services.ts';
import { isTreeNode } from '../../../tree/nodes.ts';
import type { TreeNode } from '../../../tree/nodes.ts';
import { defineCommand } from '../../common/defineCommand.ts';
import { tellNothingChosen } from '../../common/preconditions.ts';
import { IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW, ON_TRANSCRIPT_ROW, all } from '../../common/when.ts';
import { loadedDevices } from './askForDevice.ts';

/**
 * `liveResponse.filterByDevice` and `filterByScript`: keep the filter, and add the device or the script of a row to it.
 */
function filterByRow(
  { actions, view }: Pick<Services, 'actions' | 'view'>,
  field: 'device' | 'script',
  args: readonly unknown[],
): void {
  const [row] = [...args, ...view.selection].filter(isTreeNode);
  const condition = row === undefined ? undefined : conditionOf({ actions, view }, row, field);
  if (condition === undefined) tellNothingChosen();
  else actions.showFiltered({ ...actions.filter, ...condition });
}

function conditionOf(
  { actions: { list }, view }: Pick<Services, 'actions' | 'view'>,
  row: TreeNode,
  field: 'device' | 'script',
): ActionFilter | undefined {
  const loaded = list?.actions ?? [];
  const action = 'actionId' in row ? list?.get(row.actionId) : undefined;
  if (field === 'device') {
    const machineId = row.kind === 'device' ? row.machineId : action?.machineId;
    const device = loadedDevices(loaded).find(({ machineIds }) => machineIds.includes(machineId ?? ''));
    if (device !== undefined || !machineId) return device && { device };
    // Only records of the audit trail name this device.
    const record = view.tree.source?.records?.rows.find(
      ({ deviceId, device: name }) => deviceId === machineId && name !== '',
    );
    return { device: { name: record?.device ?? machineId.slice(0, 8), machineIds: [machineId] } };
  }
  const command =
    row.kind === 'command' && action !== undefined
      ? findCommand(action, row.commandIndex)
      : action && runScripts(action)[0];
  const script = command === undefined ? undefined : parameterOf(command, 'ScriptName');
  return script === undefined ? undefined : { script };
}

export const filterByDeviceCommand = defineCommand({
  name: 'filterByDevice',
  needs: 'connection',
  palette: 'false',
  menus: [{ menu: 'view/item/context', group: '4_device@3', when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW) }],
  run: (services, { args }) => {
    filterByRow(services, 'device', args);
  },
});

export const filterByScriptCommand = defineCommand({
  name: 'filterByScript',
  needs: 'connection',
  palette: 'false',
  menus: [
    { menu: 'view/item/context', group: '4_device@4', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW, ON_ONE_ROW) },
  ],
  run: (services, { args }) => {
    filterByRow(services, 'script', args);
  },
});
