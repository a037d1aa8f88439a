import { env, l10n } from 'vscode';
import { notify } from '../../platform/show/notifications.ts';

/** Says what became of a head, and offers to copy it. */
export async function tellHead(head: string, sentence: string): Promise<void> {
  const copy = l10n.t('Copy Head');
  if ((await notify('information', sentence, copy)) === copy) await env.clipboard.writeText(head);
}
