import { cloudAddresses } from '../../defender/clouds.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { openPage } from '../../platform/show/webPages.ts';
import { findDevice } from '../common/findDevice.ts';
import type { DeviceServices } from '../common/findDevice.ts';
import { tellNothingChosen } from '../common/preconditions.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { HAS_RESULT, IN_ACTIONS_VIEW, IN_RESULT, ON_MACHINE_ROW, ON_ONE_ROW, ON_RECORD, all } from '../common/when.ts';

/** `liveResponse.openDeviceInPortal`: opens the device's page in the Defender portal of its cloud. */
async function openDeviceInPortal(services: DeviceServices, args: readonly unknown[]): Promise<void> {
  const device = await findDevice(services, args);
  if (device === undefined) {
    tellNothingChosen();
    return;
  }
  const { cloud, tenantId, machineId } = device;
  if (cloud === 'custom' || cloud === 'file' || cloud === 'pack' || !machineId) throw new LiveResponseError('noPortal');
  const { portalUrl } = cloudAddresses(cloud);
  const path = `/machines/v2/${encodeURIComponent(machineId)}/overview`;
  await openPage(`${portalUrl}${path}?tid=${tenantId}`);
}

export const openDeviceInPortalCommand = defineCommand({
  name: 'openDeviceInPortal',
  needs: 'nothing',
  icon: 'link-external',
  palette: HAS_RESULT,
  menus: [
    { menu: 'view/item/context', group: '4_device@2', when: all(IN_ACTIONS_VIEW, ON_MACHINE_ROW, ON_ONE_ROW) },
    {
      menu: 'view/item/context',
      group: '4_device@2',
      when: all(ON_RECORD, String.raw`viewItem =~ /\blocated\b/`, ON_ONE_ROW),
    },
    { menu: 'editor/title', group: '1_liveResponse@2', when: IN_RESULT },
  ],
  run: (services, { args }) => openDeviceInPortal(services, args),
});
