import { env, l10n, window } from 'vscode';
import type { Services } from '../services.ts';
import { isTreeNode } from '../tree/nodes.ts';
import { tellNothingChosen } from './preconditions.ts';
import { findTargets } from './targets.ts';

/** `liveResponse.copyActionId`: `id#index` for a result, the bare id for an action without one. */
export async function copyActionId(services: Services, args: readonly unknown[]): Promise<void> {
  const texts = findTargets(services, args).map(({ ref }) => `${ref.actionId}#${ref.commandIndex.toString()}`);
  const [row] = [...args, ...services.view.selection].filter(isTreeNode);
  const text = texts.length > 0 ? texts.join('\n') : row?.kind === 'action' ? row.actionId : undefined;
  if (text === undefined) {
    tellNothingChosen();
    return;
  }
  await env.clipboard.writeText(text);
  window.setStatusBarMessage(l10n.t('{0} copied', text), 5000);
}
