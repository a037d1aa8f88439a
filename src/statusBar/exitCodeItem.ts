import { l10n, window } from 'vscode';
import type { Disposable, MarkdownString, StatusBarItem } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { exitMood, exitWords } from '../messages/exitWords.ts';
import { hoverOfLines } from '../platform/show/hovers.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';
import { formatBytes, formatUtc } from '../messages/format.ts';
import { fetchedWords } from '../messages/pack/packWords.ts';
import { commandOf } from '../model/openedCommand.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { resultKey } from '../base/resultUri.ts';
import { followActiveResult } from '../documents/reading/followActiveResult.ts';
import { activeAddress, comparedAddresses } from '../documents/resultUris.ts';
import { remarksOn } from '../documents/remarks.ts';

/** Exit code in the status bar, while a result document is active. */
export class ExitCodeItem implements Disposable {
  readonly #item: StatusBarItem;
  readonly #store: ResultStore;
  readonly #subscriptions: Disposable[];
  #updates = 0;

  constructor(store: ResultStore) {
    this.#store = store;
    this.#item = createStatusItem('exitCode', l10n.t('Live Response Exit Code'), 100);
    this.#item.command = commandIds.showResultActions;
    const update = (): void => void this.#update();
    this.#subscriptions = [
      followActiveResult(store, update),
      window.onDidChangeActiveTextEditor(update),
      store.onDidForget(update),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  async #update(): Promise<void> {
    const [compared, beside] = comparedAddresses() ?? [];
    const address = activeAddress() ?? compared;
    // A failure of the store is reported when the user opens a result. Here the failure only hides the item.
    const update = ++this.#updates;
    const facts = address === undefined ? undefined : await this.#store.facts(address).catch(() => undefined);
    // Both sides of a comparison may be the same result, as with its own errors.
    const isOther = beside !== undefined && compared !== undefined && resultKey(beside) !== resultKey(compared);
    const other = isOther ? await this.#store.facts(beside).catch(() => undefined) : undefined;
    // Another document may have become active meanwhile, and its update may have finished first.
    if (update !== this.#updates) return;
    if (facts === undefined) {
      this.#item.hide();
      return;
    }
    if (other !== undefined) {
      const text = [facts, other].map((side) => `${side.name.device}: ${exitWords(side)}`).join(' ↔ ');
      showStatus(this.#item, { icon: 'diff', text, tooltip: text });
      return;
    }
    const { name } = facts;
    const text = [exitWords(facts), name.device, name.script].join(' · ');
    showStatus(this.#item, { icon: exitIcon(facts), text, tooltip: exitTooltip(facts) });
  }
}

/** Returns the icon. The icon is red only if Defender itself reports Failed. */
function exitIcon(facts: StoredFacts): string {
  if (commandOf(facts)?.commandStatus === 'Failed') return 'error';
  return { pass: 'pass', warning: 'warning', unknown: 'question' }[exitMood(facts)];
}

function exitTooltip(facts: StoredFacts): MarkdownString {
  return hoverOfLines([
    facts.opened?.kind === 'pack'
      ? `${formatBytes(facts.size)}. ${fetchedWords(facts)}`
      : l10n.t('{0}, fetched {1}', formatBytes(facts.size), formatUtc(facts.fetchedAt)),
    ...remarksOn(facts),
    l10n.t('Click for actions.'),
  ]);
}
