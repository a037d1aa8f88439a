import { l10n, window } from 'vscode';
import type { Uri } from 'vscode';
import { toRecorded } from '../../case/activeCase.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { ResultAddress } from '../../base/resultUri.ts';
import { formatBytes } from '../../messages/format.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { nameOfFile, suggestedFile, suggestedLocalFile, tellSaved } from './saveResult.ts';
import { addressOf, findTargets } from '../common/targets.ts';
import { isLocal, localPath, refuseElsewhere, writeElsewhere } from './writeElsewhere.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RESULT } from '../common/when.ts';

/**
 * `liveResponse.saveOutput`: saves the complete text that is shown, as UTF-8. Its line ends and NULs stay unchanged.
 */
export async function saveOutput(
  services: Pick<Services, 'activeCase' | 'connections' | 'results' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const title = l10n.t('Saving output');
  const facts = await runner.run(title, ({ signal }) => services.results.open(target.ref, { signal }));
  if (facts === undefined) return;
  const address = addressOf(target);
  const ending = [address.stream, address.view, 'txt'].filter((part) => part !== undefined).join('.');
  const saveTo = async (suggested: Uri): Promise<void> => {
    const uri = await window.showSaveDialog({
      title: l10n.t('Save Output'),
      defaultUri: suggested.with({ path: suggested.path.replace(/json$/u, ending) }),
    });
    if (uri === undefined) return;
    const work = async ({ signal }: CommandScope): Promise<void> => {
      if (address.stream !== 'raw' && facts.transcript === undefined) {
        throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
      }
      const write = isLocal(uri)
        ? services.store.saveText(address, uri.fsPath, signal)
        : writeText(services, facts, { address, signal }, uri);
      const size = await write;
      if (size === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      const recorded = { ...toRecorded(facts), stream: address.stream };
      services.activeCase.note({ what: 'exported', results: [recorded] }, { file: localPath(uri) });
      void tellSaved(uri, l10n.t('Saved {0} ({1}).', nameOfFile(uri), formatBytes(size)));
    };
    await runner.run(title, work, { saveToFile: () => saveTo(suggestedLocalFile(target.ref, 'json')) });
  };
  await saveTo(suggestedFile(target.ref, 'json'));
}

/**
 * Writes a complete text to a file that is not on this machine.
 *
 * @returns the size of the file in bytes; undefined if the text is no longer stored
 * @throws LiveResponseError `fileFailed`
 */
async function writeText(
  { store }: Pick<Services, 'store'>,
  facts: StoredFacts,
  { address, signal }: { readonly address: ResultAddress; readonly signal: AbortSignal },
  uri: Uri,
): Promise<number | undefined> {
  const { stream, view } = address;
  const known = stream === 'raw' ? facts.raw : facts.transcript?.[stream];
  // Each UTF-16 unit becomes at least one byte. A text with too many units is therefore refused before it is read.
  if (view === undefined) refuseElsewhere(uri, known?.length ?? 0);
  const text = await store.text(facts.ref, stream, view, { signal });
  if (text === undefined) return undefined;
  const bytes = new TextEncoder().encode(text);
  await writeElsewhere(uri, bytes);
  return bytes.length;
}

export const saveOutputCommand = defineCommand({
  name: 'saveOutput',
  needs: 'result',
  menus: [{ menu: 'editor/title', group: '1_liveResponse@3', when: IN_RESULT }],
  run: (services, { args, runner }) => saveOutput(services, runner, args),
});
