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
 * Whether an address belongs to the sign-in service of a connection. The address must be https, and have the origin of
 * the authority or of a known cloud's sign-in service. Codes, secrets and refresh tokens are sent to such addresses.
 * They come from the service's metadata, in which an impostor could name any address.
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
 * for a text that is not an address. Also returns undefined if parsers read the address differently. For example, one
 * parser ends the host at a backslash, and another parser reads the backslash as part of a user name.
 */
function httpsOrigin(address: string): string | undefined {
  if (/[\\\s\p{Cc}]/u.test(address) || !URL.canParse(address)) return undefined;
  const { protocol, origin, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '' ? origin : undefined;
}
