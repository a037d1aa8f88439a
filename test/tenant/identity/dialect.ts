import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { noteSecret } from '../../secrets/runFolder.ts';
import { assertionOutOfTime } from './assertion.ts';
import type { Directory } from './directory.ts';
import { describeRefusal, refusalBody, refusalOf } from './entraErrors.ts';
import type { Aadsts, RefusalDetails, RefusalValues } from './entraErrors.ts';
import { translated } from './loginRequest.ts';
import type { LoginRequest } from './loginRequest.ts';
import { DEVICE_CODE } from './registration.ts';
import type { Registration } from './registration.ts';
import { resourceOfScope } from './scopes.ts';
import type { IdentityStore } from './store.ts';

/** Paths of Entra's endpoints, below `/<tenant>`. The provider is configured with these. */
export const ENTRA_ROUTES = {
  authorization: '/oauth2/v2.0/authorize',
  token: '/oauth2/v2.0/token',
  device_authorization: '/oauth2/v2.0/devicecode',
  code_verification: '/oauth2/deviceauth',
  jwks: '/discovery/v2.0/keys',
} as const;

/** Translates a request into the provider's form. */
export function toProvider(request: LoginRequest, directory: Directory): IncomingMessage {
  const mountPoint = `/${directory.tenantId}`;
  // Entra serves discovery below `/<tenant>/v2.0`, the rest below `/<tenant>`.
  const path = request.url.pathname.replace(`${mountPoint}/v2.0/.well-known/`, `${mountPoint}/.well-known/`);
  const query = new URLSearchParams(request.url.search);
  const form = new URLSearchParams(request.form);
  if (form.get('grant_type') === 'device_code') {
    form.set('grant_type', DEVICE_CODE);
  }
  const beginning = path === mountPoint + ENTRA_ROUTES.authorization;
  if (beginning && query.get('prompt') !== 'none') {
    // The sign-in page here always asks for everything, whatever Entra's `prompt` says. The provider keeps
    // offline_access only where it asks for consent, and does not know `select_account`.
    query.set('prompt', 'consent');
  }
  if (beginning) askForAll(query, directory);
  if (path === mountPoint + ENTRA_ROUTES.device_authorization) askForAll(form, directory);
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const anew = beginning || (path === mountPoint + ENTRA_ROUTES.code_verification && request.method === 'GET');
  return translated(request, {
    mountPoint,
    target: path.slice(mountPoint.length) + search,
    form,
    cookie: anew ? withoutSession(request.incoming.headers.cookie) : request.incoming.headers.cookie,
  });
}

/**
 * Adds the tenant's other resources to a request for one of them: Entra's refresh tokens are for every resource to which
 * the application has consent. Whether it has, is decided when a token is asked for.
 */
function askForAll(parameters: URLSearchParams, { audiences, graph }: Directory): void {
  const scope = parameters.get('scope');
  const asked = resourceOfScope(scope);
  if (scope === null || asked === undefined) return;
  const others = audiences.filter((audience) => audience !== asked);
  const granted = graph.permissions.map((name) => `${graph.audience}/${name}`);
  const scopes = [...others.map((audience) => `${audience}/.default`), ...granted];
  parameters.set('scope', [...new Set([...scope.split(' '), ...scopes])].join(' '));
  for (const resource of [asked, ...others]) parameters.append('resource', resource);
}

// Every sign-in begins at the account page, even in a browser with a session: a test must not depend on the one before.
function withoutSession(cookie: string | undefined): string | undefined {
  const kept = cookie?.split('; ').filter((pair) => !pair.startsWith('_session'));
  return kept === undefined || kept.length === 0 ? undefined : kept.join('; ');
}

/** The parts of an answer. */
export interface Dressing {
  readonly directory: Directory;
  readonly registration: Registration;
  readonly store: IdentityStore;
}

/** Translates the provider's answers into Entra's form. Runs after the provider. */
export function dressAnswer(ctx: KoaContextWithOIDC, dressing: Dressing): void {
  const body: unknown = ctx.body;
  if (typeof body !== 'object' || body === null) {
    return;
  }
  const fields = new Map<string, unknown>(Object.entries(body));
  switch (ctx.oidc.route) {
    case 'discovery':
      // Uses the requested host, because MSAL does not accept an issuer on another host.
      ctx.body = { ...body, issuer: `${originOf(ctx)}/${dressing.directory.tenantId}/v2.0` };
      break;
    case 'device_authorization':
      ctx.body = fields.has('error') ? refuse(ctx, fields, dressing) : deviceCodeAnswer(ctx, fields, dressing);
      break;
    case 'token':
      ctx.body = fields.has('error') ? refuse(ctx, fields, dressing) : tokenAnswer(ctx, fields, dressing);
      break;
  }
}

// Avoids Koa's own `origin`, which comes from an Origin header.
function originOf(ctx: KoaContextWithOIDC): string {
  return `${ctx.protocol}://${ctx.host}`;
}

