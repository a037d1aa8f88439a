import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { CLOUDS, isGuid } from '../../base/resultUri.ts';
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
import { elsewhere, isLocal, localPath } from './writeElsewhere.ts';

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
      report(l10n.t('waiting for a link (at most two a minute)'));
      saved ??= await save.run({ signal, onProgress: toProgress(report) });
      const { facts, action, isZip } = saved;
      await writeFactsFile(uri, facts, action, services.toolVersion);
      services.saves.notePackage(ref);
      services.activeCase.note({ what: 'exported' }, { file: localPath(uri) });
      services.log.info(`saved package ${ref.actionId}: ${facts.size.toString()} bytes, SHA-256 ${facts.sha256}`);
      const { buildPackageNote } = await services.notes.texts();
      const { size, sha256 } = facts;
      const note = buildPackageNote({
        device: deviceOf(facts.action),
        actionId: ref.actionId,
        createdAt: facts.action.creationDateTimeUtc,
        size,
        sha256,
        isZip,
      });
      const sentences = [
        facts.lengthUnknown === undefined ? undefined : lengthRemark(),
        isZip
          ? l10n.t(
              'Saved {0} ({1}), not unpacked: files in it may be malware. SHA-256: {2}',
              nameOfFile(uri),
              formatBytes(size),
              sha256,
            )
          : l10n.t(
              'Saved {0} ({1}), but it does not begin like a ZIP archive: it may be the error page of a proxy. SHA-256: {2}',
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

/**
 * Returns the action of a row, or of a page's link; undefined if it collects no package. While the list loads again,
 * its action is unknown.
 */
function readAction(services: Pick<SaveServices, 'actions'>, row: unknown): ActionRef | undefined {
  if (isLinkOfPage(row)) return { cloud: row.cloud, tenantId: row.tenantId, actionId: row.actionId };
  if (!isTreeNode(row) || row.kind !== 'action') return undefined;
  const action = services.actions.list?.get(row.actionId);
  return action === undefined || isPackage(action) ? { ...row.tenant, actionId: row.actionId } : undefined;
}

/** Whether a value is the argument that the page about what is new passes. */
function isLinkOfPage(value: unknown): value is ActionRef {
  if (typeof value !== 'object' || value === null || isTreeNode(value)) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    CLOUDS.some((cloud) => cloud === fields.get('cloud')) &&
    isGuid(fields.get('tenantId')) &&
    isGuid(fields.get('actionId'))
  );
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
