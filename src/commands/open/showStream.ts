import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, ON_ONE_ROW, ON_TRANSCRIPT_ROW, all } from '../common/when.ts';

/** `liveResponse.openOutput` and `liveResponse.openErrors`: open this text of a result, even if it is empty. */
async function showStream(
  services: OpenServices,
  runner: CommandRunner,
  stream: 'output' | 'errors',
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target !== undefined) await openTarget(services, runner, { ref: target.ref, stream, line: undefined }, true);
}

export const openOutputCommand = defineCommand({
  name: 'openOutput',
  needs: 'result',
  icon: 'output',
  menus: [{ menu: 'editor/title', group: 'navigation@1', when: 'resourceLangId == live-response-errors' }],
  run: (services, { args, runner }) => showStream(services, runner, 'output', args),
});

export const openErrorsCommand = defineCommand({
  name: 'openErrors',
  needs: 'result',
  icon: 'warning',
  menus: [
    { menu: 'view/item/context', group: '1_open@2', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW, ON_ONE_ROW) },
    {
      menu: 'editor/title',
      group: 'navigation@1',
      when: all('resourceLangId == live-response-output', 'liveResponse.errors == yes'),
    },
  ],
  run: (services, { args, runner }) => showStream(services, runner, 'errors', args),
});
