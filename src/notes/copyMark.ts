import { FileType, Uri, workspace } from 'vscode';

/*
 * The mark of a copy is an empty file beside the databases. Each copy writes it again. A paste searches the database
 * for a copy of another window only if the mark is recent. The activation bundle contains this file, so it imports no
 * other module of the extension.
 */

/**
 * Time for which a copied text counts as recent, in milliseconds. Later, the clipboard most likely contains another
 * text.
 */
export const COPY_LIVES_MS = 60 * 60_000;

const markIn = (storage: Uri): Uri => Uri.joinPath(storage, 'copied');

/** Whether any window of this machine copied from a result within {@link COPY_LIVES_MS}. */
export async function wasCopiedLately(storage: Uri): Promise<boolean> {
  try {
    return Date.now() - (await workspace.fs.stat(markIn(storage))).mtime < COPY_LIVES_MS;
  } catch {
    return false;
  }
}

/** Records that a text was copied, so that other windows look for it in the database. */
export async function markCopied(storage: Uri): Promise<void> {
  const mark = markIn(storage);
  if (await isLink(mark)) await workspace.fs.delete(mark);
  await workspace.fs.writeFile(mark, new Uint8Array());
}

/** Whether a file is a symbolic link. Writing to a link would empty the file to which the link points. */
async function isLink(file: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(file)).type & FileType.SymbolicLink) !== 0;
  } catch {
    return false;
  }
}
