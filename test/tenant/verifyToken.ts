import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { apiError } from './apiErrors.ts';
import type { CallKind } from './recording.ts';
import type { DoorAnswer } from './sendAnswer.ts';

/** The caller: rate limits apply by application and tenant. */
export interface Caller {
  readonly appId: string;
  readonly tenantId: string;
}

/** A caller with permission for the call, or the API's refusal. */
export type Verdict = { readonly caller: Caller } | { readonly refusal: DoorAnswer };

/** The expected values of a token. */
export interface VerifierOptions {
  readonly jwks: JSONWebKeySet;
  readonly issuer: string;
  /** The token's audience must be one of these. */
  readonly audiences: readonly string[];
  readonly tenantId: string;
  /** Returns the authentication context that a token must have in `acrs`. Called at every call. */
  readonly context: () => string | undefined;
  /** Address in the challenge to a client that lacks the context. */
  readonly authorizationUri: string;
}

/**
 * Checks an Authorization header for a call. The order is: signature, issuer, audience, time, tenant, context,
 * permission.
 */
export type TokenVerifier = (authorization: string | undefined, call: CallKind) => Promise<Verdict>;

interface Permissions {
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

// The permissions that public pages and refusals name. What the server really enforces is unknown where they differ.
const READ: Permissions = {
  roles: ['Machine.Read.All', 'Machine.ReadWrite.All'],
  scopes: ['Machine.Read', 'Machine.ReadWrite'],
};
const LINK: Permissions = { roles: ['Machine.Read.All', 'Machine.ReadWrite.All'], scopes: ['Machine.LiveResponse'] };

const PACKAGE: Permissions = { roles: ['Machine.CollectForensics'], scopes: ['Machine.CollectForensics'] };

const HUNT: Permissions = { roles: ['ThreatHunting.Read.All'], scopes: ['ThreatHunting.Read.All'] };

function permissionsFor(call: CallKind): Permissions {
  if (call === 'link') return LINK;
  if (call === 'package') return PACKAGE;
  return call === 'hunt' ? HUNT : READ;
}

/** Creates the check in front of the API, or of Microsoft Graph. */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const keys = createLocalJWKSet(options.jwks);
  return async (authorization, call) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      return unauthorized('Authorization header is missing or is not a bearer token.');
    }
    let payload: JWTPayload;
    try {
      const { issuer, audiences } = options;
      ({ payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [...audiences],
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'tid', 'appid'],
      }));
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        return unauthorized(reason(error));
      }
      throw error;
    }
    if (payload['tid'] !== options.tenantId) {
      return unauthorized('The token is of another tenant.');
    }
    const context = options.context();
    const acrs: unknown = payload['acrs'];
    if (context !== undefined && !(Array.isArray(acrs) && acrs.includes(context))) {
      return claimsChallenge(context, options.authorizationUri);
    }
    const missing = missingPermission(payload, permissionsFor(call));
    return missing === undefined
      ? { caller: { appId: String(payload['appid']), tenantId: options.tenantId } }
      : { refusal: apiError(403, 'Forbidden', missing) };
  };
}

// A token with `scp` belongs to a user: the API then checks only the delegated permissions.
function missingPermission(payload: JWTPayload, needed: Permissions): string | undefined {
  const scp = payload['scp'];
  if (typeof scp === 'string') {
    const held = scp.split(' ').filter((scope) => scope !== '');
    return needed.scopes.some((scope) => held.includes(scope))
      ? undefined
      : `Missing scopes. API required scopes: ${needed.scopes.join(',')}, scopes: ${held.join(',')}.`;
  }
  const roles: unknown = payload['roles'];
  const held = Array.isArray(roles) ? roles.map(String) : [];
  return needed.roles.some((role) => held.includes(role))
    ? undefined
    : `Missing application roles. API required roles: ${needed.roles.join(',')}, application roles: ${held.join(',')}.`;
}

function reason(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) {
    return 'The token is expired.';
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token's ${error.claim} is invalid.`;
  }
  return 'The token is invalid.';
}

function unauthorized(message: string): Verdict {
  return { refusal: apiError(401, 'Unauthorized', message, { 'www-authenticate': 'Bearer error="invalid_token"' }) };
}

/** Refuses with the claims that the client must request for its next token. */
function claimsChallenge(context: string, authorizationUri: string): Verdict {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: context } } });
  const challenge = [
    'Bearer realm=""',
    `authorization_uri="${authorizationUri}"`,
    'error="insufficient_claims"',
    `claims="${Buffer.from(claims).toString('base64')}"`,
  ].join(', ');
  const message = 'The presented access token lacks the claims that are needed for this resource.';
  return { refusal: apiError(401, 'Unauthorized', message, { 'www-authenticate': challenge }) };
}
