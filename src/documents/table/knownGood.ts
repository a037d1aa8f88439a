import path from 'node:path';
import { l10n, window, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { readKnownGoodList } from './knownGoodList.ts';

/**
 * Asks for a file that lists what is known to be good, one value a line: names, paths, hashes. A row with one of them as
 * a whole cell is hidden.
 *
 * @returns the name of the file and its lines; undefined if none was chosen
 * @throws LiveResponseError `fileFailed`
 */
export async function askForKnownGood(): Promise<{ readonly name: string; readonly value: string } | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Known Good: one value per line'),
      openLabel: l10n.t('Hide Rows with These'),
      ...(folder === undefined ? {} : { defaultUri: folder }),
    })) ?? [];
  if (file === undefined) return undefined;
  return { name: path.posix.basename(file.path), value: readKnownGoodList(await readFile(file)) };
}

async function readFile(file: Uri): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(file);
  } catch {
    throw new LiveResponseError('fileFailed', { reason: 'listUnread' });
  }
}
