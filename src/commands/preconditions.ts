import { commands, l10n, window } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import type { CommandId } from '../platform/commandIds.ts';
import type { Services } from '../services.ts';
import { findTargets } from './targets.ts';

const NEEDS_CONNECTION: ReadonlySet<CommandId> = new Set([
  commandIds.editConnection,
  commandIds.selectConnection,
  commandIds.removeConnection,
  commandIds.replaceAccessToken,
  commandIds.signIn,
  commandIds.signOut,
  commandIds.refresh,
  commandIds.loadMore,
  commandIds.showAllTypes,
  commandIds.showLiveResponseOnly,
  commandIds.groupByDevice,
  commandIds.groupByAction,
]);

const NEEDS_RESULT: ReadonlySet<CommandId> = new Set([
  commandIds.openOutput,
  commandIds.openErrors,
  commandIds.copyOutput,
  commandIds.copyErrors,
  commandIds.copyNote,
  commandIds.copyFullNote,
  commandIds.copyCitation,
  commandIds.copyJson,
  commandIds.appendToNotes,
  commandIds.exportRaw,
  commandIds.showResultActions,
]);

/**
 * Says what is missing where a command has nothing to work on: a key of one's own, or a link in the walkthrough, can
 * start it anywhere.
 *
 * @returns whether the command can go on
 * @throws LiveResponseError `badArgument` with the name of the field
 */
export function hasWhatItNeeds(services: Services, id: CommandId, args: readonly unknown[]): boolean {
  if (NEEDS_CONNECTION.has(id) && services.connections.all.length === 0) {
    void tellNoConnection();
    return false;
  }
  if (!NEEDS_RESULT.has(id) || findTargets(services, args).length > 0) return true;
  tellNothingChosen();
  return false;
}

/** What to do first, for a command that works on a result. */
export function tellNothingChosen(): void {
  void window.showInformationMessage(
    l10n.t('Select a result in the view Machine Actions, or open one, and then run this command again.'),
  );
}

async function tellNoConnection(): Promise<void> {
  const add = l10n.t('Add Connection…');
  const sample = l10n.t('Open Sample Tenant');
  const answer = await window.showInformationMessage(l10n.t('There is no connection to a tenant yet.'), add, sample);
  if (answer === add) await commands.executeCommand(commandIds.addConnection);
  if (answer === sample) await commands.executeCommand(commandIds.openSampleTenant);
}
