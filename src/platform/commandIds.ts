/** Every command of ours, by what it does. A test holds this against package.json and against what is registered. */
export const commandIds = {
  addConnection: 'liveResponse.addConnection',
  editConnection: 'liveResponse.editConnection',
  openSampleTenant: 'liveResponse.openSampleTenant',
  signIn: 'liveResponse.signIn',
  signOut: 'liveResponse.signOut',
  selectConnection: 'liveResponse.selectConnection',
  replaceAccessToken: 'liveResponse.replaceAccessToken',
  removeConnection: 'liveResponse.removeConnection',
  copyAppRegistrationCommands: 'liveResponse.copyAppRegistrationCommands',
  refresh: 'liveResponse.refresh',
  loadMore: 'liveResponse.loadMore',
  loadDevice: 'liveResponse.loadDevice',
  showAllTypes: 'liveResponse.showAllTypes',
  showLiveResponseOnly: 'liveResponse.showLiveResponseOnly',
  groupByDevice: 'liveResponse.groupByDevice',
  groupByAction: 'liveResponse.groupByAction',
  openResult: 'liveResponse.openResult',
  openFocused: 'liveResponse.openFocused',
  fetchResult: 'liveResponse.fetchResult',
  openOutput: 'liveResponse.openOutput',
  openErrors: 'liveResponse.openErrors',
  copyOutput: 'liveResponse.copyOutput',
  copyErrors: 'liveResponse.copyErrors',
  copyNote: 'liveResponse.copyNote',
  copyFullNote: 'liveResponse.copyFullNote',
  copyCitation: 'liveResponse.copyCitation',
  copyJson: 'liveResponse.copyJson',
  copyActionId: 'liveResponse.copyActionId',
  openCitation: 'liveResponse.openCitation',
  checkNotes: 'liveResponse.checkNotes',
  appendToNotes: 'liveResponse.appendToNotes',
  selectNotesFile: 'liveResponse.selectNotesFile',
  exportRaw: 'liveResponse.exportRaw',
  openDeviceInPortal: 'liveResponse.openDeviceInPortal',
  showResultActions: 'liveResponse.showResultActions',
  showLog: 'liveResponse.showLog',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** The view that lists machine actions. */
export const actionsViewId = 'liveResponse.actions';
