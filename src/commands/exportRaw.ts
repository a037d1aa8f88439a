import { commands, l10n, Uri, window, workspace } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
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
  await runner.run(l10n.t('Exporting raw result'), async ({ signal }) => {
    const facts = await services.results.open(ref, { signal });
    const name = `output_${ref.actionId}_${ref.commandIndex.toString()}.json`;
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const uri = await window.showSaveDialog({
      title: l10n.t('Export Raw Result'),
      defaultUri: folder === undefined ? Uri.file(name) : Uri.joinPath(folder, name),
    });
    if (uri === undefined) return;
    const bytes = await services.store.raw(ref);
    if (bytes === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the bytes are gone' });
    await workspace.fs.writeFile(uri, bytes);
    const reveal = l10n.t('Reveal');
    const message = l10n.t('Saved {0}. SHA-256: {1}', formatBytes(bytes.length), facts.sha256);
    void window.showInformationMessage(message, reveal).then((answer) => {
      if (answer === reveal) void commands.executeCommand('revealInExplorer', uri);
    });
  });
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'ref' in value && 'stream' in value && 'line' in value;
}
