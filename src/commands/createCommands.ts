import { l10n } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import type { CommandId } from '../platform/commandIds.ts';
import { durationBucket } from '../platform/telemetryEvents.ts';
import type { Services } from '../services.ts';
import { accessibilityHelp } from './accessibilityHelp.ts';
import { addConnection } from './connections/addConnection.ts';
import { appendToNotes, selectNotesFile } from './notes/appendToNotes.ts';
import { checkNotes } from './notes/checkNotes.ts';
import { clearStoredResults } from './store/clearStoredResults.ts';
import { CommandRunner } from './common/commandRunner.ts';
import {
  openSampleTenant,
  removeConnection,
  replaceAccessToken,
  selectConnection,
} from './connections/connectionCommands.ts';
import { copyAppRegistrationCommands } from './connections/copyAppRegistrationCommands.ts';
import { copyActionId } from './copy/copyActionId.ts';
import { copyEvidence, copyJson } from './copy/copyEvidence.ts';
import { copyIndicators } from './copy/copyIndicators.ts';
import { copyKql } from './copy/copyKql.ts';
import { copyOutput } from './copy/copyOutput.ts';
import { editConnection } from './connections/editConnection.ts';
import { exportRaw } from './save/exportRaw.ts';
import { fetchResult } from './open/fetchResult.ts';
import { applySavedFilter, filterActions, removeSavedFilter, saveFilter } from './actions/filter/filterActions.ts';
import { goToAction, watchAction } from './actions/goToAction.ts';
import { loadDevice, loadMore, refresh } from './actions/listCommands.ts';
import { openCitation } from './open/openCitation.ts';
import { exportRun } from './runs/exportRun.ts';
import { changeRunRules, openRun } from './runs/runOverview.ts';
import { cancelRun, fetchRun, pauseRun, resumeRun } from './runs/fetchRun.ts';
import { openDeviceInPortal } from './actions/openDeviceInPortal.ts';
import { hasWhatItNeeds } from './common/preconditions.ts';
import { openFocused, openResult } from './open/openResult.ts';
import { openSavedResult } from './open/openSavedResult.ts';
import { removeAllData } from './store/removeAllData.ts';
import { exportHits, openHit, searchAgain, searchResults } from './store/searchResults.ts';
import { showResultActions } from './open/showResultActions.ts';
import { compareResult } from './open/compareResult.ts';
import { explainEmpty } from './open/explainEmpty.ts';
import { openWhole, stepPart } from './open/partCommands.ts';
import { saveOutput } from './save/saveOutput.ts';
import { showAs } from './open/showAs.ts';
import { showStream } from './open/showStream.ts';
import { stepCommand } from './open/stepCommand.ts';
import { signIn, signOut } from './connections/signIn.ts';
import { sortActions } from './actions/sortActions.ts';

/** Commands that concern no connection, so they must work without a database. */
const NEEDS_NO_STORE: ReadonlySet<CommandId> = new Set([commandIds.showLog, commandIds.accessibilityHelp]);

type Handler = (args: readonly unknown[], runner: CommandRunner) => Promise<void> | void;

/**
 * Creates the function that runs a command by its id. An error of a command becomes a sentence, never an "unhandled
 * error".
 */
