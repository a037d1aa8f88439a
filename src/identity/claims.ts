/** Claims of an access token. The token's signature is not checked, so the claims are advice and never proof. */
export interface TokenClaims {
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  /** User principal name, else the application's id. */
  readonly account: string | undefined;
  /** ms since 1970. */
  readonly expiresAt: number | undefined;
  /** Address or application id of the resource that the token is for, verbatim. */
  readonly audience: string | undefined;
  /** Permissions of an application; undefined if the token has no such list. */
  readonly roles: readonly string[] | undefined;
  /** Permissions that a user has delegated; undefined if the token is not a user's token. */
  readonly scopes: readonly string[] | undefined;
}

/** Reads the claims of a JWT; undefined if the text is not a JWT. */
export function readClaims(token: string): TokenClaims | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof claims !== 'object' || claims === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(claims));
  const text = (...keys: string[]): string | undefined =>
    keys.map((key) => fields.get(key)).find((value): value is string => typeof value === 'string');
  const expiry = fields.get('exp');
  return {
    tenantId: text('tid')?.toLowerCase(),
    clientId: text('appid', 'azp')?.toLowerCase(),
    account: text('upn', 'preferred_username', 'unique_name', 'appid', 'azp'),
    expiresAt: typeof expiry === 'number' ? expiry * 1000 : undefined,
    audience: text('aud'),
    roles: textsOf(fields.get('roles')),
    scopes: text('scp')?.split(' ').filter(Boolean),
  };
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/**
 * Whether a token is for this application in this tenant. Both must match, because results and calls are recorded by
 * tenant and application.
 */
export function isFor(
  claims: TokenClaims | undefined,
  { tenantId, clientId }: { readonly tenantId: string; readonly clientId: string },
): boolean {
  return claims?.tenantId === tenantId && claims.clientId === clientId;
}

/** Microsoft's id for the Defender API ("WindowsDefenderATP"). It is the audience of a token that names no address. */
const DEFENDER_APP_ID = 'fc780465-2017-40d4-a0c5-307022471b92';
/** Microsoft's id for Microsoft Graph. */
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/**
 * Whether a token is for a resource, e.g. `https://api.securitycenter.microsoft.com`. Entra names a resource by its
 * address or by its application id. The address of a company's own resource is `api://` with its application id.
 */
export function isForResource({ audience = '' }: Pick<TokenClaims, 'audience'>, resource: string): boolean {
  const [found, wanted] = [audience, resource].map((text) => text.toLowerCase().replace(/\/$/u, ''));
  const isGraph = /^https:\/\/(?:[\w-]+\.)*(?:dod-)?graph\./u.test(wanted ?? '');
  return found === wanted || found === (isGraph ? GRAPH_APP_ID : DEFENDER_APP_ID) || wanted === `api://${found ?? ''}`;
}
