import { randomUUID } from 'node:crypto';
import { noteSecret } from '../secrets/runFolder.ts';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';

/** The audience of the Defender API, also for its new host. */
export const DEFENDER_AUDIENCE = 'https://api.securitycenter.microsoft.com';

/** The audiences of the Defender API in each cloud. */
export const CLOUD_AUDIENCES = [
  DEFENDER_AUDIENCE,
  'https://api-gcc.securitycenter.microsoft.us',
  'https://api-gov.securitycenter.microsoft.us',
] as const;

/** The key that signs a tenant's tokens. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** Creates an RSA key, like Entra's. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const shared = { kid: randomUUID(), alg: 'RS256', use: 'sig' };
  return {
    privateKey,
    privateJwk: { ...(await exportJWK(privateKey)), ...shared },
    publicJwk: { ...(await exportJWK(publicKey)), ...shared },
  };
}

/** The subject of a token. With `scp` it is a user, otherwise an application. */
export interface TokenSubject {
  readonly tenantId: string;
  readonly appId: string;
  readonly oid: string;
  readonly roles?: readonly string[];
  readonly scp?: string;
  readonly upn?: string;
}

/** Returns the claims that tell the Defender API the caller and its permissions, as Entra sets them. */
export function entraClaims(subject: TokenSubject): Record<string, string | string[]> {
  const { tenantId, appId, oid, roles, scp, upn } = subject;
  return {
    tid: tenantId,
    appid: appId,
    oid,
    sub: oid,
    ver: '1.0',
    ...(scp === undefined ? { idtyp: 'app' } : { scp }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(upn === undefined ? {} : { upn, unique_name: upn }),
  };
}

/** Options of a token for a test; values that are not given are right. */
export interface MintOptions {
  /** Application roles. Without roles and `scp`: those of the tenant's own application. */
  readonly roles?: readonly string[];
  /** Delegated permissions, separated by spaces. */
  readonly scp?: string;
  readonly audience?: string;
  readonly issuer?: string;
  /** Negative for an expired token. */
  readonly expiresInSeconds?: number;
  readonly tenantId?: string;
  readonly appId?: string;
  readonly upn?: string;
}

/** Signs a token with the provider's own key. */
export async function signToken(
  key: SigningKey,
  issuer: string,
  audience: string,
  expiresInSeconds: number,
  claims: JWTPayload,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  // The start is before the end, also for an expired token.
  const start = Math.min(now, now + expiresInSeconds - 60);
  const token = await new SignJWT({ ...claims, uti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.publicJwk.kid ?? '' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(start)
    .setNotBefore(start)
    .setExpirationTime(now + expiresInSeconds)
    .sign(key.privateKey);
  noteSecret(token);
  return token;
}
