import { workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import type { ReceivedAction } from '../defender/receivedActions.ts';
import { factsFileOf, toFactsJson } from './resultFacts.ts';
import type { FileFacts } from './resultFacts.ts';

/**
 * Writes what is known of a result file beside it: a result file alone names no device.
 *
 * @throws LiveResponseError `fileFailed`; the result file itself is there
 */
export async function writeFactsFile(
  file: Uri,
  facts: FileFacts,
  action: ReceivedAction | undefined,
  toolVersion: string,
): Promise<void> {
  const json = new TextEncoder().encode(toFactsJson(facts, action, toolVersion));
  try {
    await workspace.fs.writeFile(factsFileOf(file), json);
  } catch {
    throw new LiveResponseError('fileFailed', { reason: 'facts' });
  }
}
