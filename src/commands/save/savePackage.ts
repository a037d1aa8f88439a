import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import type { ActionRef } from '../../base/resultUri.ts';
import { lengthRemark } from '../../documents/remarks.ts';
import { formatBytes } from '../../messages/format.ts';
import { deviceOf, isPackage } from '../../model/machineAction.ts';
import type { SavedPackage } from '../../results/save/packageFetch.ts';
import { safeFileName } from '../../results/save/unpackedHash.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { notify } from '../../platform/show/notifications.ts';
import { all, IN_ACTIONS_VIEW, ON_ONE_ROW, ON_PACKAGE_ROW } from '../common/when.ts';
import { writeFactsFile } from './factsFile.ts';
import { nameOfFile, tellSaved } from './saveResult.ts';
import type { SaveServices } from './saveResult.ts';
import { elsewhere, isLocal } from './writeElsewhere.ts';

/**
 * `liveResponse.savePackage`: saves the investigation package that an action collected. The package is never opened: it
 * holds files of the device.
 */
async function savePackage(services: SaveServices, runner: CommandRunner, ref: ActionRef): Promise<void> {
  const device = deviceName(services, ref);
  const uri = await window.showSaveDialog({
    title: l10n.t('Save Package to File'),
    defaultUri: suggestedFile(`${safeFileName(device)}_package_${ref.actionId}.zip`),
    filters: { [l10n.t('ZIP archive')]: ['zip'] },
  });
  if (uri === undefined) return;
  const save = services.saves.beginPackage(ref, isLocal(uri) ? uri.fsPath : elsewhere(uri));
  // Set when the file is written. A second try then writes only the facts file.
  let saved: SavedPackage | undefined;
  await runner.run(
    l10n.t('Saving package'),
    async ({ signal, report }) => {
      report(l10n.t('Defender gives two links a minute'));
      saved ??= await save.run({ signal, onProgress: toProgress(report) });
      const { facts, action, isZip } = saved;
      await writeFactsFile(uri, facts, action, services.toolVersion);
      services.log.info(`saved package ${ref.actionId}: ${facts.size.toString()} bytes, SHA-256 ${facts.sha256}`);
      const { buildPackageNote } = await services.notes.texts();
      const { size, sha256 } = facts;
      const note = buildPackageNote({
        device: deviceOf(facts.action),
        actionId: ref.actionId,
        createdAt: facts.action.creationDateTimeUtc,
        size,
        sha256,
      });
      const sentences = [
        isZip ? undefined : l10n.t('The file does not begin like a ZIP archive. What it is, is not known.'),
        facts.lengthUnknown === undefined ? undefined : lengthRemark(),
        l10n.t(
          'Saved {0} ({1}), still packed: it holds files of the device. SHA-256: {2}',
          nameOfFile(uri),
          formatBytes(size),
          sha256,
        ),
      ];
      void tellSaved(uri, sentences.filter((sentence) => sentence !== undefined).join(' '), note);
    },
    { saveToFile: () => savePackage(services, runner, ref) },
    { isLong: true, onGivenUp: () => save.discard() },
  );
}

function deviceName({ actions }: Pick<SaveServices, 'actions'>, { actionId }: ActionRef): string {
  const action = actions.list?.get(actionId);
  return action === undefined ? '' : deviceOf(action);
}

/** Suggests a file in the workspace if it is on this machine, because only such a file can be written in pieces. */
function suggestedFile(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return Uri.joinPath(folder !== undefined && isLocal(folder) ? folder : Uri.file(homedir()), name);
}

/** Returns the row's action; undefined if it collects no package. While the list loads again, its action is unknown. */
function readAction(services: Pick<SaveServices, 'actions'>, row: unknown): ActionRef | undefined {
  if (!isTreeNode(row) || row.kind !== 'action') return undefined;
  const action = services.actions.list?.get(row.actionId);
  return action === undefined || isPackage(action) ? { ...row.tenant, actionId: row.actionId } : undefined;
}

export const savePackageCommand = defineCommand({
  name: 'savePackage',
  needs: 'nothing',
  icon: 'save',
  palette: 'false',
  menus: [
    { menu: 'view/item/context', group: 'inline@1', when: all(IN_ACTIONS_VIEW, ON_PACKAGE_ROW) },
    { menu: 'view/item/context', group: '3_export@1', when: all(IN_ACTIONS_VIEW, ON_PACKAGE_ROW, ON_ONE_ROW) },
  ],
  run: async (services, { args, runner }) => {
    const ref = readAction(services, args[0] ?? services.view.selection[0]);
    if (ref !== undefined) await savePackage(services, runner, ref);
    else void notify('information', l10n.t('Select an action that collects an investigation package first.'));
  },
});
