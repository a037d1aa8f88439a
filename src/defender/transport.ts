/**
 * The one place where the client meets the network.
 *
 * Two doors and not one: what goes through `api` carries the bearer token, what goes through `download` never does.
 * axios stands behind them in production, the sample tenant in memory.
 */
export interface Transport {
  /** Sends a request to the Defender API. */
  readonly api: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Fetches a result from the blob host. Never sends a bearer token. */
  readonly download: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A request as the wire sees it. This version of the product only reads, so there is no other method. */
export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborting it closes the socket. */
  readonly signal: AbortSignal;
}

/** An answer of any status: the transport throws only when there was none. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they were sent, not decompressed on the `download` door. Iterated at most once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of a body that is not read to its end. */
  readonly discard?: () => void;
}

/** A request to the sign-in service, the only place that anything is posted to. */
export interface SignInRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The sign-in service's answer, read whole. */
export interface SignInAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends to the sign-in service. Rejects with LiveResponseError: `cancelled`, or what is wrong with the way. */
export type SendSignIn = (request: SignInRequest) => Promise<SignInAnswer>;