function deviceCodeAnswer(
  ctx: KoaContextWithOIDC,
  fields: ReadonlyMap<string, unknown>,
  { directory }: Dressing,
): Record<string, unknown> {
  const [uri, code] = [String(fields.get('verification_uri')), String(fields.get('user_code'))];
  ctx.set('cache-control', 'no-store, no-cache');
  return {
    user_code: code,
    device_code: fields.get('device_code'),
    verification_uri: uri,
    expires_in: fields.get('expires_in'),
    interval: directory.lifetimes.deviceInterval,
    message: `To sign in, use a web browser to open the page ${uri} and enter the code ${code} to authenticate.`,
  };
}

function tokenAnswer(
  ctx: KoaContextWithOIDC,
  fields: ReadonlyMap<string, unknown>,
  { directory }: Dressing,
): Record<string, unknown> {
  const account = ctx.oidc.entities.Account?.accountId;
  for (const name of ['access_token', 'id_token']) {
    const token = fields.get(name);
    if (typeof token === 'string') noteSecret(token);
  }
  const lifetime = { expires_in: fields.get('expires_in'), ext_expires_in: fields.get('expires_in') };
  if (account === undefined) {
    return { token_type: 'Bearer', ...lifetime, access_token: fields.get('access_token') };
  }
  const resource = ctx.oidc.entities.AccessToken?.aud;
  // MSAL looks a token up by the requested scope, so `.default` is among the granted ones.
  const names = resource === directory.graph.audience ? directory.graph.permissions : directory.delegatedPermissions;
  const scopes = [...names, '.default'].map((name) => `${String(resource)}/${name}`);
  const clientInfo = { uid: account, utid: directory.tenantId };
  return {
    token_type: 'Bearer',
    scope: scopes.join(' '),
    ...lifetime,
    access_token: fields.get('access_token'),
    ...(fields.has('refresh_token') ? { refresh_token: fields.get('refresh_token') } : {}),
    ...(fields.has('id_token') ? { id_token: fields.get('id_token') } : {}),
    ...(ctx.oidc.body?.['client_info'] === '1'
      ? { client_info: Buffer.from(JSON.stringify(clientInfo)).toString('base64url') }
      : {}),
  };
}

function refuse(
  ctx: KoaContextWithOIDC,
  fields: ReadonlyMap<string, unknown>,
  dressing: Dressing,
): Record<string, unknown> {
  const form = new Map<string, unknown>(Object.entries(ctx.oidc.body ?? {}));
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  const values: RefusalValues = {
    clientId: text('client_id'),
    tenant: dressing.directory.tenantId,
    resource: resourceOfScope(form.get('scope')) ?? '',
    grantType: text('grant_type'),
    scope: text('scope'),
    ...assertionOutOfTime(text('client_assertion'), 0),
  };
  const given = fields.get('error_description');
  const error = String(fields.get('error'));
  const aadsts = refusalOf(given) ?? aadstsOf(ctx, error, text, dressing);
  const asked = ctx.query['client-request-id'] ?? form.get('client-request-id');
  const description =
    refusalOf(given) === undefined
      ? describeRefusal(aadsts, values, typeof asked === 'string' ? asked : undefined)
      : String(given);
  const isDevice = text('grant_type') === DEVICE_CODE;
  const details: RefusalDetails = isDevice && aadsts === 65004 ? { error: 'authorization_declined' } : {};
  const { status, body } = refusalBody(description, originOf(ctx), details);
  ctx.status = status;
  return body;
}

/** Returns Entra's number for a refusal of the provider. */
function aadstsOf(
  ctx: KoaContextWithOIDC,
  error: string,
  text: (name: string) => string,
  { registration, store }: Dressing,
): Aadsts {
  switch (error) {
    case 'invalid_client':
      if (ctx.oidc.client === undefined) return 700016;
      if (text('client_assertion') !== '') {
        return assertionOutOfTime(text('client_assertion'), 0) === undefined ? 700027 : 700024;
      }
      return text('client_secret') === registration.expiredClientSecret ? 7000222 : 7000215;
    case 'invalid_grant':
      switch (text('grant_type')) {
        case 'refresh_token':
          return REFRESH_REFUSALS[store.refreshToken(text('refresh_token')).state];
        case DEVICE_CODE:
          return 70018;
        default:
          return 70008;
      }
    default:
      return OTHER_REFUSALS[error] ?? 900144;
  }
}

const REFRESH_REFUSALS = { live: 9002313, unknown: 9002313, expired: 700082, revoked: 50173 } as const;
const OTHER_REFUSALS: Readonly<Record<string, Aadsts>> = {
  invalid_scope: 70011,
  unsupported_grant_type: 70003,
  authorization_pending: 70016,
  expired_token: 70020,
  access_denied: 65004,
};
