import { commands, l10n } from 'vscode';
import { commandIds } from '../../platform/commandIds.ts';
import type { CommandId } from '../../platform/commandIds.ts';
import { isEmptyFilter } from '../../actions/actionFilter.ts';
import type { Services } from '../../services.ts';
import { findTargets } from './targets.ts';
import { notify } from '../../platform/show/notifications.ts';

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
  commandIds.groupByRun,
  commandIds.groupByDay,
  commandIds.sortActions,
  commandIds.filterActions,
  commandIds.clearFilter,
  commandIds.saveFilter,
  commandIds.applySavedFilter,
  commandIds.removeSavedFilter,
  commandIds.goToAction,
  commandIds.watchAction,
  commandIds.loadDevice,
  commandIds.fetchRun,
]);

const NEEDS_RESULT: ReadonlySet<CommandId> = new Set([
  commandIds.openOutput,
  commandIds.openErrors,
  commandIds.copyOutput,
  commandIds.copyErrors,
  commandIds.copyNote,
  commandIds.copyFullNote,
  commandIds.copyPlainNote,
  commandIds.copyCitation,
  commandIds.copyJson,
  commandIds.copyIndicators,
  commandIds.copyKql,
  commandIds.appendToNotes,
  commandIds.exportRaw,
  commandIds.showResultActions,
  commandIds.showAs,
  commandIds.explainEmpty,
  commandIds.nextCommand,
  commandIds.previousCommand,
  commandIds.compareResult,
  commandIds.nextPart,
  commandIds.previousPart,
  commandIds.lastPart,
  commandIds.openWhole,
  commandIds.saveOutput,
]);

/**
 * Checks whether a command has something to work on, and says what is missing. The user's own key binding, or a link in
 * the walkthrough, can start a command anywhere.
 *
 * @returns whether the command can go on
 * @throws LiveResponseError `badArgument` with the name of the field
 */
export function hasWhatItNeeds(services: Services, id: CommandId, args: readonly unknown[]): boolean {
  if (NEEDS_CONNECTION.has(id) && services.connections.all.length === 0) {
    void tellNoConnection();
    return false;
  }
  if (NEEDS_RESULT.has(id) && findTargets(services, args).length === 0) {
    tellNothingChosen();
    return false;
  }
  const sentence = whyNothingToDo(services, id);
  if (sentence !== undefined) void notify('information', sentence);
  return sentence === undefined;
}

/** Returns why a command would silently do nothing, because what it ends or changes does not exist. */
function whyNothingToDo({ view, search, runs }: Services, id: CommandId): string | undefined {
  switch (id) {
    case commandIds.clearFilter:
      return isEmptyFilter(view.filter) ? l10n.t('No filter is in use.') : undefined;
    case commandIds.cancelSearch:
      return search.run?.state === 'running' ? undefined : l10n.t('No search is running.');
    case commandIds.clearSearch:
    case commandIds.exportHits:
      return search.run === undefined
        ? l10n.t('There is no search yet: begin with Search Stored Results….')
        : undefined;
    case commandIds.pauseRun:
    case commandIds.cancelRun:
      return runs.all.some(({ run }) => runs.isActive(run.key))
        ? undefined
        : l10n.t('No results of a run are being fetched.');
    default:
      return undefined;
  }
}

/** Says what to do first, for a command that works on a result. */
export function tellNothingChosen(): void {
  void notify(
    'information',
    l10n.t('Select a result in the view Machine Actions, or open one, and then run this command again.'),
  );
}

/** Offers both ways to get a connection. */
export async function tellNoConnection(): Promise<void> {
  const add = l10n.t('Add Connection…');
  const sample = l10n.t('Open Sample Tenant');
  const answer = await notify('information', l10n.t('There is no connection to a tenant yet.'), add, sample);
  if (answer === add) await commands.executeCommand(commandIds.addConnection);
  if (answer === sample) await commands.executeCommand(commandIds.openSampleTenant);
}
