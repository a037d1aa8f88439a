import {
  IN_ACTIONS_VIEW,
  IN_RESULT,
  IN_RUN_OVERVIEW,
  IN_SEARCH_VIEW,
  ON_HIT,
  ON_TRANSCRIPT_ROW,
  all,
  either,
  ON_TABLE_ROW,
} from './common/when.ts';
import type { CommandDefinition, MenuEntry } from './common/defineCommand.ts';
import { accessibilityHelpCommand } from './accessibilityHelp.ts';
import {
  applySavedFilterCommand,
  clearFilterCommand,
  filterActionsCommand,
  removeSavedFilterCommand,
  saveFilterCommand,
} from './actions/filter/filterActions.ts';
import { filterByDeviceCommand, filterByScriptCommand } from './actions/filter/filterByRow.ts';
import { goToActionCommand, stopWatchingCommand, watchActionCommand } from './actions/goToAction.ts';
import {
  groupActionsCommand,
  groupByActionCommand,
  groupByDayCommand,
  groupByDeviceCommand,
  groupByRunCommand,
} from './actions/groupActions.ts';
import {
  loadDeviceCommand,
  loadMoreCommand,
  refreshCommand,
  showAllTypesCommand,
  showLiveResponseOnlyCommand,
} from './actions/listCommands.ts';
import { openDeviceInPortalCommand } from './actions/openDeviceInPortal.ts';
import { sortActionsCommand } from './actions/sortActions.ts';
import { caseCommand } from './case/caseCommand.ts';
import {
  addRemarkCommand,
  cancelRemarkCommand,
  deleteRemarkCommand,
  editRemarkCommand,
  saveRemarkCommand,
} from './case/marks/remarkCommands.ts';
import { reviewFocusedCommand, reviewResultsCommand } from './case/marks/reviewResults.ts';
import { tagResultsCommand } from './case/marks/tagResults.ts';
import { addConnectionCommand } from './connections/addConnection.ts';
import {
  openSampleTenantCommand,
  removeConnectionCommand,
  replaceAccessTokenCommand,
  selectConnectionCommand,
} from './connections/connectionCommands.ts';
import { copyAppRegistrationCommandsCommand } from './connections/copyAppRegistrationCommands.ts';
import { editConnectionCommand } from './connections/editConnection.ts';
import { signInCommand, signOutCommand } from './connections/signIn.ts';
import { copyActionIdCommand } from './copy/copyActionId.ts';
import {
  copyCitationCommand,
  copyFullNoteCommand,
  copyJsonCommand,
  copyNoteCommand,
  copyPlainNoteCommand,
} from './copy/copyEvidence.ts';
import { copyIndicatorsCommand } from './copy/copyIndicators.ts';
import { copyKqlCommand, copyKqlProcessesCommand, copyKqlSessionsCommand } from './copy/copyKql.ts';
import { copyErrorsCommand, copyOutputCommand } from './copy/copyOutput.ts';
import { appendToNotesCommand, selectNotesFileCommand } from './notes/appendToNotes.ts';
import { checkNotesCommand } from './notes/checkNotes.ts';
import { compareResultCommand } from './open/compareResult.ts';
import { explainEmptyCommand } from './open/explainEmpty.ts';
import { fetchResultCommand } from './open/fetchResult.ts';
import {
  closeAuditTrailCommand,
  copyAuditNoteCommand,
  loadAuditActionsCommand,
  openAuditRecordCommand,
  openHuntingResultsCommand,
} from './open/openHuntingResults.ts';
import { fetchAuditTrailCommand } from './open/fetchAuditTrail.ts';
import { handOverCommand } from './runs/handOver.ts';
import { openCitationCommand } from './open/openCitation.ts';
import { exportTableCommand } from './runs/exportTable.ts';
import { copyDeviceIdsCommand } from './copy/copyDeviceIds.ts';
import { openAsTableCommand } from './open/openAsTable.ts';
import { openFocusedCommand, openResultCommand } from './open/openResult.ts';
import { openSavedResultCommand } from './open/openSavedResult.ts';
import { lastPartCommand, nextPartCommand, openWholeCommand, previousPartCommand } from './open/partCommands.ts';
import { showWhatIsNewCommand } from './open/showWhatIsNew.ts';
import { showAsCommand } from './open/showAs.ts';
import { showResultActionsCommand } from './open/showResultActions.ts';
import { openErrorsCommand, openOutputCommand } from './open/showStream.ts';
import { nextCommandCommand, previousCommandCommand } from './open/stepCommand.ts';
import { exportRunCsvCommand, exportRunNdjsonCommand } from './runs/exportRun.ts';
import { cancelRunCommand, fetchRunCommand, pauseRunCommand, resumeRunCommand } from './runs/fetchRun.ts';
import { changeRunRulesCommand, openRunCommand } from './runs/runOverview.ts';
import { exportRawCommand } from './save/exportRaw.ts';
import { savePackageCommand } from './save/savePackage.ts';
import { saveOutputCommand } from './save/saveOutput.ts';
import { showLogCommand } from './showLog.ts';
import { showManagedSettingsCommand } from './showManagedSettings.ts';
import { clearStoredResultsCommand } from './store/clearStoredResults.ts';
import { removeAllDataCommand } from './store/removeAllData.ts';
import {
  cancelSearchCommand,
  clearSearchCommand,
  exportHitsCommand,
  openHitCommand,
  searchAgainCommand,
  searchResultsCommand,
} from './store/searchResults.ts';

