/** Actions that the user can take after a failure. */
export type NextStep =
  | 'tryAgain'
  | 'allowHost'
  | 'openRaw'
  | 'addConnection'
  | 'signIn'
  | 'editConnection'
  | 'copyRegistrationCommands'
  | 'selectConnection'
  | 'replaceToken'
  | 'refresh'
  | 'exportRaw'
  | 'openInParts'
  | 'saveToFile'
  | 'copyCorrelationId'
  | 'copyCommand'
  | 'openSettings'
  | 'openSaved'
  | 'showManagedSettings'
  | 'showLog';

/** Message about a failure: one or two sentences, and the next steps. The step that most likely helps comes first. */
export interface FailureMessage {
  readonly sentence: string;
  readonly steps: readonly NextStep[];
}
