import { env, l10n, window } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import { activeAddress } from '../documents/resultUris.ts';
import { toDocumentText } from '../evidence/documentText.ts';
import { cutRanges } from '../evidence/quote.ts';
import { resultKey } from '../evidence/uri.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { saveInstead } from './saveResult.ts';
import { findTargets } from './targets.ts';
import type { Target } from './targets.ts';

/** `liveResponse.copyOutput`: the selection, or the whole text, as plain text with its own line ends. */
export async function copyOutput(services: Services, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  await runner.run(
    l10n.t('Copying output'),
    async ({ signal }) => {
      const facts = await services.results.open(target.ref, { signal });
      if (facts.transcript === undefined && target.stream !== 'raw') {
        throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
      }
      const text = await services.store.text(target.ref, target.stream ?? 'output');
      if (text === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      const copied = selectedText(text, target) ?? text;
      // Clipboards end at a NUL, which would drop the rest unsaid: it goes as ␀, as the document shows it.
      const safe = toDocumentText(copied);
      await env.clipboard.writeText(safe);
      const length = copied.length.toLocaleString(env.language);
      const message =
        safe === copied ? l10n.t('{0} characters copied', length) : l10n.t('{0} characters copied, NULs as ␀', length);
      window.setStatusBarMessage(message, 5000);
    },
    { saveToFile: (error) => saveInstead(services, runner, target.ref, error) },
  );
}

/** What is selected in the active document, if it is the target's; undefined where nothing is. */
function selectedText(text: string, target: Target): string | undefined {
  const editor = window.activeTextEditor;
  const active = activeAddress();
  if (editor === undefined || active === undefined) return undefined;
  if (resultKey(active) !== resultKey(target.ref) || active.stream !== (target.stream ?? 'output')) return undefined;
  const selections = editor.selections.filter((selection) => !selection.isEmpty);
  return selections.length === 0 ? undefined : cutRanges(text, selections).join('\n');
}
