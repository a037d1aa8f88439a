import { randomUUID } from 'node:crypto';
import type { DoorAnswer } from '../sendAnswer.ts';

interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly suberror?: string;
  /** Text of the refusal; `{name}` is the place of a value. */
  readonly text: string;
}

/**
 * Entra's refusals, by the number of their AADSTS code, with the texts of its v2 endpoints. An `interaction_required`
 * of v1 is `invalid_grant` with a `suberror` in v2.
 */
const REFUSALS = {
  50011: {
    status: 400,
    error: 'invalid_request',
    text: "The redirect URI '{redirectUri}' specified in the request does not match the redirect URIs configured for the application '{clientId}'.",
  },
  50049: { status: 400, error: 'invalid_instance', text: 'Unknown or invalid instance.' },
  50058: {
    status: 400,
    error: 'login_required',
    text: 'A silent sign-in request was sent but no user is signed in.',
  },
  50076: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'basic_action',
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
  },
  50173: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'bad_token',
    text: 'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  },
  53003: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'message_only',
    text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  },
  65001: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'consent_required',
    text: "The user or administrator has not consented to use the application with ID '{clientId}'. Send an interactive authorization request for this user and resource.",
  },
  65004: { status: 400, error: 'access_denied', text: 'User declined to consent to access the app.' },
  70003: {
    status: 400,
    error: 'unsupported_grant_type',
    text: "The app requested an unsupported grant type '{grantType}'.",
  },
  70008: {
    status: 400,
    error: 'invalid_grant',
    text: 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  },
  70011: {
    status: 400,
    error: 'invalid_scope',
    text: "The provided value for the input parameter 'scope' is not valid.",
  },
  70016: {
    status: 400,
    error: 'authorization_pending',
    text: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  },
  70018: { status: 400, error: 'bad_verification_code', text: 'Invalid verification code.' },
  70020: {
    status: 400,
    error: 'expired_token',
    text: "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  },
  90002: {
    status: 400,
    error: 'invalid_request',
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  500011: {
    status: 400,
    error: 'invalid_resource',
    text: 'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  },
  530035: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'message_only',
    text: 'Access has been blocked by security defaults.',
  },
  530036: {
    status: 400,
    error: 'invalid_grant',
    text: 'The refresh token is invalid due to authentication flow checks by Conditional Access.',
  },
  700016: {
    status: 400,
    error: 'unauthorized_client',
    text: "Application with identifier '{clientId}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700024: {
    status: 401,
    error: 'invalid_client',
    text: 'Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}.',
  },
  700027: {
    status: 401,
    error: 'invalid_client',
    text: 'The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]',
  },
  700082: {
    status: 400,
    error: 'invalid_grant',
    text: 'The refresh token has expired due to inactivity.',
  },
  900144: {
    status: 400,
    error: 'invalid_request',
    text: 'The request body is malformed or lacks a parameter.',
  },
  1002012: {
    status: 400,
    error: 'invalid_scope',
    text: 'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  7000215: {
    status: 401,
    error: 'invalid_client',
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{clientId}'.",
  },
  7000218: {
    status: 401,
    error: 'invalid_client',
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    status: 401,
    error: 'invalid_client',
    text: "The provided client secret keys for app '{clientId}' are expired.",
  },
  9002313: { status: 400, error: 'invalid_grant', text: 'Invalid request. Request is malformed or invalid.' },
} as const satisfies Readonly<Record<number, Refusal>>;

/** The number of a refusal that the tenant can make. */
export type Aadsts = keyof typeof REFUSALS;

/** The values in a refusal's text. */
export type RefusalValues = Readonly<Record<string, string>>;

/** Returns a refusal in Entra's form: `AADSTS<number>: … Trace ID: … Correlation ID: … Timestamp: …`. */
export function describeRefusal(aadsts: Aadsts, values: RefusalValues = {}, correlationId?: string): string {
  const text = REFUSALS[aadsts].text.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return `AADSTS${aadsts}: ${text} Trace ID: ${randomUUID()} Correlation ID: ${correlationId ?? randomUUID()} Timestamp: ${timestamp}`;
}

/** Returns the number at the beginning of a description, if it is one of ours. */
export function refusalOf(description: unknown): Aadsts | undefined {
  const found = typeof description === 'string' ? /^AADSTS(\d+):/.exec(description)?.[1] : undefined;
  return found !== undefined && found in REFUSALS ? (Number(found) as Aadsts) : undefined;
}

/** Differences between two refusals with the same number. */
export interface RefusalDetails {
  /** The claims that a new sign-in must request, as JSON. */
  readonly claims?: string;
  /** Replaces the usual `error`. */
  readonly error?: string;
}

/** Creates the status and the JSON of a refusal from its description. */
export function refusalBody(
  description: string,
  loginUrl: string,
  details: RefusalDetails = {},
): { readonly status: number; readonly body: Record<string, unknown> } {
  const aadsts = refusalOf(description) ?? 900144;
  const refusal: Refusal = REFUSALS[aadsts];
  const part = (name: string): string => new RegExp(`${name}: ([\\w-]+(?: [\\d:]+Z)?)`).exec(description)?.[1] ?? '';
  return {
    status: refusal.status,
    body: {
      error: details.error ?? refusal.error,
      error_description: description,
      error_codes: [aadsts],
      timestamp: part('Timestamp'),
      trace_id: part('Trace ID'),
      correlation_id: part('Correlation ID'),
      error_uri: `${loginUrl}/error?code=${aadsts}`,
      ...(refusal.suberror === undefined ? {} : { suberror: refusal.suberror }),
      ...(details.claims === undefined ? {} : { claims: details.claims }),
    },
  };
}

/** Creates the answer to a request from a refusal. */
export function refusalAnswer(description: string, loginUrl: string, details?: RefusalDetails): DoorAnswer {
  const { status, body } = refusalBody(description, loginUrl, details);
  return jsonAnswer(status, body);
}

/** Creates a JSON answer as the token endpoint sends it. */
export function jsonAnswer(status: number, body: unknown): DoorAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      'x-ms-request-id': randomUUID(),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}
