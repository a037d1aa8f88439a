import path from 'node:path';
import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { isAuthority } from '../../case/anchors/authorityAddress.ts';
import { formatUtc } from '../../messages/format.ts';
import { ask } from '../../platform/show/notifications.ts';
import { askForText } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { tellHead } from './tellHead.ts';

export type StampServices = Pick<Services, 'activeCase' | 'allowedAuthorities' | 'log' | 'sendStampQuery' | 'settings'>;

/** Returns the choice of a time stamp, with the authority if one is named. */
export function stampItem(settings: Pick<Services, 'settings'>['settings']): QuickPickItem {
  const { value } = settings.timeStampAuthority();
  return {
    label: l10n.t('Time Stamp from an Authority…'),
    description: isAuthority(value) ? new URL(value).host : '',
    detail: l10n.t('Sends it only the SHA-256 of the head (RFC 3161)'),
  };
}

/** Has the head of the record stamped by an authority that the person, or the administrator, named. */
export async function stampRecord(services: StampServices, runner: CommandRunner, folder: string): Promise<void> {
  const title = l10n.t('Anchor Record');
  const { activeCase, log, sendStampQuery: send, settings } = services;
  const { value, isManaged } = settings.timeStampAuthority();
  if (isManaged && value === '') {
    runner.fail(title, new LiveResponseError('managed', { reason: 'timeStampAuthority' }));
    return;
  }
  const url = isAuthority(value) ? value : await askForAddress(title, value);
  if (url === undefined || !(await mayAsk(services, new URL(url)))) return;
  const { host } = new URL(url);
  await runner.run(title, async ({ signal }) => {
    await activeCase.settle();
    const { stampHeads } = await activeCase.tools();
    const { file, head, time } = await stampHeads(folder, { url, send }, signal);
    log.info(`time stamp of ${host}: ${formatUtc(time)}`);
    // Another case may be open by now.
    if (activeCase.current?.folder === folder) activeCase.note({ what: 'anchored', head, by: 'timeStamp' });
    const sentence = l10n.t(
      'Stamped by {0} at {1}: {2}. Head of the record: {3} Who signed is not checked here: verify_record.py --ca does that, or openssl ts -verify.',
      ...[host, formatUtc(time), path.basename(file), head],
    );
    void tellHead(head, sentence);
  });
}

async function askForAddress(title: string, value: string): Promise<string | undefined> {
  return askForText({
    title,
    value,
    placeHolder: 'https://',
    prompt: l10n.t('Address of the authority; http is enough, because its answer is signed'),
    validate: (text) =>
      isAuthority(text)
        ? undefined
        : l10n.t('Enter an https:// or http:// address in ASCII, without user name, @ and #.'),
    ignoreFocusOut: true,
  });
}

/** Asks before the first request of this window to an authority. */
async function mayAsk(
  { allowedAuthorities }: Pick<StampServices, 'allowedAuthorities'>,
  { host, origin }: URL,
): Promise<boolean> {
  if (allowedAuthorities.has(origin)) return true;
  const allow = l10n.t('Allow');
  const question = l10n.t('Send the SHA-256 of the head, and nothing else but a random number, to {0}?', host);
  if ((await ask({ severity: 'information', question }, allow)) !== allow) return false;
  allowedAuthorities.add(origin);
  return true;
}
