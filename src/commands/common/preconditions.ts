import { commands, l10n } from 'vscode';
import { commandIds } from '../../platform/commandIds.ts';
import type { Services } from '../../services/services.ts';
import type { CommandDefinition } from './defineCommand.ts';
import { findTargets } from './targets.ts';
import { notify } from '../../platform/show/notifications.ts';

/**
 * Explains what is missing if a command has nothing to work on. This can happen because a user's own key, or a link in
 * the walkthrough, can start the command anywhere.
 *
 * @returns whether the command can do its work
 * @throws LiveResponseError `badArgument` with the name of the field
 */
export function hasWhatItNeeds(services: Services, command: CommandDefinition, args: readonly unknown[]): boolean {
  const { needs, whyNothingToDo } = command;
  if (needs === 'connection' && services.connections.all.length === 0) {
    void tellNoConnection();
    return false;
  }
  if (needs === 'result' && findTargets(services, args).length === 0) {
    tellNothingChosen();
    return false;
  }
  const sentence = whyNothingToDo?.(services);
  if (sentence !== undefined) void notify('information', sentence);
  return sentence === undefined;
}

/** Tells the user to open or select a result first. */
export function tellNothingChosen(): void {
  void notify(
    'information',
    l10n.t('Select a result in the view Machine Actions, or open one, and then run this command again.'),
  );
}

/** Offers two ways to get a connection. */
export async function tellNoConnection(): Promise<void> {
  const add = l10n.t('Add Connection…');
  const sample = l10n.t('Open Sample Tenant');
  const answer = await notify('information', l10n.t('There is no connection to a tenant yet.'), add, sample);
  if (answer === add) await commands.executeCommand(commandIds.addConnection);
  if (answer === sample) await commands.executeCommand(commandIds.openSampleTenant);
}
