import { randomBytes } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { entraClaims } from '../tokens.ts';
import type { SigningKey } from '../tokens.ts';
import { CLOCK_TOLERANCE } from './assertion.ts';
import { ENTRA_ROUTES, dressAnswer } from './dialect.ts';
import type { Dressing } from './dialect.ts';
import type { Directory } from './directory.ts';
import { describeRefusal, refusalOf } from './entraErrors.ts';
import type { Aadsts } from './entraErrors.ts';
import { codePage, confirmPage, lastPage } from './pages.ts';
import { OIDC_SCOPES, permissionsOf, resourceOfScope } from './scopes.ts';

/** Path of the sign-in page, below `/<tenant>`. The rest of the path names the sign-in. */
export const LOGIN_PATH = '/login/';

/** The parts that the provider needs. */
export interface ProviderOptions extends Dressing {
  readonly issuer: string;
  readonly key: SigningKey;
}

/** Creates a real OpenID provider that behaves like Entra. */
export function createProvider(options: ProviderOptions): Provider {
  const { directory, registration, store } = options;
  const { lifetimes } = directory;
  const configuration: Configuration = {
    adapter: (name: string) =>
      name === 'Client'
        ? {
            ...store.adapter(name),
            find: async (id) => (id === registration.clientId ? await registration.metadata() : undefined),
          }
        : store.adapter(name),
    jwks: { keys: [options.key.privateJwk] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: ENTRA_ROUTES,
    scopes: [...OIDC_SCOPES],
    claims: { openid: ['sub', 'oid', 'tid', 'ver'], profile: ['name', 'preferred_username'] },
    // Entra puts the known facts about a user into the ID token, whatever else is issued.
    conformIdTokenClaims: false,
    extraParams: ['claims'],
    clientAuthMethods: ['none', 'client_secret_post', 'private_key_jwt'],
    clockTolerance: CLOCK_TOLERANCE,
    ttl: {
      DeviceCode: () => lifetimes.deviceCode,
      RefreshToken: () => lifetimes.refreshToken,
      AccessToken: () => lifetimes.accessToken,
      ClientCredentials: () => lifetimes.accessToken,
      IdToken: 3600,
      Interaction: 3600,
      Session: 3600,
      // Grants outlive their refresh tokens, so that an expired token differs from a revoked one.
      Grant: 365 * 24 * 3600,
    },
    issueRefreshToken: (_ctx, _client, source) => source.scopes.has('offline_access'),
    rotateRefreshToken: true,
    findAccount: (_ctx, oid) => accountOf(directory, oid),
    interactions: { url: (_ctx, { uid }) => `/${directory.tenantId}${LOGIN_PATH}${uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = lastPage('Sorry, but we’re having trouble signing you in', pageTrouble(ctx, out, directory));
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        mask: '*********',
        userCodeInputSource: (ctx, form, out, error) => {
          const trouble = error === undefined ? undefined : (out?.error_description ?? error.message);
          // Only a wrong code can be typed again. Every other error ends the code.
          const again = error === undefined || error.name === 'NotFoundError' || error.name === 'NoCodeError';
          ctx.body = again ? codePage(form, trouble) : lastPage('You are not signed in', trouble ?? '');
        },
        userCodeConfirmSource: (ctx, form) => {
          ctx.body = confirmPage(form);
        },
        successSource: (ctx) => {
          ctx.body = lastPage('You have signed in', 'You may now close this window.');
        },
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        defaultResource: (ctx) => {
          const scope = scopeOf(ctx);
          const resource = resourceOfScope(scope);
          if (resource !== undefined) return resource;
          // Entra would issue a token for Microsoft Graph, which this tenant does not have.
          if (ctx.oidc.params?.['grant_type'] !== 'client_credentials')
            throw refusal(500011, { resource: 'Microsoft Graph' });
          throw refusal(1002012, { scope: typeof scope === 'string' ? scope : '' });
        },
        getResourceServerInfo: (ctx, resource) => {
          if (!directory.audiences.includes(resource)) {
            throw refusal(500011, { resource, tenant: directory.tenantId });
          }
          return {
            scope: [`${resource}/.default`, ...permissionsOf(resource, scopeOf(ctx))].join(' '),
            audience: resource,
            accessTokenTTL: lifetimes.accessToken,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          parts.payload = entraPayload(parts.payload, 'grantId' in token ? token.grantId : undefined, directory);
        },
      },
    },
  };
  const provider = new Provider(options.issuer, configuration);
  provider.use(async (ctx, next) => {
    await next();
    // The middleware's type does not know the provider's additions. Paths outside the provider do not have them.
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    if (oidc !== undefined) {
      dressAnswer(ctx as KoaContextWithOIDC, options);
    }
  });
  return provider;
}

/** Returns the requested scope. The provider keeps none of a request that redeems a code. */
function scopeOf(ctx: KoaContextWithOIDC): unknown {
  return ctx.oidc.params?.['scope'] ?? ctx.oidc.body?.['scope'];
}

function accountOf(directory: Directory, oid: string): ReturnType<NonNullable<Configuration['findAccount']>> {
  const person = directory.people.find((one) => one.oid === oid);
  return person === undefined
    ? undefined
    : {
        accountId: oid,
        claims: () => ({
          sub: oid,
          oid,
          tid: directory.tenantId,
          ver: '2.0',
          name: person.name,
          preferred_username: person.upn,
        }),
      };
}

/** Replaces the provider's own names with Entra's. */
function entraPayload(
  payload: Readonly<Record<string, unknown>>,
  grantId: string | undefined,
  directory: Directory,
): Record<string, unknown> {
  const { client_id: appId, ...rest }: Record<string, unknown> = payload;
  delete rest['scope'];
  const signIn = grantId === undefined ? undefined : directory.signIns.get(grantId);
  const person = directory.people.find(({ oid }) => oid === signIn?.oid);
  const app = { tenantId: directory.tenantId, appId: String(appId) };
  const isForGraph = payload['aud'] === directory.graph.audience;
  const roles = isForGraph ? directory.graph.permissions : directory.applicationRoles;
  const scp = (isForGraph ? directory.graph.permissions : directory.delegatedPermissions).join(' ');
  const claims =
    signIn === undefined || person === undefined
      ? entraClaims({ ...app, oid: directory.applicationOid, roles })
      : {
          ...entraClaims({ ...app, oid: person.oid, upn: person.upn, scp }),
          name: person.name,
          ...(signIn.acrs.length === 0 ? {} : { acrs: [...signIn.acrs] }),
        };
  return { ...rest, nbf: rest['iat'], ...claims };
}

function refusal(aadsts: Aadsts, values: Readonly<Record<string, string>>): errors.CustomOIDCProviderError {
  return new errors.CustomOIDCProviderError(ERROR_NAMES[aadsts] ?? 'invalid_request', describeRefusal(aadsts, values));
}

const ERROR_NAMES: Partial<Record<Aadsts, string>> = { 500011: 'invalid_resource', 1002012: 'invalid_scope' };

/** Returns the text of the page for a refusal that cannot be sent to the application. */
function pageTrouble(
  ctx: KoaContextWithOIDC,
  out: { readonly error: string; readonly error_description?: string | undefined },
  directory: Directory,
): string {
  if (refusalOf(out.error_description) !== undefined) return String(out.error_description);
  const asked = (name: string): string => String(ctx.query[name] ?? '');
  const values = { clientId: asked('client_id'), tenant: directory.tenantId, redirectUri: asked('redirect_uri') };
  if (out.error === 'invalid_redirect_uri') return describeRefusal(50011, values);
  if (out.error === 'invalid_client') return describeRefusal(700016, values);
  return `${out.error}: ${out.error_description ?? ''}`;
}
