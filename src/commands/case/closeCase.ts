import { l10n } from 'vscode';
import type { Retention } from '../../case/folder/caseFile.ts';
import { notify } from '../../platform/show/notifications.ts';
import { askForText, pickOne } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';

/** Closes the case, after the person has said how long it is kept. Nothing is deleted. */
export async function closeCase({ activeCase }: Pick<Services, 'activeCase'>, runner: CommandRunner): Promise<void> {
  const { current } = activeCase;
  if (current === undefined) return;
  const title = l10n.t('Close Case');
  const date = { label: l10n.t('Date of Deletion…'), detail: l10n.t('The day on which the case is to be deleted') };
  const hold = { label: l10n.t('Legal Hold'), detail: l10n.t('Nothing of the case may be deleted') };
  const keep = { label: l10n.t('As It Is'), detail: l10n.t('The case says what it said before') };
  const chosen = await pickOne([date, hold, keep], { title, placeHolder: l10n.t('How long it is kept') });
  if (chosen === undefined) return;
  const tools = await activeCase.tools();
  let retention: Retention | undefined = chosen === hold ? { kind: 'hold' } : undefined;
  if (chosen === date) {
    const on = await askForText({
      title,
      prompt: l10n.t('Day of deletion, such as 2027-01-31.'),
      ignoreFocusOut: true,
      validate: (value) => (tools.isDay(value) ? undefined : l10n.t('A day is written as 2027-01-31.')),
    });
    if (on === undefined) return;
    retention = { kind: 'delete', on };
  }
  await runner.run(title, async () => {
    if (retention !== undefined) await tools.setRetention(current.folder, retention);
    const words = retention?.kind === 'delete' ? retention.on : retention?.kind;
    activeCase.note({ what: 'closed', ...(words === undefined ? {} : { retention: words }) });
    await activeCase.choose(undefined);
    void notify('information', closedWords(retention));
  });
}

function closedWords(retention: Retention | undefined): string {
  if (retention?.kind === 'hold')
    return l10n.t(
      'Case closed, under a legal hold. Results that its notes quote must stay, too: no setting removes them, but Clear Stored Results… does.',
    );
  if (retention?.kind === 'delete')
    return l10n.t(
      'Case closed, to be deleted on {0}. Nobody does it for you: the folder, its copies, and with Clear Stored Results… the results that its notes quote, on each machine.',
      retention.on,
    );
  return l10n.t('Case closed.');
}
