import { commands, l10n, Uri, window, workspace } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import type { ResultRef } from '../evidence/uri.ts';
import { formatBytes } from '../platform/format.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { findTargets } from './targets.ts';
import type { Target } from './targets.ts';

/** `liveResponse.exportRaw`: the result file, byte for byte as the service stored it. */
export async function exportRaw(services: Services, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [first] = args;
  const [target] = isTarget(first) ? [first] : findTargets(services, args);
  if (target === undefined) return;
  const { ref } = target;
  const title = l10n.t('Exporting raw result');
  const facts = await runner.run(title, ({ signal }) => services.results.open(ref, { signal }));
  if (facts === undefined) return;
  const uri = await window.showSaveDialog({ title: l10n.t('Export Raw Result'), defaultUri: suggestedFile(ref) });
  if (uri === undefined) return;
  await runner.run(title, async () => {
    const bytes = await services.store.raw(ref);
    if (bytes === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the bytes are gone' });
    await workspace.fs.writeFile(uri, bytes);
    void tellSaved(uri, l10n.t('Saved {0}. SHA-256: {1}', formatBytes(bytes.length), facts.sha256));
  });
}

/** In the workspace where there is one, else where the dialog opens by itself. */
function suggestedFile(ref: ResultRef): Uri {
  const name = `output_${ref.actionId}_${ref.commandIndex.toString()}.json`;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? Uri.file(name) : Uri.joinPath(folder, name);
}

async function tellSaved(uri: Uri, message: string): Promise<void> {
  const reveal = l10n.t('Reveal');
  const inWorkspace = workspace.getWorkspaceFolder(uri) !== undefined;
  const answer = await window.showInformationMessage(message, ...(inWorkspace ? [reveal] : []));
  if (answer === reveal) await commands.executeCommand('revealInExplorer', uri);
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'ref' in value && 'stream' in value && 'line' in value;
}
