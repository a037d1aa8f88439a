import { commands, l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { factLines } from '../../documents/factLines.ts';
import { documentUri } from '../../documents/resultUris.ts';
import { remarksOn } from '../../documents/remarks.ts';
import { commandIds } from '../../platform/commandIds.ts';
import type { CommandId } from '../../platform/commandIds.ts';
import { exitWords } from '../../messages/exitWords.ts';
import type { Services } from '../../services/services.ts';
import { findTargets } from '../common/targets.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RESULT } from '../common/when.ts';

interface ActionItem extends QuickPickItem {
  readonly command?: CommandId;
}

/**
 * `liveResponse.showResultActions`: lists the commands for a result, and its facts. A click on the exit code in the
 * status bar runs this command.
 */
async function showResultActions(
  services: Pick<Services, 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  const facts = target === undefined ? undefined : await services.store.facts(target.ref);
  if (target === undefined) return;
  if (facts === undefined) {
    void notify('information', l10n.t('This result is not stored on this machine yet: open it first.'));
    return;
  }
  const remarks = remarksOn(facts);
  const items: ActionItem[] = [
    item('output', l10n.t('Open Output'), commandIds.openOutput),
    item('warning', l10n.t('Open Errors'), commandIds.openErrors),
    item('copy', l10n.t('Copy Output'), commandIds.copyOutput),
    item('quote', l10n.t('Copy as Evidence Block'), commandIds.copyNote),
    item('quote', l10n.t('Copy as Full Evidence Block'), commandIds.copyFullNote),
    item('quote', l10n.t('Copy as Evidence (Plain Text)'), commandIds.copyPlainNote),
    item('quote', l10n.t('Copy as Citation'), commandIds.copyCitation),
    item('copy', l10n.t('Copy Errors'), commandIds.copyErrors),
    item('json', l10n.t('Copy as JSON'), commandIds.copyJson),
    item('list-selection', l10n.t('Copy Indicators…'), commandIds.copyIndicators),
    item('search', l10n.t('Copy KQL'), commandIds.copyKql),
    item('eye', l10n.t('Show As…'), commandIds.showAs),
    item('diff', l10n.t('Compare…'), commandIds.compareResult),
    item('question', l10n.t('Why Is There No Result?'), commandIds.explainEmpty),
    item('arrow-down', l10n.t('Next Command of This Action'), commandIds.nextCommand),
    item('arrow-up', l10n.t('Previous Command of This Action'), commandIds.previousCommand),
    item('save', l10n.t('Save Output…'), commandIds.saveOutput),
    item('save', l10n.t('Export Raw Result…'), commandIds.exportRaw),
    item('key', l10n.t('Copy Action ID'), commandIds.copyActionId),
    item('link-external', l10n.t('Open Device in Portal'), commandIds.openDeviceInPortal),
    { label: l10n.t('What to know about this result'), kind: QuickPickItemKind.Separator },
    ...remarks.map((remark) => ({ iconPath: new ThemeIcon('info'), label: remark })),
    ...factLines(facts).map((fact) => ({ label: fact })),
  ];
  const title = [exitWords(facts), facts.name.device, facts.name.script].join(' · ');
  const chosen = await pickOne(items, { title, placeHolder: l10n.t('What to do with this result') });
  if (chosen?.command === undefined) return;
  await commands.executeCommand(chosen.command, documentUri(facts, target.stream ?? 'output', target));
}

/** Creates a row. The icon is not part of the label, because a screen reader would read the icon's name there. */
function item(icon: string, label: string, command: CommandId): ActionItem {
  return { iconPath: new ThemeIcon(icon), label, command };
}

export const showResultActionsCommand = defineCommand({
  name: 'showResultActions',
  needs: 'result',
  palette: 'false',
  menus: [{ menu: 'editor/context', group: '1_liveResponse@1', when: IN_RESULT }],
  run: (services, { args }) => showResultActions(services, args),
});
