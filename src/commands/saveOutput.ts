import { l10n, window, workspace } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import { formatBytes } from '../platform/format.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { suggestedFile, tellSaved } from './saveResult.ts';
import { addressOf, findTargets } from './targets.ts';

/** `liveResponse.saveOutput`: the whole text that is shown, as UTF-8 and with its own line ends and NULs. */
export async function saveOutput(services: Services, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const title = l10n.t('Saving output');
  const facts = await runner.run(title, ({ signal }) => services.results.open(target.ref, { signal }));
  if (facts === undefined) return;
  const address = addressOf(target);
  const suggested = suggestedFile(target.ref, 'json');
  const ending = [address.stream, address.view, 'txt'].filter((part) => part !== undefined).join('.');
  const uri = await window.showSaveDialog({
    title: l10n.t('Save Output'),
    defaultUri: suggested.with({ path: suggested.path.replace(/json$/u, ending) }),
  });
  if (uri === undefined) return;
  await runner.run(title, async () => {
    if (address.stream !== 'raw' && facts.transcript === undefined) {
      throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
    }
    const gone = new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
    if (uri.scheme === 'file') {
      const size = await services.store.call('saveText', address, uri.fsPath);
      if (size === undefined) throw gone;
      void tellSaved(uri, l10n.t('Saved {0}.', formatBytes(size)));
      return;
    }
    const text = await services.store.text(target.ref, address.stream, address.view);
    if (text === undefined) throw gone;
    const bytes = new TextEncoder().encode(text);
    await workspace.fs.writeFile(uri, bytes);
    void tellSaved(uri, l10n.t('Saved {0}.', formatBytes(bytes.length)));
  });
}
