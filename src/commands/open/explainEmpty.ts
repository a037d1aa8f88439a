import { l10n } from 'vscode';
import { exitMeaning } from '../../messages/exitWords.ts';
import { emptinessSentence } from '../../messages/readingWords.ts';
import { explainEmptiness } from '../../results/emptiness.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { askAboutDevice, askAboutHosts, asksDefender } from './askAboutDevices.ts';
import type { AskServices } from './askAboutDevices.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { notify } from '../../platform/show/notifications.ts';
import type { Services } from '../../services/services.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { tellNothingChosen } from '../common/preconditions.ts';
import { HAS_RESULT, IN_ACTIONS_VIEW, IN_RESULT, ON_ONE_ROW, all } from '../common/when.ts';

type ExplainServices = OpenServices & AskServices & Pick<Services, 'statusPages'>;

/**
 * `liveResponse.explainEmpty`: says why there is no result, or nothing to read in it, and what can be done. Spends no call
 * by itself. With `{ask: true}`, which links of pages pass, it first asks Defender about the device of a result, or about
 * those of a run.
 */
async function explainEmpty(services: ExplainServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  if (asksDefender(args[0]) && 'run' in args[0]) {
    await askAboutHosts(services, runner, args[0].run);
    return;
  }
  const [target] = findTargets(services, args);
  if (target === undefined) {
    tellNothingChosen();
    return;
  }
  const { ref, view } = target;
  if (asksDefender(args[0])) await askAboutDevice(services, runner, ref);
  const stream = target.stream ?? 'output';
  const facts = await services.store.facts(ref);
  if (facts === undefined && services.noResults.ofCommand(ref) !== undefined) {
    await services.statusPages.show(ref, undefined, false);
    return;
  }
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
  // The runner's own exit code explains more than the text.
  const meaning = facts === undefined ? undefined : exitMeaning(facts);
  const sentence = emptinessSentence(isOfView ? 'emptyView' : reason, stream, errorLines);
  void tell(meaning === undefined ? sentence : `${meaning} ${sentence}`, steps);
}

/** Shows the explanation. The caller does not wait for the answer, because a notification may stay open for hours. */
async function tell(sentence: string, steps: ReadonlyMap<string, () => Promise<void>>): Promise<void> {
  const answer = await notify('information', sentence, ...steps.keys());
  if (answer !== undefined) await steps.get(answer)?.();
}

export const explainEmptyCommand = defineCommand({
  name: 'explainEmpty',
  // A link in the overview of a run asks about its devices, where no result is chosen.
  needs: 'nothing',
  palette: HAS_RESULT,
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
