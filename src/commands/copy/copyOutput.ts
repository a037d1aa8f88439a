import { env, l10n } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import type { ResultStream } from '../../base/resultUri.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { saveInstead } from '../save/saveResult.ts';
import type { SaveServices } from '../save/saveResult.ts';
import { selectedRanges } from '../common/selection.ts';
import { findTargets } from '../common/targets.ts';
import type { TargetServices } from '../common/targets.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IN_RESULT, ON_ONE_ROW, ON_TRANSCRIPT_ROW, all } from '../common/when.ts';

/**
 * `liveResponse.copyOutput` and `liveResponse.copyErrors`: copy the selection, or else the complete text, as plain text
 * with its own line ends.
 *
 * @param wanted - text of the result to copy; the default is the text that is shown, or else the output
 */
async function copyOutput(
  services: SaveServices & TargetServices & Pick<Services, 'results' | 'settings' | 'store'>,
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
      const asked = { ref: target.ref, stream, view, ranges };
      const form = stream !== 'raw' && services.settings.defangsOnCopy() ? 'defanged' : 'asItIs';
      const copied = await services.store.analysis.copyText(asked, form, signal);
      if (copied === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      const { text, count, nuls } = copied;
      await env.clipboard.writeText(text);
      services.store.noteQuoted(target.ref);
      const length = copied.length.toLocaleString(env.language);
      const message =
        nuls === 0 ? l10n.t('{0} characters copied', length) : l10n.t('{0} characters copied, NULs as ␀', length);
      const defanged = count === 0 ? '' : ` · ${l10n.t('defanged: {0}', count.toLocaleString(env.language))}`;
      confirmInStatusBar(message + defanged, 5000);
    },
    { saveToFile: (error) => saveInstead(services, runner, target.ref, error) },
  );
}

export const copyOutputCommand = defineCommand({
  name: 'copyOutput',
  needs: 'result',
  icon: 'copy',
  menus: [
    { menu: 'view/item/context', group: '2_copy@1', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW, ON_ONE_ROW) },
    { menu: 'editor/title', group: 'navigation@2', when: IN_RESULT },
    { menu: 'editor/context', group: '9_cutcopypaste@9', when: IN_RESULT },
  ],
  run: (services, { args, runner }) => copyOutput(services, runner, args),
});

export const copyErrorsCommand = defineCommand({
  name: 'copyErrors',
  needs: 'result',
  menus: [{ menu: 'liveResponse.copyAs', group: '2_text@1', when: ON_ONE_ROW }],
  run: (services, { args, runner }) => copyOutput(services, runner, args, 'errors'),
});
