import { FileType, Uri, workspace } from 'vscode';

/*
 * An empty file beside the databases, written anew with each copy: what another window copied is looked for in the
 * database only where its time is young. Activation's bundle holds this, so it knows nothing else.
 */

/** A text that was copied longer ago was copied again since, from who knows where, ms. */
export const COPY_LIVES_MS = 60 * 60_000;

const markIn = (storage: Uri): Uri => Uri.joinPath(storage, 'copied');

/** Whether some window of this machine copied from a result not long ago. */
export async function wasCopiedLately(storage: Uri): Promise<boolean> {
  try {
    return Date.now() - (await workspace.fs.stat(markIn(storage))).mtime < COPY_LIVES_MS;
  } catch {
    return false;
  }
}

/** Says so to the other windows. */
export async function markCopied(storage: Uri): Promise<void> {
  const mark = markIn(storage);
  if (await isLink(mark)) await workspace.fs.delete(mark);
  await workspace.fs.writeFile(mark, new Uint8Array());
}

/** Writing through a link would empty the file that it leads to. */
async function isLink(file: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(file)).type & FileType.SymbolicLink) !== 0;
  } catch {
    return false;
  }
}
