import { BLOB_HOST_SUFFIXES, PACKAGE_HOST } from '../clouds.ts';
import { LiveResponseError } from '../../base/errors.ts';

/**
 * A download link. Anyone who has the link can read the result for 30 minutes. So the address never appears in logs,
 * inspection or JSON, and only the download reads it.
 */
export class ResultLink {
  readonly #url: string;
  /** Host name and port. */
  readonly host: string;
  /** End of the signature (`se`), ms since 1970; undefined if the link does not state it. */
  readonly expiresAt: number | undefined;
  /** Whether the link had expired on arrival, by the server's clock. The local clock may be wrong. */
  readonly cameExpired: boolean;
  /**
   * Whether only Azure's blob storage may answer. A package can come from other hosts, which send no headers of Azure:
   * Defender's own, and those that a connection allows.
   */
  readonly expectsAzure: boolean;
  readonly #isPackageHost: boolean;
  /** File name that the link promises (`rscd`). It names the action and the command that the result belongs to. */
  readonly fileName: string | undefined;

  /**
   * @param text - the link from the API's answer
   * @param date - the `Date` of that answer
   * @param kind - what the link leads to. Only a link to a package may lead to the hosts of packages
   * @throws LiveResponseError `unexpectedAnswer` if the text is not an address, or contains a user name or a password.
   *   The error contains neither of these
   */
  constructor(text: string, date?: string, kind: 'result' | 'package' = 'result') {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      throw new LiveResponseError('unexpectedAnswer', { path: 'value' });
    }
    // The HTTP client would send these credentials in a separate header, and no link of Defender contains any.
    if (url.username !== '' || url.password !== '') {
      throw new LiveResponseError('unexpectedAnswer', { path: 'value', host: url.host, reason: 'credentials' });
    }
    this.#url = url.href;
    this.host = url.host;
    this.expectsAzure = kind === 'result' || isBlobHost(url);
    this.#isPackageHost = kind === 'package' && PACKAGE_HOST.test(url.host);
    const expiry = Date.parse(url.searchParams.get('se') ?? '');
    this.expiresAt = Number.isNaN(expiry) ? undefined : expiry;
    // An unreadable time is NaN, which makes the comparison false.
    this.cameExpired = expiry <= Date.parse(date ?? '');
    this.fileName = /filename="?([^";]+)/u.exec(url.searchParams.get('rscd') ?? '')?.[1];
  }

  /**
   * Returns the address to download from, after a check that its host stores results.
   *
   * @param extraHosts - hosts that the connection allows in addition to Azure's blob hosts, with the port if there is
   *   one
   * @throws LiveResponseError `foreignDownloadHost`; `linkNotHttps` if allowing the host would not help
   */
  addressFor(extraHosts: readonly string[]): string {
    const url = new URL(this.#url);
    const { protocol, hostname, host } = url;
    if (protocol !== 'https:' && !isLoopback(hostname)) throw new LiveResponseError('linkNotHttps', { host });
    const named = extraHosts.includes(host) && (protocol === 'https:' || isLoopback(hostname));
    const isPackage = protocol === 'https:' && this.#isPackageHost;
    if (!isBlobHost(url) && !named && !isPackage) throw new LiveResponseError('foreignDownloadHost', { host });
    return this.#url;
  }

  toString(): string {
    return '[download link]';
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Whether an address leads to Azure's blob storage, by https and its usual port. */
function isBlobHost({ protocol, hostname, host }: URL): boolean {
  return protocol === 'https:' && host === hostname && BLOB_HOST_SUFFIXES.some((end) => hostname.endsWith(end));
}

/** Whether a host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}
