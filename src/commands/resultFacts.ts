import { workspace } from 'vscode';
import type { Uri } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import type { ReceivedAction } from '../defender/receivedActions.ts';
import { hashText } from '../evidence/hashText.ts';
import type { ReceivedFacts, StoredFacts } from '../results/storedResult.ts';

/** What is known of a result file: all of it where it was read, too, less where it was only saved. */
export type FileFacts = ReceivedFacts & Partial<StoredFacts>;

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

/** `output_…_0.json` → `output_…_0.facts.json`, beside it. */
function factsFileOf(file: Uri): Uri {
  const path = file.path.replace(/\.(?:json|gz)$/iu, '');
  return file.with({ path: `${path}.facts.json` });
}

/** Everything known about a result file, for whoever examines it without this extension. Ends with a line end. */
function toFactsJson(facts: FileFacts, action: ReceivedAction | undefined, toolVersion: string): string {
  const { ref, transcript, raw, answeredAt } = facts;
  const textFacts = (text: typeof raw): object | null =>
    text === undefined ? null : { sha256OfTextAsUtf8: text.sha256, lines: text.lines };
  const all = {
    writtenBy: `Live Response Results ${toolVersion}`,
    file: { sha256: facts.sha256, size: facts.size, promisedName: facts.promisedName ?? null },
    cloud: ref.cloud,
    tenantId: ref.tenantId,
    actionId: ref.actionId,
    commandIndex: ref.commandIndex,
    connection: facts.name.connection,
    answeredAt: answeredAt === undefined ? null : new Date(answeredAt).toISOString(),
    fetchedAt: new Date(facts.fetchedAt).toISOString(),
    fetchedAtClock: 'local',
    fetchedBy: facts.fetchedBy ?? null,
    fetchedWith: facts.fetchedWith === undefined ? null : `Live Response Results ${facts.fetchedWith}`,
    blob: facts.blob,
    exitCode: transcript?.exitCode ?? null,
    output: textFacts(transcript?.output),
    errors: textFacts(transcript?.errors),
    raw: textFacts(raw),
    changes: facts.changes ?? null,
    mismatches: facts.mismatches ?? null,
    // As they were read: what the API wrote is the text below.
    action: facts.action,
    actionAsReceived: action === undefined ? null : receivedFacts(action),
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

function receivedFacts({ text, from, receivedAt, serverDate }: ReceivedAction): object {
  return {
    text,
    sha256OfTextAsUtf8: hashText(text),
    from: from === 'action' ? 'its own answer' : 'an element of a list',
    receivedAt: new Date(receivedAt).toISOString(),
    receivedAtClock: 'local',
    serverDate: serverDate ?? null,
  };
}
