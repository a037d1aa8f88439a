/**
 * Every way in which getting a result can fail. The words for people are made of code and values in
 * `messages/failureMessages.ts`; errors cross bundle borders, so they are told apart by `code` and never by `instanceof`.
 */
export type FailureCode =
  // who asks
  | 'noConnection'
  | 'notSignedIn'
  | 'signInFailed'
  | 'licence'
  | 'missingPermission'
  | 'featureDisabled'
  | 'notFromDefender'
  // what is asked for
  | 'badRequest'
  | 'notFound'
  | 'noResult'
  | 'noResultByDesign'
  | 'resultIsFile'
  | 'commandNotFinished'
  | 'commandNeverRan'
  // the way there
  | 'rateLimited'
  | 'offline'
  | 'unknownHost'
  | 'tls'
  | 'timeout'
  | 'connectionLost'
  | 'serverError'
  | 'redirected'
  | 'unexpectedAnswer'
  | 'incompleteAnswer'
  // the download
  | 'linkRefused'
  | 'foreignDownloadHost'
  | 'linkNotHttps'
  | 'notFromStorage'
  | 'incompleteDownload'
  | 'tooLarge'
  | 'linkTooLarge'
  | 'fileFailed'
  // what came
  | 'notAResult'
  | 'tooLargeToShow'
  | 'textTooLarge'
  | 'largeNotKept'
  | 'analysisStopped'
  // ours
  | 'badArgument'
  | 'noPortal'
  | 'databaseFailed'
  | 'resultDamaged'
  | 'notStoredFile'
  | 'cancelled';

/** Facts about a failure. None of them may hold a token, a secret or a link. */
export interface FailureValues {
  readonly status?: number;
  /** Defender's own error code, e.g. `ResourceNotFound`, or Entra's, e.g. `AADSTS50076`. */
  readonly serverCode?: string;
  /** Defender's own words. */
  readonly serverMessage?: string;
  /** Defender's `target`: what its support asks for. */
  readonly correlationId?: string;
  /** Host name without path and query. */
  readonly host?: string;
  /** When to try again, ms since 1970. */
  readonly retryAt?: number;
  /** Calls that this machine made in the last minute: few of them mean that others use the application too. */
  readonly ownCalls?: number;
  /** Where an answer differs from what the API promises, e.g. `value.3.id`. */
  readonly path?: string;
  /** Which of the ways to fail so: of bytes that are no result, the `reason` of the decoder's rejection. */
  readonly reason?: string;
  /** Bytes or characters. */
  readonly size?: number;
  readonly limit?: number;
  readonly lines?: number;
  readonly commandType?: string;
  readonly state?: string;
  /** What conditional access wants from the next token, as JSON. */
  readonly claims?: string;
  readonly connection?: string;
  readonly account?: string;
  /** What a person runs in a terminal to sign in. */
  readonly command?: string;
  /** The operating system's or the TLS library's own code, e.g. `ECONNRESET`. */
  readonly systemCode?: string;
}

const NAME = 'LiveResponseError';

/** The only error that leaves the rooms without VS Code. Its message is for logs. */
export class LiveResponseError extends Error {
  override readonly name = NAME;
  readonly code: FailureCode;
  readonly values: FailureValues;

  constructor(code: FailureCode, values: FailureValues = {}) {
    super(values.status === undefined ? code : `${code} (HTTP ${values.status.toString()})`);
    this.code = code;
    this.values = values;
  }
}

/** Whether a value is a {@link LiveResponseError} of this or another bundle. */
export function isLiveResponseError(error: unknown): error is LiveResponseError {
  return error instanceof Error && error.name === NAME && 'code' in error && 'values' in error;
}

/** Whether work ended because its signal was aborted: nothing to tell anyone. */
export function isCancelled(error: unknown): boolean {
  return (
    (isLiveResponseError(error) && error.code === 'cancelled') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/** Throws `cancelled` when the signal was aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new LiveResponseError('cancelled');
}

/** Statuses with which servers answer a part of a query that they do not take. Source: api-facts, "Next links". */
const UNSUPPORTED: ReadonlySet<number> = new Set([400, 404, 405, 500, 501]);

/** Whether a failure may be about a part of the query: whether it is, only the same query without the part tells. */
export function mayBeUnsupported(error: unknown): boolean {
  if (!isLiveResponseError(error)) return false;
  const { status } = error.values;
  return status === undefined ? error.code === 'badRequest' : UNSUPPORTED.has(status);
}