/** Every command, in the order of package.json. VS Code knows only the commands in this list. */
export const COMMANDS: readonly CommandDefinition[] = [
  addConnectionCommand,
  editConnectionCommand,
  openSampleTenantCommand,
  signInCommand,
  signOutCommand,
  selectConnectionCommand,
  replaceAccessTokenCommand,
  removeConnectionCommand,
  copyAppRegistrationCommandsCommand,
  refreshCommand,
  loadMoreCommand,
  loadDeviceCommand,
  showAllTypesCommand,
  showLiveResponseOnlyCommand,
  groupActionsCommand,
  groupByDeviceCommand,
  groupByActionCommand,
  groupByRunCommand,
  groupByDayCommand,
  sortActionsCommand,
  filterActionsCommand,
  clearFilterCommand,
  saveFilterCommand,
  applySavedFilterCommand,
  removeSavedFilterCommand,
  goToActionCommand,
  watchActionCommand,
  stopWatchingCommand,
  filterByDeviceCommand,
  filterByScriptCommand,
  openResultCommand,
  openFocusedCommand,
  fetchResultCommand,
  openOutputCommand,
  openErrorsCommand,
  copyOutputCommand,
  copyErrorsCommand,
  copyNoteCommand,
  copyFullNoteCommand,
  copyPlainNoteCommand,
  copyCitationCommand,
  copyJsonCommand,
  copyIndicatorsCommand,
  copyKqlCommand,
  copyKqlSessionsCommand,
  copyKqlProcessesCommand,
  copyActionIdCommand,
  openCitationCommand,
  checkNotesCommand,
  appendToNotesCommand,
  selectNotesFileCommand,
  openSavedResultCommand,
  clearStoredResultsCommand,
  removeAllDataCommand,
  searchResultsCommand,
  searchAgainCommand,
  cancelSearchCommand,
  clearSearchCommand,
  exportHitsCommand,
  openHitCommand,
  exportRawCommand,
  savePackageCommand,
  showWhatIsNewCommand,
  openDeviceInPortalCommand,
  showResultActionsCommand,
  showAsCommand,
  explainEmptyCommand,
  fetchAuditTrailCommand,
  openHuntingResultsCommand,
  openAuditRecordCommand,
  copyAuditNoteCommand,
  loadAuditActionsCommand,
  closeAuditTrailCommand,
  nextCommandCommand,
  previousCommandCommand,
  openAsTableCommand,
  exportTableCommand,
  copyDeviceIdsCommand,
  compareResultCommand,
  nextPartCommand,
  previousPartCommand,
  lastPartCommand,
  openWholeCommand,
  saveOutputCommand,
  accessibilityHelpCommand,
  fetchRunCommand,
  pauseRunCommand,
  resumeRunCommand,
  cancelRunCommand,
  openRunCommand,
  changeRunRulesCommand,
  exportRunCsvCommand,
  exportRunNdjsonCommand,
  handOverCommand,
  caseCommand,
  reviewResultsCommand,
  reviewFocusedCommand,
  tagResultsCommand,
  addRemarkCommand,
  editRemarkCommand,
  deleteRemarkCommand,
  saveRemarkCommand,
  cancelRemarkCommand,
  showLogCommand,
  showManagedSettingsCommand,
];

/**
 * Places at which VS Code shows the submenu Copy As. The submenu contains the entries of the menu
 * `liveResponse.copyAs`. VS Code takes the same submenu only once in a menu.
 */
export const COPY_AS_ENTRIES: readonly MenuEntry[] = [
  {
    menu: 'view/item/context',
    group: '2_copy@2',
    when: either(all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW), all(IN_SEARCH_VIEW, ON_HIT)),
  },
  { menu: 'editor/context', group: '9_cutcopypaste@10', when: either(IN_RESULT, IN_RUN_OVERVIEW) },
  { menu: 'editor/title/context', group: '1_liveResponse@0', when: IN_RESULT },
  { menu: 'webview/context', group: '1_liveResponse@1', when: ON_TABLE_ROW },
];
