import { window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { STORAGE_SECTION } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { ResultStore } from '../results/resultStore.ts';

/** Updates this window after changes in the stored results, and applies the storage rules to the store. */
export class StoreWatch implements Disposable {
  readonly #subscriptions: readonly Disposable[];

  constructor(store: ResultStore, log: Log) {
    const run = (what: string, work: Promise<void>): void => {
      work.catch((error: unknown) => {
        log.failure(what, error);
      });
    };
    this.#subscriptions = [
      // When this window gets the focus, it reads the changes that other windows made.
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) run('looking for changes in the store', store.catchUp());
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(STORAGE_SECTION)) run('purging the store', store.purge());
      }),
    ];
    run('purging the store', store.purge());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