export function createCommands(services: Services): (id: CommandId, args: readonly unknown[]) => Promise<void> {
  const { view } = services;
  const handlers: Readonly<Record<CommandId, Handler>> = {
    [commandIds.addConnection]: (args, runner) => addConnection(services, runner, args),
    [commandIds.editConnection]: () => editConnection(services),
    [commandIds.openSampleTenant]: () => openSampleTenant(services),
    [commandIds.selectConnection]: () => selectConnection(services),
    [commandIds.replaceAccessToken]: (args) => replaceAccessToken(services, args),
    [commandIds.signIn]: (args, runner) => signIn(services, runner, args),
    [commandIds.signOut]: () => signOut(services),
    [commandIds.removeConnection]: () => removeConnection(services),
    [commandIds.copyAppRegistrationCommands]: () => copyAppRegistrationCommands(services),
    [commandIds.refresh]: (_args, runner) => refresh(services, runner),
    [commandIds.loadMore]: (_args, runner) => loadMore(services, runner),
    [commandIds.loadDevice]: (args, runner) => loadDevice(services, runner, args),
    [commandIds.showAllTypes]: () => {
      view.showTypes(false);
      return view.bringUp();
    },
    [commandIds.showLiveResponseOnly]: () => {
      view.showTypes(true);
      return view.bringUp();
    },
    [commandIds.groupByDevice]: () => {
      view.groupBy('device');
      return view.bringUp();
    },
    [commandIds.groupByAction]: () => {
      view.groupBy('action');
      return view.bringUp();
    },
    [commandIds.groupByRun]: () => {
      view.groupBy('run');
      return view.bringUp();
    },
    [commandIds.groupByDay]: () => {
      view.groupBy('day');
      return view.bringUp();
    },
    [commandIds.sortActions]: () => sortActions(services),
    [commandIds.filterActions]: (_args, runner) => filterActions(services, runner),
    [commandIds.clearFilter]: () => {
      view.showFiltered({});
    },
    [commandIds.saveFilter]: () => saveFilter(services),
    [commandIds.applySavedFilter]: () => applySavedFilter(services),
    [commandIds.removeSavedFilter]: () => removeSavedFilter(services),
    [commandIds.goToAction]: (args, runner) => goToAction(services, runner, args),
    [commandIds.watchAction]: (args) => watchAction(services, args),
    [commandIds.openResult]: (args, runner) => openResult(services, runner, args),
    [commandIds.openFocused]: () => openFocused(),
    [commandIds.fetchResult]: (args, runner) => fetchResult(services, runner, args),
    [commandIds.openOutput]: (args, runner) => showStream(services, runner, 'output', args),
    [commandIds.openErrors]: (args, runner) => showStream(services, runner, 'errors', args),
    [commandIds.copyOutput]: (args, runner) => copyOutput(services, runner, args),
    [commandIds.copyErrors]: (args, runner) => copyOutput(services, runner, args, 'errors'),
    [commandIds.copyNote]: (args, runner) => copyEvidence(services, runner, 'compactBlock', args),
    [commandIds.copyFullNote]: (args, runner) => copyEvidence(services, runner, 'fullBlock', args),
    [commandIds.copyPlainNote]: (args, runner) => copyEvidence(services, runner, 'plainBlock', args),
    [commandIds.copyCitation]: (args, runner) => copyEvidence(services, runner, 'citation', args),
    [commandIds.copyJson]: (args, runner) => copyJson(services, runner, args),
    [commandIds.copyIndicators]: (args, runner) => copyIndicators(services, runner, args),
    [commandIds.copyKql]: (args, runner) => copyKql(services, runner, args),
    [commandIds.copyActionId]: (args) => copyActionId(services, args),
    [commandIds.openCitation]: (args, runner) => openCitation(services, runner, args),
    [commandIds.checkNotes]: (_args, runner) => checkNotes(services, runner),
    [commandIds.appendToNotes]: (args, runner) => appendToNotes(services, runner, args),
    [commandIds.selectNotesFile]: async () => {
      await selectNotesFile(services);
    },
    [commandIds.openSavedResult]: (args, runner) => openSavedResult(services, runner, args),
    [commandIds.clearStoredResults]: (_args, runner) => clearStoredResults(services, runner),
    [commandIds.removeAllData]: (_args, runner) => removeAllData(services, runner),
    [commandIds.searchResults]: (args, runner) => searchResults(services, runner, args),
    [commandIds.searchAgain]: (_args, runner) => searchAgain(services, runner),
    [commandIds.cancelSearch]: () => {
      services.search.cancel();
    },
    [commandIds.clearSearch]: () => {
      services.search.clear();
    },
    [commandIds.exportHits]: (_args, runner) => exportHits(services, runner),
    [commandIds.openHit]: (args, runner) => openHit(services, runner, args),
    [commandIds.exportRaw]: (args, runner) => exportRaw(services, runner, args),
    [commandIds.openDeviceInPortal]: (args) => openDeviceInPortal(services, args),
    [commandIds.showResultActions]: (args) => showResultActions(services, args),
    [commandIds.accessibilityHelp]: () => accessibilityHelp(services),
    [commandIds.fetchRun]: (args, runner) => fetchRun(services, runner, args),
    [commandIds.pauseRun]: () => {
      pauseRun(services);
    },
    [commandIds.resumeRun]: (_args, runner) => resumeRun(services, runner),
    [commandIds.cancelRun]: () => {
      cancelRun(services);
    },
    [commandIds.openRun]: (args, runner) => openRun(services, runner, args),
    [commandIds.changeRunRules]: () => changeRunRules(services),
    [commandIds.exportRunCsv]: (args, runner) => exportRun(services, runner, 'csv', args),
    [commandIds.exportRunNdjson]: (args, runner) => exportRun(services, runner, 'ndjson', args),
    [commandIds.showAs]: (args, runner) => showAs(services, runner, args),
    [commandIds.explainEmpty]: (args, runner) => explainEmpty(services, runner, args),
    [commandIds.nextCommand]: (args, runner) => stepCommand(services, runner, 1, args),
    [commandIds.previousCommand]: (args, runner) => stepCommand(services, runner, -1, args),
    [commandIds.compareResult]: (args, runner) => compareResult(services, runner, args),
    [commandIds.nextPart]: (args, runner) => stepPart(services, runner, 'next', args),
    [commandIds.previousPart]: (args, runner) => stepPart(services, runner, 'previous', args),
    [commandIds.lastPart]: (args, runner) => stepPart(services, runner, 'last', args),
    [commandIds.openWhole]: (args, runner) => openWhole(services, runner, args),
    [commandIds.saveOutput]: (args, runner) => saveOutput(services, runner, args),
    [commandIds.showLog]: () => {
      services.log.show();
    },
  };
  return async (id, args) => {
    // Each call gets its own runner, which knows the outcome of this call.
    const runner = new CommandRunner(services.log);
    const startedAt = performance.now();
    try {
      if (!NEEDS_NO_STORE.has(id)) await services.connections.load();
      if (hasWhatItNeeds(services, id, args)) await handlers[id](args, runner);
    } catch (error) {
      runner.fail(l10n.t('Live Response'), error);
    }
    const duration = durationBucket(performance.now() - startedAt);
    services.telemetry.send({ name: 'commandRun', command: id, outcome: runner.outcome, duration });
  };
}
