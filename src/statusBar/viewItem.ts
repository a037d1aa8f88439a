import { l10n } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import type { TextView } from '../base/textView.ts';
import { followActiveResult } from '../documents/reading/followActiveResult.ts';
import { OfferedViews } from '../documents/offeredView.ts';
import { activeAddress } from '../documents/resultUris.ts';
import { viewName } from '../evidence/views/viewWords.ts';
import { commandIds } from '../platform/commandIds.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';
import type { ResultStore } from '../results/resultStore.ts';

/**
 * Offers the view that makes the active text readable, in the status bar: for a wrong encoding, CLIXML, and the escape
 * sequences of a terminal. In a view, leads back to the text as received.
 */
export class ViewItem implements Disposable {
  readonly #item: StatusBarItem;
  readonly #store: ResultStore;
  readonly #offered: OfferedViews;
  readonly #following: Disposable;
  #updates = 0;

  constructor(store: ResultStore) {
    this.#store = store;
    this.#offered = new OfferedViews(store);
    this.#item = createStatusItem('view', l10n.t('Live Response View'), 99);
    this.#following = followActiveResult(store, () => void this.#update());
  }

  dispose(): void {
    this.#following.dispose();
    this.#item.dispose();
  }

  async #update(): Promise<void> {
    const address = activeAddress();
    const update = ++this.#updates;
    const facts = address === undefined ? undefined : await this.#store.facts(address).catch(() => undefined);
    const view =
      address === undefined || facts === undefined || address.view !== undefined
        ? undefined
        : await this.#offered.find(address, facts);
    // Another document may have become active meanwhile.
    if (update !== this.#updates) return;
    if (address?.view !== undefined) {
      this.#show(undefined, l10n.t('Show As Received'), l10n.t('This is a view of the stored text.'));
    } else if (address !== undefined && view !== undefined) {
      const tooltip = l10n.t('The text may be unreadable as it was received. The stored result stays as it is.');
      this.#show(view, offerWords(view), tooltip);
    } else this.#item.hide();
  }

  #show(view: string | undefined, text: string, tooltip: string): void {
    // Without a target, the command works on the active document, which is this text.
    this.#item.command = { command: commandIds.showAs, title: text, arguments: [undefined, view ?? 'received'] };
    showStatus(this.#item, { icon: 'eye', text, tooltip });
  }
}

function offerWords(view: TextView): string {
  if (view === 'terminal') return l10n.t('Show Without Terminal Codes');
  return view === 'clixml' ? l10n.t('Show Readable CLIXML') : l10n.t('Looks like {0}: Show', viewName(view));
}
