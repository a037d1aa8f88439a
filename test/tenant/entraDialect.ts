import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DEFENDER_AUDIENCE } from './tokens.ts';

/** Where Entra has its endpoints, below `/<tenant>`. The provider is configured with these. */
export const ENTRA_ROUTES = {
  authorization: '/oauth2/v2.0/authorize',
  token: '/oauth2/v2.0/token',
  device_authorization: '/oauth2/v2.0/devicecode',
  jwks: '/discovery/v2.0/keys',
} as const;

/**
 * Points a request for `/<tenant>/…` at the provider's own route, and answers whether it is one of this tenant's.
 *
 * Entra serves discovery below `/<tenant>/v2.0`, the rest below `/<tenant>`. The provider derives the addresses it announces
 * from `originalUrl`, as it does when mounted in a web framework; so it is told the mount point of the rest.
 */
export function mount(incoming: IncomingMessage, tenantId: string): boolean {
  const base = `/${tenantId}`;
  const target = (incoming.url ?? '/').replace(`${base}/v2.0/.well-known/`, `${base}/.well-known/`);
  if (!target.startsWith(`${base}/`)) {
    return false;
  }
  const mounted: IncomingMessage & { originalUrl?: string } = incoming;
  mounted.originalUrl = target;
  mounted.url = target.slice(base.length);
  return true;
}

/** Entra knows no `resource` in v2: the resource is what stands before `/.default` or before a permission's name. */
export function resourceOfScope(scope: unknown): string | undefined {
  if (typeof scope !== 'string') {
    return undefined;
  }
  const named = scope.split(' ').find((entry) => entry.startsWith('https://') || entry.startsWith('api://'));
  return named?.slice(0, named.lastIndexOf('/'));
}

/** Says the provider's answers of the token endpoint in Entra's words. Runs after the provider. */
export function dressTokenAnswer(ctx: KoaContextWithOIDC, tenantId: string): void {
  const body: unknown = ctx.body;
  if (typeof body !== 'object' || body === null) {
    return;
  }
  if ('error' in body) {
    const { status, error, code, text } = entraError(ctx, String(body.error), tenantId);
    const [trace, correlation] = [randomUUID(), randomUUID()];
    const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
    ctx.status = status;
    ctx.body = {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `${ctx.protocol}://${ctx.host}/error?code=${code}`,
    };
  } else if ('access_token' in body && 'expires_in' in body) {
    ctx.body = {
      token_type: 'Bearer',
      expires_in: body.expires_in,
      ext_expires_in: body.expires_in,
      access_token: body.access_token,
    };
  }
}

interface EntraError {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly text: string;
}

function entraError(ctx: KoaContextWithOIDC, error: string, tenantId: string): EntraError {
  const body: Record<string, unknown> = ctx.oidc.body ?? {};
  const clientId = String(body['client_id']);
  const resource = resourceOfScope(body['scope']);
  if (error === 'invalid_client' && ctx.oidc.client === undefined) {
    const text = `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`;
    return { status: 400, error: 'unauthorized_client', code: 700016, text };
  }
  if (error === 'invalid_client') {
    const text = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`;
    return { status: 401, error, code: 7000215, text };
  }
  if (error === 'invalid_target' && resource !== DEFENDER_AUDIENCE) {
    const text = `The resource principal named ${String(resource)} was not found in the tenant named ${tenantId}.`;
    return { status: 400, error: 'invalid_resource', code: 500011, text };
  }
  if (error === 'unsupported_grant_type') {
    return {
      status: 400,
      error,
      code: 70003,
      text: `The app requested an unsupported grant type '${String(body['grant_type'])}'.`,
    };
  }
  return { status: 400, error, code: 900144, text: 'The request body is malformed or lacks a parameter.' };
}
