import { FileSystemError, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { WHOLE_BYTES } from '../../evidence/text/textParts.ts';
import { writeLocalFile } from '../../results/save/localFile.ts';
import { tooLargeThere } from '../../results/save/wholeSink.ts';
import type { WholeTarget } from '../../results/save/wholeSink.ts';

/** Whether Node can write the file in pieces. For other files, VS Code accepts only the complete content at once. */
export function isLocal(uri: Uri): boolean {
  return uri.scheme === 'file';
}

/** Returns the path of a file on this machine; undefined for any other file. */
export function localPath(uri: Uri): string | undefined {
  return isLocal(uri) ? uri.fsPath : undefined;
}

/**
 * Returns the target for a file that is not on this machine. Such a target accepts only the complete content at once.
 */
export function elsewhere(uri: Uri): WholeTarget {
  return { maxBytes: WHOLE_BYTES, write: (bytes) => writeElsewhere(uri, bytes) };
}

/**
 * Refuses content that is too large for a file that is not on this machine.
 *
 * @param size - bytes
 * @throws LiveResponseError `fileFailed`
 */
export function refuseElsewhere(uri: Uri, size: number): void {
  if (!isLocal(uri) && size > WHOLE_BYTES) throw tooLargeThere(WHOLE_BYTES);
}

/**
 * Writes the complete content of a file that the user chose. A file on this machine can be read only by its owner.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function writeWhole(uri: Uri, bytes: Uint8Array): Promise<void> {
  await (isLocal(uri) ? writeLocalFile(uri.fsPath, bytes) : writeElsewhere(uri, bytes));
}

/**
 * Writes the complete content of a file that is not on this machine.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function writeElsewhere(uri: Uri, bytes: Uint8Array): Promise<void> {
  refuseElsewhere(uri, bytes.length);
  try {
    await workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    throw new LiveResponseError('fileFailed', {
      systemCode: error instanceof FileSystemError ? error.code : 'unknown',
    });
  }
}
