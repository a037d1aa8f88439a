import { FileSystemError, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { WHOLE_BYTES } from '../../evidence/text/textParts.ts';
import { writeLocalFile } from '../../results/save/localFile.ts';
import { tooLargeThere } from '../../results/save/wholeSink.ts';
import type { WholeTarget } from '../../results/save/wholeSink.ts';

/** Whether Node reaches a file and can write it piece by piece; elsewhere VS Code takes files whole only. */
export function isLocal(uri: Uri): boolean {
  return uri.scheme === 'file';
}

/** A file that is not on this machine, as a place that takes it whole. */
export function elsewhere(uri: Uri): WholeTarget {
  return { maxBytes: WHOLE_BYTES, write: (bytes) => writeElsewhere(uri, bytes) };
}

/**
 * Refuses what is too large to be written whole to a file that is not on this machine.
 *
 * @param size - bytes
 * @throws LiveResponseError `fileFailed`
 */
export function refuseElsewhere(uri: Uri, size: number): void {
  if (!isLocal(uri) && size > WHOLE_BYTES) throw tooLargeThere(WHOLE_BYTES);
}

/**
 * Writes a file that a person chose, whole. On this machine only its owner can read it.
 *
 * @throws LiveResponseError `fileFailed`
 */
export async function writeWhole(uri: Uri, bytes: Uint8Array): Promise<void> {
  await (isLocal(uri) ? writeLocalFile(uri.fsPath, bytes) : writeElsewhere(uri, bytes));
}

/**
 * Writes a file that is not on this machine, whole.
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
