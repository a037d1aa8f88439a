import type { Services } from '../services/services.ts';
import { defineCommand } from './common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from './common/when.ts';

/**
 * `liveResponse.accessibilityHelp`: shows how to work by keyboard, what a screen reader announces, and which settings
 * help. An extension cannot add its views to VS Code's own help.
 */
async function accessibilityHelp({ help }: Pick<Services, 'help'>): Promise<void> {
  await help.show();
}

export const accessibilityHelpCommand = defineCommand({
  name: 'accessibilityHelp',
  needs: 'nothing',
  menus: [{ menu: 'view/title', group: '5_log@2', when: IN_ACTIONS_VIEW }],
  worksWithoutStore: true,
  run: (services) => accessibilityHelp(services),
});
