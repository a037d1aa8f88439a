import { homedir } from 'node:os';
import path from 'node:path';
import { env, l10n, Uri, window } from 'vscode';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';

/** Fixes the state of the record outside of it: signs its head, or writes it down for a paper or a mail. */
export async function anchorRecord({ activeCase }: Pick<Services, 'activeCase'>, runner: CommandRunner): Promise<void> {
  const folder = activeCase.current?.folder;
  if (folder === undefined) return;
  const title = l10n.t('Anchor Record');
  const sign = {
    label: l10n.t('Sign with an SSH Key…'),
    detail: l10n.t('By ssh-keygen: a key without a passphrase, or the public key of one that the agent holds'),
  };
  const print = {
    label: l10n.t('Write Down the Head'),
    detail: l10n.t('64 characters for a paper, a mail or a ticket that others keep'),
  };
  const chosen = await pickOne([sign, print], { title });
  if (chosen === undefined) return;
  const key = chosen === sign ? await chooseKey() : undefined;
  if (chosen === sign && key === undefined) return;
  await runner.run(title, async ({ signal }) => {
    await activeCase.settle();
    const { readRecord, signHeads, writeHeads } = await activeCase.tools();
    const { file, head } = await writeHeads(folder, await readRecord(folder), Date.now());
    const ssh = { environment: process.env, platform: process.platform };
    if (key !== undefined) await signHeads(ssh, key, file, signal);
    activeCase.note({ what: 'anchored', head, by: key === undefined ? 'print' : 'ssh' });
    void tellAnchored(head, path.basename(file), key !== undefined);
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

async function tellAnchored(head: string, name: string, isSigned: boolean): Promise<void> {
  const copy = l10n.t('Copy Head');
  const sentence = isSigned
    ? l10n.t('Signed: {0}. Head of the record: {1}', name, head)
    : l10n.t(
        'Written: {0}. Head of the record: {1} Keep it where nobody who writes the case can change it.',
        name,
        head,
      );
  if ((await notify('information', sentence, copy)) === copy) await env.clipboard.writeText(head);
}
