import type { FailureCode } from './failures.ts';

/** Facts about a failure. They must not contain a token, a secret or a link. */
export interface FailureValues {
  readonly status?: number;
  /** Defender's own error code, e.g. `ResourceNotFound`, or Entra's, e.g. `AADSTS50076`. */
  readonly serverCode?: string;
  /** Defender's own message. */
  readonly serverMessage?: string;
  /** Defender's `target`. Microsoft's support asks for this id. */
  readonly correlationId?: string;
  /** Host name without path and query. */
  readonly host?: string;
  /** Time to try again, ms since 1970. */
  readonly retryAt?: number;
  /** Calls that this machine made in the last minute. A low number means that others use the application too. */
  readonly ownCalls?: number;
  /** Path of a value in the API's answer that differs from the API's documentation, e.g. `value.3.id`. */
  readonly path?: string;
  /** Distinguishes failures with the same code. If bytes are not a result: the `reason` of the decoder's rejection. */
  readonly reason?: string;
  /** Size of the file or text, in bytes or characters. */
  readonly size?: number;
  readonly limit?: number;
  readonly lines?: number;
  readonly commandType?: string;
  readonly state?: string;
  /** The device's own words about a command that left no result. */
  readonly deviceErrors?: readonly string[];
  /** Claims that conditional access demands of the next token, as JSON. */
  readonly claims?: string;
  readonly connection?: string;
  readonly account?: string;
  /** Command that the user runs in a terminal to sign in. */
  readonly command?: string;
  /** The operating system's or the TLS library's own code, e.g. `ECONNRESET`. */
  readonly systemCode?: string;
}

const NAME = 'LiveResponseError';

/**
 * The error class of the folders that must not import VS Code. They throw no other error to their callers. The error's
 * message is for logs.
 */
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

/** Returns the code of an error of the system or of Node, or `unknown` if it has none. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Whether a value is a {@link LiveResponseError} of this or another bundle. */
export function isLiveResponseError(error: unknown): error is LiveResponseError {
  return error instanceof Error && error.name === NAME && 'code' in error && 'values' in error;
}

/** Whether work ended because its signal was aborted. Cancelled work is not reported to the user. */
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

/** HTTP statuses that servers return for an unsupported part of a query. Source: api-facts, "Next links". */
const UNSUPPORTED: ReadonlySet<number> = new Set([400, 404, 405, 500, 501]);

/** Whether a failure may be due to an unsupported part of the query. Only a query without that part shows this. */
export function mayBeUnsupported(error: unknown): boolean {
  if (!isLiveResponseError(error)) return false;
  const { status } = error.values;
  return status === undefined ? error.code === 'badRequest' : UNSUPPORTED.has(status);
}
