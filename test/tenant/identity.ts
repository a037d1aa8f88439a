import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider, errors } from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { JSONWebKeySet } from 'jose';
import type { Certificate } from './certificate.ts';
import { openDoor } from './door.ts';
import { ENTRA_ROUTES, dressTokenAnswer, mount, resourceOfScope } from './entraDialect.ts';
import type { Faults } from './faults.ts';
import { createIdentityStore } from './identityStore.ts';
import type { Recording } from './recording.ts';
import type { DoorAnswer } from './sendAnswer.ts';
import { DEFENDER_AUDIENCE, createSigningKey, entraClaims, signToken } from './tokens.ts';
import type { MintOptions, SigningKey } from './tokens.ts';

/** The tenant's sign-in service. */
export interface Identity {
  /** `https://localhost:PORT`; the authority is this and `/<tenant>`. */
  readonly loginUrl: string;
  /** What stands in `iss`: `https://localhost:PORT/<tenant>/v2.0`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The public keys, those that the service publishes. */
  readonly jwks: JSONWebKeySet;
  readonly mintAccessToken: (options?: MintOptions) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** What the sign-in service needs. */
export interface IdentityOptions {
  readonly certificate: Certificate;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly tenantId: string;
  /** What the tenant's application may do. */
  readonly applicationRoles: readonly string[];
}

const ONE_HOUR = 3600;

/** Starts a real OpenID provider that speaks like Entra as far as the client credentials flow needs. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const { tenantId, applicationRoles } = options;
  const key = await createSigningKey();
  const clientId = randomUUID();
  // The object id of the application in the tenant, which is not its client id.
  const oid = randomUUID();
  const clientSecret = randomBytes(30).toString('base64url');

  // The issuer names the port, so the door opens first; nobody knows its address before this function returns.
  let answer: (incoming: IncomingMessage, response: ServerResponse) => Promise<DoorAnswer> = async () =>
    await Promise.resolve(notFound());
  const door = await openDoor({
    name: 'login',
    certificate: options.certificate,
    recording: options.recording,
    faults: options.faults,
    handle: async (incoming, response) => await answer(incoming, response),
  });
  const issuer = `${door.url}/${tenantId}/v2.0`;
  const provider = createProvider({ issuer, key, clientId, clientSecret, oid, tenantId, applicationRoles });
  const callback = provider.callback();
  answer = async (incoming, response) =>
    mount(incoming, tenantId) ? await capture(callback, incoming, response) : notFound();

  return {
    loginUrl: door.url,
    issuer,
    clientId,
    clientSecret,
    jwks: { keys: [key.publicJwk] },
    mintAccessToken: async (mint = {}) => {
      const { scp, upn } = mint;
      const roles = mint.roles ?? (scp === undefined ? applicationRoles : undefined);
      const claims = entraClaims({
        tenantId: mint.tenantId ?? tenantId,
        appId: mint.appId ?? clientId,
        oid,
        ...(roles === undefined ? {} : { roles }),
        ...(scp === undefined ? {} : { scp, upn: upn ?? 'analyst@contoso.example' }),
      });
      return await signToken(
        key,
        mint.issuer ?? issuer,
        mint.audience ?? DEFENDER_AUDIENCE,
        mint.expiresInSeconds ?? ONE_HOUR,
        claims,
      );
    },
    stop: door.close,
  };
}

interface ProviderOptions {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly oid: string;
  readonly tenantId: string;
  readonly applicationRoles: readonly string[];
}

// Interactive and device code sign-in are added here: a client with redirect URIs, `features.deviceFlow`, `findAccount`,
// `interactions`; the customizer below then also writes `scp` and `upn` for tokens that have an account.
function createProvider(options: ProviderOptions): Provider {
  const configuration: Configuration = {
    adapter: createIdentityStore(),
    jwks: { keys: [options.key.privateJwk] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: ENTRA_ROUTES,
    scopes: [],
    ttl: { ClientCredentials: ONE_HOUR },
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => resourceOfScope(ctx.oidc.params?.['scope']) ?? 'urn:no-resource',
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== DEFENDER_AUDIENCE) {
            throw new errors.InvalidTarget();
          }
          return {
            scope: '',
            audience: DEFENDER_AUDIENCE,
            accessTokenTTL: ONE_HOUR,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          // Entra's names instead of the provider's own.
          const { client_id: appId, ...rest } = parts.payload;
          delete rest['scope'];
          const subject = {
            tenantId: options.tenantId,
            appId: String(appId),
            oid: options.oid,
            roles: options.applicationRoles,
          };
          parts.payload =
            token.kind === 'ClientCredentials' ? { ...rest, nbf: rest['iat'], ...entraClaims(subject) } : rest;
        },
      },
    },
  };
  const provider = new Provider(options.issuer, configuration);
  provider.use(async (ctx, next) => {
    await next();
    // The middleware's type does not know what the provider adds; other paths than the provider's have none of it.
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    if (oidc?.route === 'token') {
      dressTokenAnswer(ctx as KoaContextWithOIDC, options.tenantId);
    }
  });
  return provider;
}

// The provider writes to Node's response itself. Its end is taken from it, so that delays, cuts and drips can be applied
// to its answers as to all others.
async function capture(
  callback: (incoming: IncomingMessage, response: ServerResponse) => Promise<void>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<DoorAnswer> {
  const end = response.end.bind(response);
  let body: Uint8Array = new Uint8Array();
  response.end = ((chunk?: string | Uint8Array) => {
    body = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk ?? body);
    return response;
  }) as typeof response.end;
  await callback(incoming, response);
  response.end = end;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.getHeaders())) {
    headers[name] = typeof value === 'number' ? String(value) : (value ?? '');
    response.removeHeader(name);
  }
  return { status: response.statusCode, headers, body };
}

function notFound(): DoorAnswer {
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('not found') };
}
