import { defineCommand } from './common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from './common/when.ts';

export const showLogCommand = defineCommand({
  name: 'showLog',
  needs: 'nothing',
  menus: [{ menu: 'view/title', group: '5_log@1', when: IN_ACTIONS_VIEW }],
  worksWithoutStore: true,
  run: ({ log }) => {
    log.show();
  },
});
