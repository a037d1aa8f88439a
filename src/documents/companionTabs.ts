import { window } from 'vscode';
import type { Disposable, Tab } from 'vscode';
import { resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { addressOfTab, tabsOf } from './resultUris.ts';

/**
 * Errors that were opened with their output leave with it: when the output's tab is closed or shows another result,
 * they are closed too, unless the user pinned them. Errors that the user asked for stay.
 */
export class CompanionTabs implements Disposable {
  readonly #companions = new Map<string, ResultRef>();
  readonly #subscription: Disposable;
  #showing = 0;

  constructor() {
    this.#subscription = window.tabGroups.onDidChangeTabs(() => {
      if (this.#showing === 0) void this.#closeStrays();
    });
  }

  /** Runs the opening of a result; its errors count as opened with it when `withErrors` is set. */
  async during(ref: ResultRef, withErrors: boolean, show: () => Promise<void>): Promise<void> {
    this.#showing++;
    try {
      await show();
      if (withErrors) this.#companions.set(resultKey(ref), ref);
    } finally {
      this.#showing--;
    }
    await this.#closeStrays();
  }

  /** The user asked for these errors: they are nobody's companion any more. */
  release(ref: ResultRef): void {
    this.#companions.delete(resultKey(ref));
  }

  /** After a reload: errors whose output is open as well belong to it again. */
  adoptOpenTabs(): void {
    for (const tab of window.tabGroups.all.flatMap((group) => group.tabs)) {
      const address = addressOfTab(tab);
      if (address?.stream !== 'errors' || tabsOf(address, 'output').length === 0) continue;
      this.#companions.set(resultKey(address), address);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #closeStrays(): Promise<void> {
    const strays: Tab[] = [];
    for (const [key, ref] of this.#companions) {
      if (tabsOf(ref, 'output').length > 0) continue;
      this.#companions.delete(key);
      strays.push(...tabsOf(ref, 'errors').filter((tab) => !tab.isPinned));
    }
    if (strays.length > 0) await window.tabGroups.close(strays, true);
  }
}
