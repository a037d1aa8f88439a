import { l10n } from 'vscode';
import { toRecorded } from '../../case/activeCase.ts';
import { closeTabs } from '../../documents/resultUris.ts';
import { RESULT_SCHEME } from '../../base/scheme.ts';
import { formatBytes } from '../../messages/format.ts';
import type { Services } from '../../services/services.ts';
import { quotedWords } from './clearStoredResults.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { ask, notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';

/**
 * `liveResponse.removeAllData`: deletes results, connections, tokens and secrets, and everything else that was stored.
 */
async function removeAllData(
  services: Pick<
    Services,
    'activeCase' | 'connections' | 'forgetAll' | 'packs' | 'runs' | 'search' | 'signIns' | 'store'
  >,
  runner: CommandRunner,
): Promise<void> {
  const title = l10n.t('Removing all data');
  const stored = await services.store.stored().catch(() => []);
  const bytes = formatBytes(stored.reduce((sum, { size }) => sum + size, 0));
  const remove = l10n.t('Remove All Data');
  const answer = await ask(
    {
      severity: 'warning',
      question: l10n.t('Remove everything that Live Response keeps on this machine?'),
      details: [
        l10n.t(
          'Stored results: {0} ({1}). Connections, with their tokens and secrets: {2}. Saved filters and other remembered choices go too; open results close. Results can be fetched again only while Defender keeps them. Your notes, saved files and settings stay.',
          stored.length,
          bytes,
          services.connections.all.length,
        ),
        ...quotedWords(stored),
      ],
    },
    remove,
  );
  if (answer !== remove) return;
  await runner.run(title, async () => {
    services.search.clear();
    // Otherwise an order could fetch what is removed again, and store its record.
    services.runs.forgetAll();
    await services.packs.abandon();
    // Signs out of each connection first. Otherwise a renewal in the background could store a token again.
    const { all, hidden } = services.connections;
    for (const connection of [...all, ...hidden.map((one) => one.connection)])
      await services.signIns.forget(connection);
    await services.connections.clear();
    await services.forgetAll();
    await services.store.removeAll();
    services.activeCase.note({ what: 'cleared', results: stored.map(({ facts }) => toRecorded(facts)) });
    await services.activeCase.choose(undefined);
    // Also closes overviews of runs and reports, because they quote results. Their schemes begin with the scheme of
    // results.
    await closeTabs(({ scheme }) => scheme.startsWith(RESULT_SCHEME));
    void notify('information', l10n.t('All data of Live Response was removed from this machine.'));
  });
}

export const removeAllDataCommand = defineCommand({
  name: 'removeAllData',
  needs: 'nothing',
  menus: [{ menu: 'view/title', group: '6_remove@1', when: IN_ACTIONS_VIEW }],
  run: (services, { runner }) => removeAllData(services, runner),
});
