import { env, Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';

/**
 * Opens a page in the system's browser. Only https is allowed, because the system would start another program for any
 * other scheme. The caller has already checked the host.
 *
 * @returns false if the user refused to open the page
 * @throws LiveResponseError `badArgument` for an address that is not https, or for which VS Code's parser finds another
 * host
 */
export async function openPage(address: string): Promise<boolean> {
  const url = URL.parse(address);
  // Opens the address as `URL` parsed it, not the original text. VS Code's parser may find another host in the original
  // text.
  const uri = url === null ? undefined : Uri.parse(url.href, true);
  if (url?.protocol !== 'https:' || uri?.scheme !== 'https' || uri.authority !== url.host) {
    throw new LiveResponseError('badArgument', { path: 'address' });
  }
  return env.openExternal(uri);
}
