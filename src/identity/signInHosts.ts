import { SIGN_IN_ORIGINS } from '../defender/clouds.ts';

/**
 * Origins of the pages where Microsoft accepts a device code. Source: the answers of the device authorization endpoints
 * of the public and the US government cloud.
 */
const CODE_PAGE_ORIGINS: ReadonlySet<string> = new Set([
  'https://microsoft.com',
  'https://www.microsoft.com',
  'https://login.microsoft.com',
]);

/**
 * Whether an address belongs to the sign-in service of a connection. It must be https, at the authority's own origin or
 * at that of a known cloud. The service's metadata names its endpoints, and an impostor could name any. Codes, secrets
 * and refresh tokens go there.
 *
 * @param authority - address of the sign-in service, with or without a tenant
 */
export function isSignInAddress(address: string, authority: string): boolean {
  const origin = httpsOrigin(address);
  return origin !== undefined && (origin === httpsOrigin(authority) || SIGN_IN_ORIGINS.has(origin));
}

/** Whether an address is a page on which a device code may be entered. */
export function isCodePage(address: string, authority: string): boolean {
  return isSignInAddress(address, authority) || CODE_PAGE_ORIGINS.has(httpsOrigin(address) ?? '');
}

/**
 * Returns the origin of an https address. Returns undefined for any other scheme, for credentials in the address, and
 * for a text that is not an address. An address that parsers read differently gives undefined too: one ends the host at
 * a backslash, another takes it as part of a user name.
 */
function httpsOrigin(address: string): string | undefined {
  if (/[\\\s\p{Cc}]/u.test(address) || !URL.canParse(address)) return undefined;
  const { protocol, origin, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '' ? origin : undefined;
}
