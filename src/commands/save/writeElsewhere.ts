import { FileSystemError, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { WHOLE_BYTES } from '../../evidence/text/textParts.ts';
import { writeLocalFile } from '../../results/save/localFile.ts';
import { tooLargeThere } from '../../results/save/wholeSink.ts';
import type { WholeTarget } from '../../results/save/wholeSink.ts';

/** Whether Node can write a file in pieces. For other files, VS Code takes only the whole content. */
export function isLocal(uri: Uri): boolean {
  return uri.scheme === 'file';
}

/** Returns the target for a file that is not on this machine, which takes only the whole content. */
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
 * Writes a whole file that the user chose. On this machine only its owner can read it.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function writeWhole(uri: Uri, bytes: Uint8Array): Promise<void> {
  await (isLocal(uri) ? writeLocalFile(uri.fsPath, bytes) : writeElsewhere(uri, bytes));
}

/**
 * Writes a whole file that is not on this machine.
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
