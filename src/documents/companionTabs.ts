import { window } from 'vscode';
import type { Disposable, Tab, ViewColumn } from 'vscode';
import { resultKey } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { addressOfTab, tabsOf } from './resultUris.ts';

/**
 * Closes a result's errors that were opened together with its output. It closes them when the output's tab is closed or
 * shows another result. Errors that the user pinned or opened by a command stay open.
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

  /**
   * Opens a result. With `withErrors`, the result's errors count as opened together with its output.
   *
   * @param replacesIn - the group in which the result replaces a tab in preview; undefined if its own tab is open
   */
  async during(
    ref: ResultRef,
    { withErrors, replacesIn }: { readonly withErrors: boolean; readonly replacesIn: ViewColumn | undefined },
    show: () => Promise<void>,
  ): Promise<void> {
    this.#showing++;
    try {
      // Errors of the next result take the place of these errors. If there are none, another host's errors must not
      // stand beside the next text for as long as it loads.
      if (!withErrors && replacesIn !== undefined) await this.#closeReplaced(ref, replacesIn);
      await show();
      if (withErrors) this.#companions.set(resultKey(ref), ref);
    } finally {
      this.#showing--;
    }
    await this.#closeStrays();
  }

  /** Keeps the errors of this result open when its output is closed, because the user opened the errors. */
  release(ref: ResultRef): void {
    this.#companions.delete(resultKey(ref));
  }

  /** After a reload of the window, treats errors as opened together with their output if both are open. */
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

  /** Closes the errors of another result whose output is about to be replaced. */
  async #closeReplaced(next: ResultRef, column: ViewColumn): Promise<void> {
    const replaced = [...this.#companions.values()].filter((ref) => {
      const outputs = tabsOf(ref, 'output');
      const isInTheWay = (tab: Tab): boolean => tab.isPreview && tab.group.viewColumn === column;
      return resultKey(ref) !== resultKey(next) && outputs.length > 0 && outputs.every(isInTheWay);
    });
    const errors = replaced.flatMap((ref) => tabsOf(ref, 'errors')).filter((tab) => !tab.isPinned);
    if (errors.length > 0) await window.tabGroups.close(errors, true);
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
