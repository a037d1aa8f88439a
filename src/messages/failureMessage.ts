/** What a person can do about a failure. */
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
  | 'showLog';

/** A failure in words: one sentence, or two, and the steps from here, the likeliest first. */
export interface FailureMessage {
  readonly sentence: string;
  readonly steps: readonly NextStep[];
}
