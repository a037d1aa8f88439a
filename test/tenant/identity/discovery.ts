import type { DoorAnswer } from '../sendAnswer.ts';
import { describeRefusal, jsonAnswer, refusalAnswer } from './entraErrors.ts';
import type { LoginRequest } from './loginRequest.ts';
import { lastPage } from './pages.ts';

/** The login hosts of Microsoft's clouds, with their aliases. */
const CLOUDS = [
  {
    preferred_network: 'login.microsoftonline.com',
    preferred_cache: 'login.windows.net',
    aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  },
  {
    preferred_network: 'login.microsoftonline.us',
    preferred_cache: 'login.microsoftonline.us',
    aliases: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
  },
] as const;

/** Answers whether a host is one of Microsoft's. MSAL sends this request for an authority that it does not know. */
export function instanceDiscovery({ url }: LoginRequest): DoorAnswer {
  const endpoint = URL.parse(url.searchParams.get('authorization_endpoint') ?? '');
  if (endpoint === null || !CLOUDS.some(({ aliases }) => aliases.some((alias) => alias === endpoint.host))) {
    return refusalAnswer(describeRefusal(50049), url.origin);
  }
  const tenant = endpoint.pathname.split('/')[1] ?? 'common';
  return jsonAnswer(200, {
    tenant_discovery_endpoint: `https://${endpoint.host}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: CLOUDS,
  });
}

/** Answers a request for a foreign tenant; undefined if the request is not for a tenant. */
export function unknownTenant({ url, form }: LoginRequest): DoorAnswer | undefined {
  const [, tenant, endpoint] =
    /^\/([^/]+)\/(v2\.0\/\.well-known\/openid-configuration|oauth2\/v2\.0\/(?:token|devicecode|authorize))$/.exec(
      url.pathname,
    ) ?? [];
  if (tenant === undefined || endpoint === undefined) {
    return undefined;
  }
  const asked = url.searchParams.get('client-request-id') ?? form.get('client-request-id') ?? undefined;
  const description = describeRefusal(90002, { tenant }, asked);
  if (endpoint.endsWith('authorize')) {
    return {
      status: 400,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: Buffer.from(lastPage('Sorry, but we’re having trouble signing you in', description)),
    };
  }
  const isDiscovery = endpoint.startsWith('v2.0');
  return refusalAnswer(description, url.origin, isDiscovery ? { error: 'invalid_tenant' } : {});
}
