/** Traits by which the client, the commands and the fetching of runs treat a failure. */
export interface FailureTraits {
  /** The cause may be temporary, so the same GET is repeated. */
  readonly isTransient?: true;
  /** An expected outcome, shown as information rather than as an error. */
  readonly isExpected?: true;
  /** The cause affects every result of the tenant, so fetching a run pauses and no further calls are spent. */
  readonly stopsRun?: true;
  /** The service's own answer about a result, so the result is not requested again after a restart. */
  readonly isFinal?: true;
}

/**
 * Every failure that can occur while a result is fetched, with its traits. `messages/failureMessages.ts` writes the
 * messages for users from the code and the values. Callers must check `code`, because `instanceof` is false for an
 * error from another bundle.
 */
export const FAILURES = {
  // connection, sign-in and permissions
  noConnection: { stopsRun: true },
  notSignedIn: { stopsRun: true },
  signInFailed: { stopsRun: true },
  licence: { stopsRun: true },
  missingPermission: { stopsRun: true },
  featureDisabled: { stopsRun: true },
  notFromDefender: { stopsRun: true },
  huntingRefused: {},
  // the requested action, command or result
  badRequest: {},
  notFound: { isFinal: true },
  noResult: { isExpected: true, isFinal: true },
  noPackage: { isExpected: true },
  noResultByDesign: { isExpected: true, isFinal: true },
  resultIsFile: { isExpected: true, isFinal: true },
  commandNotFinished: { isExpected: true },
  commandNeverRan: { isExpected: true },
  // network and API
  rateLimited: { isTransient: true },
  offline: { stopsRun: true },
  unknownHost: { stopsRun: true },
  tls: { stopsRun: true },
  timeout: { isTransient: true },
  connectionLost: { isTransient: true },
  serverError: { isTransient: true },
  redirected: {},
  unexpectedAnswer: {},
  incompleteAnswer: { isTransient: true },
  // the download
  linkRefused: {},
  foreignDownloadHost: { stopsRun: true },
  linkNotHttps: {},
  notFromStorage: { stopsRun: true },
  incompleteDownload: { isTransient: true },
  tooLarge: { isExpected: true },
  linkTooLarge: {},
  fileFailed: {},
  // the received content
  notAResult: {},
  tooLargeToShow: {},
  textTooLarge: {},
  largeNotKept: {},
  analysisStopped: {},
  // the extension itself
  managed: { isExpected: true, stopsRun: true },
  badArgument: {},
  noPortal: { isExpected: true },
  databaseFailed: { stopsRun: true },
  resultDamaged: {},
  notStoredFile: {},
  notHuntingResults: {},
  packRefused: {},
  notInPack: { isExpected: true, isFinal: true },
  cancelled: {},
} satisfies Readonly<Record<string, FailureTraits>>;

/** Code of a failure. */
export type FailureCode = keyof typeof FAILURES;

/** Whether a value that was stored or sent is the code of a failure that this version knows. */
export function isFailureCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && Object.hasOwn(FAILURES, value);
}

/** Returns the traits of the failure with this code. */
export function traitsOf(code: FailureCode): FailureTraits {
  return FAILURES[code];
}
