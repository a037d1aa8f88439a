import { l10n } from 'vscode';
import { emptinessSentence } from '../../messages/readingWords.ts';
import { explainEmptiness } from '../../results/emptiness.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IN_RESULT, ON_ONE_ROW, all } from '../common/when.ts';

/** `liveResponse.explainEmpty`: says why there is nothing to read and what can be done. Spends no call by itself. */
async function explainEmpty(services: OpenServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const { ref, view } = target;
  const stream = target.stream ?? 'output';
  const facts = await services.store.facts(ref);
  const text = facts === undefined ? undefined : await services.store.text(ref, stream, view);
  const action = services.actions.list?.get(ref.actionId) ?? facts?.action;
  const reason = explainEmptiness(action, ref.commandIndex, facts, stream, text);
  const errorLines = stream === 'output' ? (facts?.transcript?.errorLines ?? 0) : 0;
  const steps = new Map<string, () => Promise<void>>();
  const open = (wanted: 'errors' | 'raw' | undefined) => (): Promise<void> =>
    openTarget(services, runner, { ref, stream: wanted, line: undefined }, true);
  if (reason === 'notFetched') steps.set(l10n.t('Fetch'), open(undefined));
  if (errorLines > 0) steps.set(l10n.t('Open Errors'), open('errors'));
  if (reason === 'notAResult' && facts?.raw !== undefined) steps.set(l10n.t('Open Raw'), open('raw'));
  // A view can leave out all that was received.
  const isOfView = reason === 'none' && view !== undefined && (await services.store.text(ref, stream)) !== '';
  void tell(emptinessSentence(isOfView ? 'emptyView' : reason, stream, errorLines), steps);
}

/** Shows the explanation. The caller does not wait for the answer, because a notification may stay open for hours. */
async function tell(sentence: string, steps: ReadonlyMap<string, () => Promise<void>>): Promise<void> {
  const answer = await notify('information', sentence, ...steps.keys());
  if (answer !== undefined) await steps.get(answer)?.();
}

export const explainEmptyCommand = defineCommand({
  name: 'explainEmpty',
  needs: 'result',
  icon: 'question',
  menus: [
    {
      menu: 'view/item/context',
      group: '1_open@4',
      when: all(IN_ACTIONS_VIEW, String.raw`viewItem =~ /^command\b/`, ON_ONE_ROW),
    },
    { menu: 'editor/title', group: 'navigation@0', when: all(IN_RESULT, 'liveResponse.empty == yes') },
  ],
  run: (services, { args, runner }) => explainEmpty(services, runner, args),
});
