import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LONGEST_OWN, NORMALISE_RULES, ownPattern } from '../../base/normaliseRules.ts';
import type { NormaliseRule } from '../../base/normaliseRules.ts';
import { orderWords, ruleDetail, ruleWords } from '../../messages/runWords.ts';
import { HOST_ORDERS } from '../../runs/hostOrder.ts';
import type { Services } from '../../services/services.ts';
import { chooseRun, completeRun } from './chooseRun.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { askForText, pickOne, pickSeveral } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IN_RUN_OVERVIEW, MAY_BE_CONNECTED, ON_ONE_ROW, ON_RUN_ROW, all } from '../common/when.ts';

/** Largest number of hosts on which a line can count as rare. A line on more hosts is not rare in any run. */
const MOST_HOSTS = 1000;

/**
 * `liveResponse.openRun`: shows the overview of a run. Only the search for the run's hosts makes calls. The user sees
 * their number first.
 */
async function openRun(
  services: Pick<Services, 'connections' | 'runItem' | 'runOverviews' | 'runs' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const chosen = await chooseRun(services, runner, args);
  if (chosen === undefined) return;
  const record = (await completeRun(services, runner, chosen)) ?? chosen;
  await services.runOverviews.show(record);
  services.runItem.seen(record.run.key);
}

/**
 * `liveResponse.changeRunRules`: changes what a comparison of results leaves out, and which lines are rare. With
 * `{order: true}`, which a link of the overview passes, changes the order of the hosts.
 */
async function changeRunRules(services: Pick<Services, 'runOverviews'>, args: readonly unknown[]): Promise<void> {
  const [argument] = args;
  if (typeof argument === 'object' && argument !== null && 'order' in argument) {
    await changeOrder(services);
    return;
  }
  const { rules, most } = services.runOverviews.rules;
  const items: (QuickPickItem & { readonly rule: NormaliseRule | 'own' })[] = [
    ...NORMALISE_RULES.map((rule) => ({
      label: ruleWords(rule),
      detail: ruleDetail(rule),
      picked: rules[rule],
      rule,
    })),
    {
      label: l10n.t('What an expression matches…'),
      detail: rules.own === undefined ? l10n.t('A regular expression of your own') : `/${rules.own}/`,
      picked: rules.own !== undefined,
      rule: 'own',
    },
  ];
  const chosen = await pickSeveral(items, {
    title: l10n.t('Ignore When Comparing'),
    placeHolder: l10n.t('Transcript file name and trailing NULs are always ignored'),
  });
  if (chosen === undefined) return;
  const isChosen = (rule: NormaliseRule | 'own'): boolean => chosen.some((item) => item.rule === rule);
  const own = isChosen('own') ? await askForExpression(rules.own ?? '') : undefined;
  if (isChosen('own') && own === undefined) return;
  const hosts = await askForText({
    title: l10n.t('Rare Lines'),
    prompt: l10n.t('A line is rare when it is on at most so many hosts'),
    value: most.toString(),
    validate: (value) => (readMost(value) === undefined ? l10n.t('A number from 1 to {0}', MOST_HOSTS) : undefined),
  });
  const number = hosts === undefined ? most : (readMost(hosts) ?? most);
  await services.runOverviews.setRules({
    rules: {
      host: isChosen('host'),
      times: isChosen('times'),
      pids: isChosen('pids'),
      guids: isChosen('guids'),
      numbers: isChosen('numbers'),
      ...(own === undefined ? {} : { own }),
    },
    most: number,
  });
}

/** Asks for the user's own expression. @returns undefined if the box was closed */
async function askForExpression(value: string): Promise<string | undefined> {
  return askForText({
    title: l10n.t('Ignore When Comparing'),
    prompt: l10n.t('Regular expression. What it matches in a line is ignored, in upper and lower case'),
    placeHolder: String.raw`\b(handle|session) \w+`,
    value,
    validate: (typed) => {
      if (ownPattern(typed) !== undefined) return undefined;
      if (typed.length > LONGEST_OWN) return l10n.t('At most {0} characters', LONGEST_OWN);
      return l10n.t('This is no regular expression.');
    },
  });
}

async function changeOrder({ runOverviews }: Pick<Services, 'runOverviews'>): Promise<void> {
  const items = HOST_ORDERS.map((order) => ({
    label: orderWords(order),
    ...(order === runOverviews.order ? { description: l10n.t('now') } : {}),
    order,
  }));
  const chosen = await pickOne(items, { title: l10n.t('Order of the Hosts') });
  if (chosen !== undefined) await runOverviews.setOrder(chosen.order);
}

function readMost(value: string): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number >= 1 && number <= MOST_HOSTS ? number : undefined;
}

export const openRunCommand = defineCommand({
  name: 'openRun',
  needs: 'nothing',
  palette: MAY_BE_CONNECTED,
  menus: [{ menu: 'view/item/context', group: '5_run@2', when: all(IN_ACTIONS_VIEW, ON_RUN_ROW, ON_ONE_ROW) }],
  run: (services, { args, runner }) => openRun(services, runner, args),
});

export const changeRunRulesCommand = defineCommand({
  name: 'changeRunRules',
  needs: 'nothing',
  palette: IN_RUN_OVERVIEW,
  menus: [{ menu: 'editor/title', group: '1_liveResponse@2', when: IN_RUN_OVERVIEW }],
  run: (services, { args }) => changeRunRules(services, args),
});
