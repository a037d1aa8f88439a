import { l10n } from 'vscode';
import { resultOf } from '../../model/machineAction.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RESULT, all } from '../common/when.ts';

/**
 * `liveResponse.nextCommand` and `previousCommand`: open the nearest command of the same action that has text to read.
 */
async function stepCommand(
  services: OpenServices,
  runner: CommandRunner,
  step: 1 | -1,
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const { ref } = target;
  const action = services.actions.list?.get(ref.actionId) ?? (await services.store.facts(ref))?.action;
  const indexes = (action?.commands ?? [])
    .filter((command) => action !== undefined && resultOf(action, command) === 'transcript')
    .map(({ index }) => index)
    .sort((one, other) => (one - other) * step);
  const next = indexes.find((index) => (index - ref.commandIndex) * step > 0);
  if (next === undefined) {
    const sentence =
      step === 1 ? l10n.t('This is the last command with output.') : l10n.t('This is the first command with output.');
    confirmInStatusBar(sentence, 5000);
    return;
  }
  await openTarget(services, runner, { ref: { ...ref, commandIndex: next }, stream: undefined, line: undefined }, true);
}

export const nextCommandCommand = defineCommand({
  name: 'nextCommand',
  needs: 'result',
  icon: 'arrow-down',
  palette: IN_RESULT,
  menus: [{ menu: 'editor/title', group: 'navigation@6', when: all(IN_RESULT, 'liveResponse.commands == several') }],
  keys: [
    {
      key: 'ctrl+k alt+pagedown',
      mac: 'cmd+k alt+pagedown',
      when: 'editorTextFocus && resourceScheme == live-response',
    },
  ],
  run: (services, { args, runner }) => stepCommand(services, runner, 1, args),
});

export const previousCommandCommand = defineCommand({
  name: 'previousCommand',
  needs: 'result',
  icon: 'arrow-up',
  palette: IN_RESULT,
  menus: [{ menu: 'editor/title', group: 'navigation@5', when: all(IN_RESULT, 'liveResponse.commands == several') }],
  keys: [
    { key: 'ctrl+k alt+pageup', mac: 'cmd+k alt+pageup', when: 'editorTextFocus && resourceScheme == live-response' },
  ],
  run: (services, { args, runner }) => stepCommand(services, runner, -1, args),
});
