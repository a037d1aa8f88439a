import { textAt } from '../../base/atIndex.ts';
/*
 * Mail protection replaces an address with a link that contains the address. The link also contains the tenant, the
 * recipient and a signature. They can be GUIDs that are not action ids, and they can be secrets.
 */

const MAX_LAYERS = 4;

/**
 * Returns the address inside a link that a mail protection service made. If the mail was forwarded, several links can
 * be nested. Supports Safe Links of Microsoft, the three versions of URL Defense of Proofpoint, and other services that
 * have the address in the link's query.
 *
 * @returns undefined if the link does not belong to a supported service
 */
export function unwrapLink(link: string): string | undefined {
  let target: string | undefined;
  let next = unwrapOnce(link);
  for (let layer = 0; next !== undefined && layer < MAX_LAYERS; layer++) {
    target = next;
    next = unwrapOnce(target);
  }
  return target;
}

function unwrapOnce(link: string): string | undefined {
  const [, host = '', rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/isu.exec(link) ?? [];
  if (/(?:^|\.)urldefense(?:\.proofpoint)?\.(?:com|us)$/iu.test(host)) return unwrapProofpoint(rest);
  if (!PROTECTIONS.test(host)) return undefined;
  const [, value] = /[?&](?:amp;)?(?:url|u|a|q|target|redirect)=([^&#]*)/iu.exec(rest) ?? [];
  return value === undefined ? undefined : asAddress(decode(value));
}

/**
 * Hosts of Safe Links, Barracuda, Trend Micro, Cisco, Sophos and the redirects of Google. Each service writes the
 * target into the query.
 */
const PROTECTIONS =
  /(?:^|\.)(?:safelinks\.protection\.(?:outlook|office365)\.(?:com|us|cn|de)|linkprotect\.cudasvc\.com|secure-web\.cisco\.com|protection\.sophos\.com|google\.com)$/iu;

function unwrapProofpoint(rest: string): string | undefined {
  // The third version writes the address unencoded, but replaces each character that it does not accept with a star.
  const third = /^\/v3\/__(.*?)__;([\w-]*)!/su.exec(rest);
  if (third !== null) return asAddress(fillStars(textAt(third, 1), textAt(third, 2)));
  const [, version, value = ''] = /^\/v([12])\/url\?(?:.*?&(?:amp;)?)?u=([^&#]*)/isu.exec(rest) ?? [];
  if (version === '1') return asAddress(decode(value));
  return version === '2' ? asAddress(decode(value.replaceAll('_', '/').replaceAll('-', '%'))) : undefined;
}

/**
 * Replaces the stars of an address with the next characters of the encoded list. One star means one character. Two
 * stars and a letter mean several characters. The letter is their number: `A` means two.
 */
function fillStars(address: string, encoded: string): string {
  const signs = Array.from(Buffer.from(encoded, 'base64url').toString('utf8'));
  const lengths = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return address.replace(/\*\*([\w-])|\*/gu, (_star, length?: string) =>
    signs.splice(0, length === undefined ? 1 : lengths.indexOf(length) + 2).join(''),
  );
}

function asAddress(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:/iu.test(text) ? text : undefined;
}

/** Decodes a part of an address. Returns undefined if it is not properly encoded. */
function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
