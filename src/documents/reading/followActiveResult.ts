import { Disposable, window } from 'vscode';
import type { ResultStore } from '../../results/resultStore.ts';
import { activeAddress } from '../resultUris.ts';

/**
 * Calls `update` when another document may have become active, and when a result was stored. Calls it at once if a
 * result is active already: a result that activated the extension causes no event.
 */
export function followActiveResult(store: Pick<ResultStore, 'onDidStore'>, update: () => void): Disposable {
  if (activeAddress() !== undefined) update();
  return Disposable.from(
    window.tabGroups.onDidChangeTabs(update),
    window.tabGroups.onDidChangeTabGroups(update),
    store.onDidStore(update),
  );
}
