import type { Cloud } from '../base/resultUri.ts';

/** Addresses of a cloud. Each cloud defines them separately. */
export interface CloudAddresses {
  readonly apiUrl: string;
  readonly authority: string;
  readonly scope: string;
  readonly portalUrl: string;
  /** Microsoft Graph, which answers hunting queries. */
  readonly graphUrl: string;
}

/** Regions with an API host of their own, in the commercial cloud. */
export const NEAR_REGIONS = ['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'] as const;
export type NearRegion = (typeof NEAR_REGIONS)[number];

/**
 * Addresses of the known clouds. Source: api-facts §6. When the API's host changed, the token's scope kept the old
 * host.
 */
const KNOWN: Readonly<Record<Exclude<Cloud, 'custom'>, CloudAddresses>> = {
  commercial: {
    apiUrl: 'https://api.security.microsoft.com',
    authority: 'https://login.microsoftonline.com',
    scope: 'https://api.securitycenter.microsoft.com/.default',
    portalUrl: 'https://security.microsoft.com',
    graphUrl: 'https://graph.microsoft.com',
  },
  gcc: {
    apiUrl: 'https://api-gcc.securitycenter.microsoft.us',
    authority: 'https://login.microsoftonline.com',
    scope: 'https://api-gcc.securitycenter.microsoft.us/.default',
    portalUrl: 'https://security.microsoft.com',
    graphUrl: 'https://graph.microsoft.com',
  },
  gccHigh: {
    apiUrl: 'https://api-gov.securitycenter.microsoft.us',
    authority: 'https://login.microsoftonline.us',
    scope: 'https://api-gov.securitycenter.microsoft.us/.default',
    portalUrl: 'https://security.microsoft.us',
    graphUrl: 'https://graph.microsoft.us',
  },
  dod: {
    apiUrl: 'https://api-gov.securitycenter.microsoft.us',
    authority: 'https://login.microsoftonline.us',
    scope: 'https://api-gov.securitycenter.microsoft.us/.default',
    portalUrl: 'https://security.apps.mil',
    graphUrl: 'https://dod-graph.microsoft.us',
  },
};

/** Origins of the sign-in services of all known clouds. */
export const SIGN_IN_ORIGINS: ReadonlySet<string> = new Set(Object.values(KNOWN).map(({ authority }) => authority));

/** Returns the addresses of a known cloud, with the API host of a near region if one is given. */
export function cloudAddresses(cloud: Exclude<Cloud, 'custom'>, region?: NearRegion): CloudAddresses {
  const addresses = KNOWN[cloud];
  if (cloud !== 'commercial' || region === undefined) return addresses;
  return { ...addresses, apiUrl: `https://${region}.api.security.microsoft.com` };
}

/**
 * Blob hosts that may serve results in every cloud. GCC uses the commercial sign-in service, but stores results in the
 * government cloud. Source: api-facts §3 (the second host is inferred from the connectivity documentation).
 */
export const BLOB_HOST_SUFFIXES = ['.blob.core.windows.net', '.blob.core.usgovcloudapi.net'] as const;

/**
 * Hosts that serve investigation packages: `userrequests-us` and its regional kin. They are no blob hosts. The hosts of
 * the government clouds are unknown; a connection can allow them. Source: api-facts §4.
 */
export const PACKAGE_HOST = /^userrequests-[a-z0-9-]{1,40}\.securitycenter\.windows\.com$/u;
