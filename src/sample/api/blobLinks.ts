import { hashText } from '../base/random.ts';
import { createRandom } from '../base/random.ts';
import { sampleTenantId } from '../base/identifiers.ts';
import { day, hour, minute } from '../base/time.ts';

/** Lifetime of a result link, ms (api-facts §3). */
const linkLifetime = 30 * minute;

/** Apparent host of the sample's blobs. Requests for it never leave memory. */
export const sampleBlobUrl = 'https://sample.blob.core.windows.net';

/** Result of the check of a link by a blob host. */
export type LinkCheck =
  | { readonly kind: 'valid'; readonly blobName: string; readonly disposition: string }
  | { readonly kind: 'expired'; readonly expiry: Date }
  | { readonly kind: 'forged' };

/** Formats a time as `yyyy-MM-ddTHH:mm:ssZ`, UTC: times in a SAS have no fraction. */
function sasTime(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

/**
 * Computes the signature of a link. The signature only has to change when a signed part changes. This is not
 * cryptography, because the sample's links open only sample data.
 */
function sign(blobName: string, parameters: URLSearchParams): string {
  const signed = [...parameters].filter(([name]) => name !== 'sig').map(([name, value]) => `${name}=${value}`);
  const bytes = createRandom(`sig ${String(hashText(blobName))} ${signed.join('&')}`).bytes(32);
  return btoa(String.fromCharCode(...bytes));
}

/**
 * Creates a link with the parts of a real one (api-facts §3): a user delegation SAS without `st`, valid for
 * {@link linkLifetime}.
 */
export function mintSampleLink(blobName: string, fileName: string, now: number): string {
  const parameters = new URLSearchParams({
    se: sasTime(now + linkLifetime),
    sp: 'rt',
    sv: '2020-06-12',
    sr: 'b',
    rscd: `attachment; filename=${fileName}`,
    skoid: createRandom('skoid').guid(),
    sktid: sampleTenantId,
    skt: sasTime(now - hour),
    ske: sasTime(now - hour + 7 * day),
    sks: 'b',
    skv: '2020-06-12',
  });
  parameters.append('sig', sign(blobName, parameters));
  const query = [...parameters].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${sampleBlobUrl}/${blobName}?${query}`;
}

/** Checks a link as the blob host would. Checks the signature first, then the expiry against `now` (ms since 1970). */
export function checkSampleLink(url: URL, now: number): LinkCheck {
  const blobName = url.pathname.slice(1);
  if (url.searchParams.get('sig') !== sign(blobName, url.searchParams)) {
    return { kind: 'forged' };
  }
  const expiry = new Date(url.searchParams.get('se') ?? '');
  // The comparison is negated, so that an unreadable expiry (NaN) counts as expired.
  if (!(expiry.getTime() > now)) {
    return { kind: 'expired', expiry };
  }
  return { kind: 'valid', blobName, disposition: url.searchParams.get('rscd') ?? '' };
}
