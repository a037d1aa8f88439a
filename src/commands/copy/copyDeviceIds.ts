import { env, l10n } from 'vscode';
import { hostsWords } from '../../messages/runWords.ts';
import type { NoResultCode } from '../../model/noResultReasons.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import type { RowState, RunRow } from '../../runs/runRows.ts';
import type { Services } from '../../services/services.ts';
import { chooseRun } from '../runs/chooseRun.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RUN_OVERVIEW } from '../common/when.ts';

/** Time for which the status bar confirms the copy, ms. */
const CONFIRM_MS = 5000;

/** States of hosts that can be chosen, in the order of the list. */
const STATES: readonly { readonly states: readonly RowState[]; readonly words: () => string }[] = [
  {
    states: ['failed', 'pending', 'running', 'never', 'byDesign', 'unreadable'],
    words: () => l10n.t('All without a result to read'),
  },
  { states: ['pending', 'running'], words: () => l10n.t('Not finished') },
  { states: ['failed'], words: () => l10n.t('Failed, or without a result at Defender') },
  { states: ['never'], words: () => l10n.t('Never ran') },
  { states: ['unreadable'], words: () => l10n.t('Incomplete or unreadable file') },
  { states: ['notFetched'], words: () => l10n.t('Not fetched yet') },
  { states: ['result', 'large'], words: () => l10n.t('With a result') },
];

/** Reasons that can be chosen. They are known of the hosts whose devices were asked about, and of those that Defender refused. */
const REASONS: readonly { readonly codes: readonly NoResultCode[]; readonly words: () => string }[] = [
  { codes: ['deviceSilent', 'lastReport'], words: () => l10n.t('Device is offline, perhaps') },
  { codes: ['otherSession'], words: () => l10n.t('Another session on the device') },
  { codes: ['restricted'], words: () => l10n.t('Device is restricted') },
  { codes: ['notListed', 'needsUpdate', 'needsAgent'], words: () => l10n.t('System without live response, perhaps') },
  { codes: ['deviceGone'], words: () => l10n.t('Device is unknown to Defender') },
  { codes: ['notAllowed', 'notVisible', 'noPermission'], words: () => l10n.t('Refused by Defender') },
];

/**
 * `liveResponse.copyDeviceIds`: copies the device IDs of a run's hosts, one a line, by the reason why they have no
 * result. Whoever runs scripts needs them to run one again.
 */
async function copyDeviceIds(
  services: Pick<Services, 'connections' | 'runOverviews' | 'runs' | 'sessions' | 'store'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const record = await chooseRun(services, runner, args);
  if (record === undefined) return;
  await services.store.learn(record.run.tenant);
  const rows = services.runOverviews.rowsOf(record);
  const items = [
    ...STATES.map(({ states, words }) => ({ words, own: rows.filter(({ state }) => states.includes(state)) })),
    ...REASONS.map(({ codes, words }) => ({
      words,
      own: rows.filter(({ reasons }) => reasons.some(({ code }) => codes.includes(code))),
    })),
  ].flatMap(({ words, own }) =>
    own.length === 0 ? [] : [{ label: words(), description: hostsWords(own.length), own }],
  );
  const chosen = await pickOne(items, { title: l10n.t('Copy Device IDs') });
  if (chosen === undefined) return;
  const ids = idsOf(chosen.own);
  if (ids.length === 0) {
    void notify('information', l10n.t('Defender named no device ID for these hosts.'));
    return;
  }
  await env.clipboard.writeText(`${ids.join('\n')}\n`);
  confirmInStatusBar(l10n.t('Device IDs copied: {0}', ids.length.toLocaleString(env.language)), CONFIRM_MS);
}

/** Returns each device once, because a run can have several commands on one device. */
function idsOf(rows: readonly RunRow[]): string[] {
  return [...new Set(rows.flatMap(({ member }) => member.machineId ?? []))];
}

export const copyDeviceIdsCommand = defineCommand({
  name: 'copyDeviceIds',
  needs: 'nothing',
  // A link of the overview, where the reasons are, and a menu.
  palette: 'false',
  menus: [{ menu: 'editor/title', group: '1_liveResponse@4', when: IN_RUN_OVERVIEW }],
  run: (services, { args, runner }) => copyDeviceIds(services, runner, args),
});
