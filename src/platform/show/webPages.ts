import { env, Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';

/**
 * Opens a page in the system's browser. The system would start a program for any other scheme, so https is all that
 * passes; whether the host is the right one, the caller has checked.
 *
 * @returns false where the person did not want to
 * @throws LiveResponseError `badArgument` for any other address
 */
export async function openPage(address: string): Promise<boolean> {
  const url = URL.parse(address);
  // The parsed address is opened, not the text: VS Code's parser may read another host out of the same text.
  const uri = url === null ? undefined : Uri.parse(url.href, true);
  if (url?.protocol !== 'https:' || uri?.scheme !== 'https' || uri.authority !== url.host) {
    throw new LiveResponseError('badArgument', { path: 'address' });
  }
  return env.openExternal(uri);
}
