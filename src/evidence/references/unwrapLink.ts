/*
 * Links that a mail's protection puts around an address. What else they hold (the tenant, the recipient, a signature)
 * are GUIDs and secrets of its own.
 */

const MAX_LAYERS = 4;

/**
 * Returns the address that a protection's link leads to, out of several layers where one was forwarded: Safe Links of
 * Microsoft, URL Defense of Proofpoint in its three versions, and others that carry it in their query.
 *
 * @returns undefined where the link is none of them
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

/** Safe Links, Barracuda, Trend Micro, Cisco, Sophos and the redirects of Google, each with its target in the query. */
const PROTECTIONS =
  /(?:^|\.)(?:safelinks\.protection\.(?:outlook|office365)\.(?:com|us|cn|de)|linkprotect\.cudasvc\.com|secure-web\.cisco\.com|protection\.sophos\.com|google\.com)$/iu;

function unwrapProofpoint(rest: string): string | undefined {
  // The third version writes the address as it is, and every sign that it does not like as one of these.
  const third = /^\/v3\/__(.*?)__;([\w-]*)!/su.exec(rest);
  if (third !== null) return asAddress(fillStars(third[1] ?? '', third[2] ?? ''));
  const [, version, value = ''] = /^\/v([12])\/url\?(?:.*?&(?:amp;)?)?u=([^&#]*)/isu.exec(rest) ?? [];
  if (version === '1') return asAddress(decode(value));
  return version === '2' ? asAddress(decode(value.replaceAll('_', '/').replaceAll('-', '%'))) : undefined;
}

/** A star is one sign of the list, two are as many as the next letter says: `A` is two. */
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

/** Undefined where it is not encoded as addresses are. */
function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
