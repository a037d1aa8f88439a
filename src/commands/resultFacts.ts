import type { Uri } from 'vscode';
import type { StoredFacts } from '../results/storedResult.ts';

/** `output_…_0.json` → `output_…_0.facts.json`, beside it. */
export function factsFileOf(file: Uri): Uri {
  const path = file.path.replace(/\.json$/iu, '');
  return file.with({ path: `${path}.facts.json` });
}

/** Everything known about a result file, for whoever examines it without this extension. Ends with a line end. */
export function toFactsJson(facts: StoredFacts, toolVersion: string): string {
  const { ref, transcript, raw } = facts;
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
    fetchedAt: new Date(facts.fetchedAt).toISOString(),
    fetchedAtClock: 'local',
    fetchedBy: facts.fetchedBy ?? null,
    blob: facts.blob,
    exitCode: transcript?.exitCode ?? null,
    output: textFacts(transcript?.output),
    errors: textFacts(transcript?.errors),
    raw: textFacts(raw),
    changes: facts.changes,
    mismatches: facts.mismatches,
    // Its fields as they were read; the bytes of that answer are not kept, so there is no hash of them.
    action: facts.action,
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}
