import { FileSystemError, FileType, workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import type { ReceivedAction } from '../../defender/list/receivedActions.ts';
import { factsNameOf, hashedFactsNameOf } from '../../results/save/factsFileNames.ts';
import { hashInFacts } from '../../results/openedResult.ts';
import { toFactsJson } from './resultFacts.ts';
import type { FileFacts } from './resultFacts.ts';
import { writeWhole } from './writeElsewhere.ts';

/** Largest facts file, in bytes. A larger file is not a facts file, because facts files are small. */
export const MAX_FACTS_BYTES = 4 * 1024 * 1024;

/**
 * Writes the facts file beside a result file, because a result file alone names no device. A facts file of another
 * result is never overwritten, because it may be the last trace of that result. In that case the name of the new facts
 * file contains the hash.
 *
 * @throws LiveResponseError `fileFailed`; the result file itself has been written
 */
export async function writeFactsFile(
  file: Uri,
  facts: FileFacts,
  action: ReceivedAction | undefined,
  toolVersion: string,
): Promise<void> {
  const json = new TextEncoder().encode(toFactsJson(facts, action, toolVersion));
  const { sha256 } = facts;
  const usual = file.with({ path: factsNameOf(file.path) });
  const hashed = file.with({ path: hashedFactsNameOf(file.path, sha256) });
  try {
    await writeWhole((await isFree(usual, sha256)) ? usual : hashed, json);
  } catch {
    throw new LiveResponseError('fileFailed', { reason: 'facts' });
  }
}

/**
 * Whether the new facts file can be written here: the file does not exist, or is an older facts file of the same
 * result.
 */
async function isFree(file: Uri, sha256: string): Promise<boolean> {
  try {
    const { size, type } = await workspace.fs.stat(file);
    // A folder cannot be overwritten. Writing then fails, and the failure is reported.
    if ((type & FileType.Directory) !== 0) return true;
    if (size > MAX_FACTS_BYTES) return false;
    return hashInFacts(new TextDecoder().decode(await workspace.fs.readFile(file))) === sha256;
  } catch (error) {
    return error instanceof FileSystemError && error.code === 'FileNotFound';
  }
}
