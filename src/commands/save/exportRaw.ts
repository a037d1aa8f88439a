import { l10n, window } from 'vscode';
import type { Uri } from 'vscode';
import { toRecorded } from '../../case/activeCase.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { formatBytes } from '../../messages/format.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { writeFactsFile } from './factsFile.ts';
import { nameOfFile, savedKindOf, saveResult, suggestedFile, suggestedLocalFile, tellSaved } from './saveResult.ts';
import type { SaveServices } from './saveResult.ts';
import { findTargets } from '../common/targets.ts';
import type { Target, TargetServices } from '../common/targets.ts';
import { localPath, refuseElsewhere, writeWhole } from './writeElsewhere.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IN_RESULT, ON_ONE_ROW, all } from '../common/when.ts';

/**
 * `liveResponse.exportRaw`: saves the result file, byte for byte as the service stored it, with a facts file beside it.
 */
export async function exportRaw(
  services: SaveServices & TargetServices & Pick<Services, 'results' | 'store'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [first] = args;
  const [target] = isTarget(first) ? [first] : findTargets(services, args);
  if (target === undefined) return;
  const { ref } = target;
  const title = l10n.t('Exporting raw result');
  const found = await runner.run(title, async ({ signal, report }) => {
    try {
      return await services.results.open(ref, { signal, onProgress: toProgress(report) });
    } catch (error) {
      const kind = savedKindOf(error);
      if (kind === undefined) throw error;
      return kind;
    }
  });
  if (found === undefined) return;
  if (typeof found === 'string') {
    await saveResult(services, runner, ref, found);
    return;
  }
  await saveRaw(services, runner, found, suggestedFile(ref, 'json'));
}

async function saveRaw(
  services: Pick<Services, 'activeCase' | 'store' | 'toolVersion'>,
  runner: CommandRunner,
  facts: StoredFacts,
  suggested: Uri,
): Promise<void> {
  const { ref } = facts;
  const uri = await window.showSaveDialog({ title: l10n.t('Export Raw Result'), defaultUri: suggested });
  if (uri === undefined) return;
  const work = async (): Promise<void> => {
    refuseElsewhere(uri, facts.size);
    await writeResult(services, facts, uri);
    await writeFactsFile(uri, facts, await services.store.receivedAction(ref), services.toolVersion);
    services.activeCase.note({ what: 'exported', results: [toRecorded(facts)] }, { file: localPath(uri) });
    void tellSaved(
      uri,
      l10n.t('Saved {0} ({1}). SHA-256: {2}', nameOfFile(uri), formatBytes(facts.size), facts.sha256),
    );
  };
  const steps = { saveToFile: () => saveRaw(services, runner, facts, suggestedLocalFile(ref, 'json')) };
  await runner.run(l10n.t('Exporting raw result'), work, steps);
}

async function writeResult(services: Pick<Services, 'store'>, { ref, large }: StoredFacts, uri: Uri): Promise<void> {
  const gone = new LiveResponseError('databaseFailed', { reason: 'the bytes are gone' });
  if (large !== undefined) {
    if ((await services.store.saveFile(ref, uri.fsPath)) === undefined) throw gone;
    return;
  }
  const bytes = await services.store.raw(ref);
  if (bytes === undefined) throw gone;
  await writeWhole(uri, bytes);
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'ref' in value && 'stream' in value && 'line' in value;
}

export const exportRawCommand = defineCommand({
  name: 'exportRaw',
  needs: 'result',
  icon: 'save',
  menus: [
    {
      menu: 'view/item/context',
      group: '3_export@1',
      when: all(IN_ACTIONS_VIEW, String.raw`viewItem =~ /\b(transcript|file)\b/`, ON_ONE_ROW),
    },
    { menu: 'editor/title', group: '1_liveResponse@1', when: IN_RESULT },
    { menu: 'editor/title/context', group: '1_liveResponse@1', when: IN_RESULT },
  ],
  run: (services, { args, runner }) => exportRaw(services, runner, args),
});
