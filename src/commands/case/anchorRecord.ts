import { homedir } from 'node:os';
import path from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { pickOne } from '../../platform/show/quickInputs.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { stampItem, stampRecord } from './stampRecord.ts';
import type { StampServices } from './stampRecord.ts';
import { tellHead } from './tellHead.ts';

/** Fixes the state of the record outside of it: signs its head, has it stamped, or writes it down for a paper or a mail. */
export async function anchorRecord(services: StampServices, runner: CommandRunner): Promise<void> {
  const { activeCase, settings } = services;
  const folder = activeCase.current?.folder;
  if (folder === undefined) return;
  const title = l10n.t('Anchor Record');
  const sign = {
    label: l10n.t('Sign with an SSH Key…'),
    detail: l10n.t('By ssh-keygen: a key without a passphrase, or the public key of one that the agent holds'),
  };
  const stamp = stampItem(settings);
  const print = {
    label: l10n.t('Write Down the Head'),
    detail: l10n.t('64 characters for a paper, a mail or a ticket that others keep'),
  };
  const chosen = await pickOne([sign, stamp, print], { title });
  if (chosen === undefined) return;
  if (chosen === stamp) return stampRecord(services, runner, folder);
  const key = chosen === sign ? await chooseKey() : undefined;
  if (chosen === sign && key === undefined) return;
  await runner.run(title, async ({ signal }) => {
    await activeCase.settle();
    const { readRecord, signHeads, writeHeads } = await activeCase.tools();
    const { file, head } = await writeHeads(folder, await readRecord(folder), Date.now());
    const ssh = { environment: process.env, platform: process.platform };
    if (key !== undefined) await signHeads(ssh, key, file, signal);
    activeCase.note({ what: 'anchored', head, by: key === undefined ? 'print' : 'ssh' });
    const name = path.basename(file);
    const sentence =
      key === undefined
        ? l10n.t(
            'Written: {0}. Head of the record: {1} Keep it where nobody who writes the case can change it.',
            name,
            head,
          )
        : l10n.t('Signed: {0}. Head of the record: {1}', name, head);
    void tellHead(head, sentence);
  });
}

async function chooseKey(): Promise<string | undefined> {
  const [uri] =
    (await window.showOpenDialog({
      title: l10n.t('Sign with an SSH Key'),
      defaultUri: Uri.file(path.join(homedir(), '.ssh')),
    })) ?? [];
  return uri?.scheme === Uri.file('').scheme ? uri.fsPath : undefined;
}
