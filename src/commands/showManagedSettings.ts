import { defineCommand } from './common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from './common/when.ts';

/** `liveResponse.showManagedSettings`: shows what an administrator decides, from which file, and what holds. */
export const showManagedSettingsCommand = defineCommand({
  name: 'showManagedSettings',
  needs: 'nothing',
  menus: [{ menu: 'view/title', group: '5_log@3', when: IN_ACTIONS_VIEW }],
  worksWithoutStore: true,
  run: ({ help }) => help.showManaged(),
});
