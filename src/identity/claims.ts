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

/** Service that a token is for: the Defender API, or Microsoft Graph, which answers hunting queries. */
export type Resource = 'defender' | 'graph';

/** Microsoft's ids for these services. Each is the audience of a token that names no address. */
const APP_IDS: Readonly<Record<Resource, string>> = {
  defender: 'fc780465-2017-40d4-a0c5-307022471b92',
  graph: '00000003-0000-0000-c000-000000000000',
};

/**
 * Whether a token is for an address of a service, e.g. `https://api.securitycenter.microsoft.com`. Entra names a
 * resource by its address or by its application id. The address of a company's own resource is `api://` with its
 * application id.
 */
export function isForResource(
  { audience = '' }: Pick<TokenClaims, 'audience'>,
  address: string,
  resource: Resource = 'defender',
): boolean {
  const [found, wanted] = [audience, address].map((text) => text.toLowerCase().replace(/\/$/u, ''));
  return found === wanted || found === APP_IDS[resource] || wanted === `api://${found ?? ''}`;
}
