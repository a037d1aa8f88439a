/**
 * The only place where the client meets the network.
 *
 * There are two methods: requests through `api` carry the bearer token, requests through `download` never do. In
 * production both go through axios; the sample tenant answers them in memory.
 */
export interface Transport {
  /** Sends a request to the Defender API. */
  readonly api: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Fetches a result from the blob host. Never sends a bearer token. */
  readonly download: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A request as it is sent. This version of the product only reads, so there is no other method. */
export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An abort closes the socket. */
  readonly signal: AbortSignal;
}

/** An answer of any status. The transport throws only when no answer came. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes. `download` delivers them as they were sent, not decompressed. Iterated at most once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of a body that is not read to its end. */
  readonly discard?: () => void;
}

/** A request to the sign-in service, the only place that this product posts to. */
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

/**
 * Sends a request to the sign-in service. Rejects with LiveResponseError: `cancelled`, or the failure of the network.
 */
export type SendSignIn = (request: SignInRequest) => Promise<SignInAnswer>;
