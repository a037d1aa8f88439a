import { commands, l10n, QuickPickItemKind, window } from 'vscode';
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
  const items: ActionItem[] = [
    { label: `$(output) ${l10n.t('Open Output')}`, command: commandIds.openOutput },
    { label: `$(warning) ${l10n.t('Open Errors')}`, command: commandIds.openErrors },
    { label: `$(copy) ${l10n.t('Copy Output')}`, command: commandIds.copyOutput },
    { label: `$(quote) ${l10n.t('Copy as Evidence Block')}`, command: commandIds.copyNote },
    { label: `$(quote) ${l10n.t('Copy as Full Evidence Block')}`, command: commandIds.copyFullNote },
    { label: `$(quote) ${l10n.t('Copy as Plain Evidence')}`, command: commandIds.copyPlainNote },
    { label: `$(quote) ${l10n.t('Copy as Citation')}`, command: commandIds.copyCitation },
    { label: `$(copy) ${l10n.t('Copy Errors')}`, command: commandIds.copyErrors },
    { label: `$(json) ${l10n.t('Copy as JSON')}`, command: commandIds.copyJson },
    { label: `$(list-selection) ${l10n.t('Copy Indicators…')}`, command: commandIds.copyIndicators },
    { label: `$(search) ${l10n.t('Copy KQL')}`, command: commandIds.copyKql },
    { label: `$(eye) ${l10n.t('Show As…')}`, command: commandIds.showAs },
    { label: `$(diff) ${l10n.t('Compare…')}`, command: commandIds.compareResult },
    { label: `$(question) ${l10n.t('Explain Empty')}`, command: commandIds.explainEmpty },
    { label: `$(arrow-down) ${l10n.t('Next Command of This Action')}`, command: commandIds.nextCommand },
    { label: `$(arrow-up) ${l10n.t('Previous Command of This Action')}`, command: commandIds.previousCommand },
    { label: `$(save) ${l10n.t('Save Output…')}`, command: commandIds.saveOutput },
    { label: `$(save) ${l10n.t('Export Raw Result…')}`, command: commandIds.exportRaw },
    { label: `$(key) ${l10n.t('Copy Action ID')}`, command: commandIds.copyActionId },
    { label: `$(link-external) ${l10n.t('Open Device in Portal')}`, command: commandIds.openDeviceInPortal },
    { label: l10n.t('What to know about this result'), kind: QuickPickItemKind.Separator },
    ...remarks.map((remark) => ({ label: `$(info) ${oneLineNoIcons(remark)}` })),
    ...factLines(facts).map((fact) => ({ label: oneLineNoIcons(fact) })),
  ];
  const title = [exitWords(facts), facts.name.device, facts.name.script].map(oneLineNoIcons).join(' · ');
  const chosen = await window.showQuickPick(items, { title, placeHolder: l10n.t('What to do with this result') });
  if (chosen?.command === undefined) return;
  await commands.executeCommand(chosen.command, documentUri(facts, target.stream ?? 'output', target));
}
