import { l10n } from 'vscode';
import type { CommandId } from '../platform/commandIds.ts';
import { durationBucket } from '../platform/telemetryEvents.ts';
import type { Services } from '../services/services.ts';
import { COMMANDS } from './commandList.ts';
import { CommandRunner } from './common/commandRunner.ts';
import type { CommandDefinition } from './common/defineCommand.ts';
import { hasWhatItNeeds } from './common/preconditions.ts';

/** Returns the function that runs any command by its id. The function never rejects: an error becomes a message. */
export function createCommands(services: Services): (id: CommandId, args: readonly unknown[]) => Promise<void> {
  const byId = new Map(COMMANDS.map((definition) => [`liveResponse.${definition.name}`, definition]));
  return async (id, args) => {
    // Each call gets a new runner, because the runner keeps the outcome of its call.
    const runner = new CommandRunner(services);
    const startedAt = performance.now();
    try {
      const command = byId.get(id);
      if (command === undefined) throw new Error(`${id} is declared in package.json and not in commandList.ts.`);
      if (command.worksWithoutStore !== true) await services.connections.load();
      const given = withoutFocusedRow(command, args);
      if (hasWhatItNeeds(services, command, given)) await command.run(services, { args: given, runner });
    } catch (error) {
      runner.fail(l10n.t('Live Response'), error);
    }
    const duration = durationBucket(performance.now() - startedAt);
    services.telemetry.send({ name: 'commandRun', command: id, outcome: runner.outcome, duration });
  };
}

/**
 * Leaves out the row that VS Code gives to a command in the title of a view: the focused one, which nobody chose for this
 * command. A command that stands in the menu of rows too gets it, and must only offer it.
 */
function withoutFocusedRow({ menus = [] }: CommandDefinition, args: readonly unknown[]): readonly unknown[] {
  const isInTitle = menus.some(({ menu }) => menu === 'view/title');
  const takesRows = menus.some(({ menu }) => menu === 'view/item/context');
  return isInTitle && !takesRows && isRow(args[0]) ? [] : args;
}

/** Whether an argument is a row of one of our views: each names its kind. No argument of a program does. */
function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}
