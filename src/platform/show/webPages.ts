import { env, Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';

/**
 * Opens a page in the system's browser. Only https is allowed, because the system would start a program for another
 * scheme. The caller has already checked the host.
 *
 * @returns false where the user refused to open it
 * @throws LiveResponseError `badArgument` for any other address
 */
export async function openPage(address: string): Promise<boolean> {
  const url = URL.parse(address);
  // Opens the parsed address, not the text: VS Code's parser may find another host in the same text.
  const uri = url === null ? undefined : Uri.parse(url.href, true);
  if (url?.protocol !== 'https:' || uri?.scheme !== 'https' || uri.authority !== url.host) {
    throw new LiveResponseError('badArgument', { path: 'address' });
  }
  return env.openExternal(uri);
}
