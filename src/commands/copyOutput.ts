import { env, l10n } from 'vscode';
import { LiveResponseError } from '../defender/errors.ts';
import { defang } from '../evidence/defang.ts';
import { toDocumentText } from '../evidence/documentText.ts';
import { spansOf } from '../evidence/large/groupSections.ts';
import { cutRanges } from '../evidence/quote.ts';
import type { ResultStream } from '../evidence/uri.ts';
import { defangsOnCopy } from '../platform/config.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { saveInstead } from './saveResult.ts';
import { selectedRanges } from './selection.ts';
import { findTargets } from './targets.ts';
import { confirmInStatusBar } from '../platform/show/notifications.ts';

/**
 * `liveResponse.copyOutput` and `liveResponse.copyErrors`: the selection, or the whole text, as plain text with its own
 * line ends.
 *
 * @param wanted - this text of the result; by default the one that is shown, else the output
 */
export async function copyOutput(
  services: Services,
  runner: CommandRunner,
  args: readonly unknown[],
  wanted?: ResultStream,
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const stream = wanted ?? target.stream ?? 'output';
  await runner.run(
    l10n.t('Copying output'),
    async ({ signal }) => {
      const facts = await services.results.open(target.ref, { signal });
      if (facts.transcript === undefined && stream !== 'raw') {
        throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
      }
      const ranges = selectedRanges(target, stream);
      const view = stream === target.stream ? target.view : undefined;
      const lines = ranges === undefined ? undefined : spansOf(ranges);
      const text = await services.store.text(target.ref, stream, view, lines);
      if (text === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      const copied = ranges === undefined ? text : cutRanges(text, ranges).join('\n');
      // Clipboards end at a NUL, which would drop the rest unsaid: it goes as ␀, as the document shows it.
      const safe = toDocumentText(copied);
      const { text: harmless, count } = stream !== 'raw' && defangsOnCopy() ? defang(safe) : { text: safe, count: 0 };
      await env.clipboard.writeText(harmless);
      services.store.noteQuoted(target.ref);
      const length = copied.length.toLocaleString(env.language);
      const message =
        safe === copied ? l10n.t('{0} characters copied', length) : l10n.t('{0} characters copied, NULs as ␀', length);
      const defanged = count === 0 ? '' : ` · ${l10n.t('defanged: {0}', count.toLocaleString(env.language))}`;
      confirmInStatusBar(message + defanged, 5000);
    },
    { saveToFile: (error) => saveInstead(services, runner, target.ref, error) },
  );
}
