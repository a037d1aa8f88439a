/**
 * Connection between the client and the network. All requests go through it.
 *
 * Requests through `api` carry the bearer token. Requests through `download` never carry it. In production both methods
 * use axios. The sample tenant answers them in memory.
 */
export interface Transport {
  /** Sends a request to the Defender API. */
  readonly api: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Fetches a result from the blob host. Never sends a bearer token. */
  readonly download: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A request to the API or to the blob host. This version of the product only reads data, so GET is the only method. */
export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An abort closes the socket. */
  readonly signal: AbortSignal;
}

/** An answer with any status. The transport throws only if no answer arrives. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body. `download` does not decompress them. The body can be read only once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of a body that is not read to its end. */
  readonly discard?: () => void;
}

/** A query for Microsoft Graph: a POST that changes nothing there. */
export interface HuntingRequest {
  /** Address of Microsoft Graph, without a path. */
  readonly graphUrl: string;
  /** Query in Kusto Query Language. */
  readonly query: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Sends a query to Microsoft Graph. Rejects like {@link Transport.api}. */
export type SendHuntingQuery = (request: HuntingRequest) => Promise<HttpAnswer>;

/** A query for an authority for time stamps (RFC 3161): a POST with a hash. */
export interface StampQuery {
  readonly url: string;
  readonly query: Buffer;
  readonly signal: AbortSignal;
}

/** Sends a query to an authority for time stamps. Rejects like {@link Transport.api}. */
export type SendStampQuery = (query: StampQuery) => Promise<HttpAnswer>;

/** A request to the sign-in service. The only other POST requests are hunting queries and those for time stamps. */
export interface SignInRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The complete answer of the sign-in service. */
export interface SignInAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends a request to the sign-in service. Rejects with LiveResponseError: `cancelled`, or a network failure. */
export type SendSignIn = (request: SignInRequest) => Promise<SignInAnswer>;
