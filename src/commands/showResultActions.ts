import { commands, l10n, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { factLines } from '../documents/factLines.ts';
import { documentUri } from '../documents/resultUris.ts';
import { remarksOn } from '../documents/remarks.ts';
import { commandIds } from '../platform/commandIds.ts';
import type { CommandId } from '../platform/commandIds.ts';
import { exitWords } from '../platform/exitWords.ts';
import { oneLineNoIcons } from '../platform/remoteText.ts';
import type { Services } from '../services.ts';
import { findTargets } from './targets.ts';

interface ActionItem extends QuickPickItem {
  readonly command?: CommandId;
}

/** `liveResponse.showResultActions`: what the exit code in the status bar opens. */
export async function showResultActions(services: Services, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  const facts = target === undefined ? undefined : await services.store.facts(target.ref);
  if (target === undefined) return;
  if (facts === undefined) {
    void window.showInformationMessage(l10n.t('This result is not stored on this machine yet: open it first.'));
    return;
  }
  const remarks = remarksOn(facts);
  // Icons apart from the words: a screen reader would name them.
  const items: ActionItem[] = [
    { iconPath: new ThemeIcon('output'), label: l10n.t('Open Output'), command: commandIds.openOutput },
    { iconPath: new ThemeIcon('warning'), label: l10n.t('Open Errors'), command: commandIds.openErrors },
    { iconPath: new ThemeIcon('copy'), label: l10n.t('Copy Output'), command: commandIds.copyOutput },
    { iconPath: new ThemeIcon('quote'), label: l10n.t('Copy as Evidence Block'), command: commandIds.copyNote },
    {
      iconPath: new ThemeIcon('quote'),
      label: l10n.t('Copy as Full Evidence Block'),
      command: commandIds.copyFullNote,
    },
    { iconPath: new ThemeIcon('quote'), label: l10n.t('Copy as Plain Evidence'), command: commandIds.copyPlainNote },
    { iconPath: new ThemeIcon('quote'), label: l10n.t('Copy as Citation'), command: commandIds.copyCitation },
    { iconPath: new ThemeIcon('copy'), label: l10n.t('Copy Errors'), command: commandIds.copyErrors },
    { iconPath: new ThemeIcon('json'), label: l10n.t('Copy as JSON'), command: commandIds.copyJson },
    {
      iconPath: new ThemeIcon('list-selection'),
      label: l10n.t('Copy Indicators…'),
      command: commandIds.copyIndicators,
    },
    { iconPath: new ThemeIcon('search'), label: l10n.t('Copy KQL'), command: commandIds.copyKql },
    { iconPath: new ThemeIcon('eye'), label: l10n.t('Show As…'), command: commandIds.showAs },
    { iconPath: new ThemeIcon('diff'), label: l10n.t('Compare…'), command: commandIds.compareResult },
    { iconPath: new ThemeIcon('question'), label: l10n.t('Explain Empty'), command: commandIds.explainEmpty },
    {
      iconPath: new ThemeIcon('arrow-down'),
      label: l10n.t('Next Command of This Action'),
      command: commandIds.nextCommand,
    },
    {
      iconPath: new ThemeIcon('arrow-up'),
      label: l10n.t('Previous Command of This Action'),
      command: commandIds.previousCommand,
    },
    { iconPath: new ThemeIcon('save'), label: l10n.t('Save Output…'), command: commandIds.saveOutput },
    { iconPath: new ThemeIcon('save'), label: l10n.t('Export Raw Result…'), command: commandIds.exportRaw },
    { iconPath: new ThemeIcon('key'), label: l10n.t('Copy Action ID'), command: commandIds.copyActionId },
    {
      iconPath: new ThemeIcon('link-external'),
      label: l10n.t('Open Device in Portal'),
      command: commandIds.openDeviceInPortal,
    },
    { label: l10n.t('What to know about this result'), kind: QuickPickItemKind.Separator },
    ...remarks.map((remark) => ({ iconPath: new ThemeIcon('info'), label: oneLineNoIcons(remark) })),
    ...factLines(facts).map((fact) => ({ label: oneLineNoIcons(fact) })),
  ];
  const title = [exitWords(facts), facts.name.device, facts.name.script].map(oneLineNoIcons).join(' · ');
  const chosen = await window.showQuickPick(items, { title, placeHolder: l10n.t('What to do with this result') });
  if (chosen?.command === undefined) return;
  await commands.executeCommand(chosen.command, documentUri(facts, target.stream ?? 'output', target));
}
