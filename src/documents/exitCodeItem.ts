import { l10n, MarkdownString, StatusBarAlignment, window } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { exitMood, exitWords } from '../platform/exitWords.ts';
import { formatBytes, formatLocal } from '../platform/format.ts';
import { oneLineNoIcons } from '../platform/remoteText.ts';
import { commandOf } from '../results/openedCommand.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts } from '../results/storedResult.ts';
import { activeAddress } from './resultUris.ts';
import { remarksOn } from './remarks.ts';

/** The exit code in the status bar, while a document of ours is active. */
export class ExitCodeItem implements Disposable {
  readonly #item: StatusBarItem;
  readonly #store: ResultStore;
  readonly #subscriptions: Disposable[];
  #updates = 0;

  constructor(store: ResultStore) {
    this.#store = store;
    this.#item = window.createStatusBarItem('exitCode', StatusBarAlignment.Right, 100);
    this.#item.name = l10n.t('Live Response Exit Code');
    this.#item.command = commandIds.showResultActions;
    const update = (): void => void this.#update();
    this.#subscriptions = [
      window.tabGroups.onDidChangeTabs(update),
      window.tabGroups.onDidChangeTabGroups(update),
      window.onDidChangeActiveTextEditor(update),
      store.onDidStore(update),
      store.onDidForget(update),
    ];
    // A document of ours may be what woke us.
    if (activeAddress() !== undefined) update();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  async #update(): Promise<void> {
    const address = activeAddress();
    // A store that fails is told of where something is opened; here there is only nothing to show.
    const update = ++this.#updates;
    const facts = address === undefined ? undefined : await this.#store.facts(address).catch(() => undefined);
    // Meanwhile another document may have become active, and its own update have come first.
    if (update !== this.#updates) return;
    if (facts === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = exitText(facts);
    this.#item.tooltip = exitTooltip(facts);
    this.#item.accessibilityInformation = { label: this.#item.text.replace(/^\$\(\w+\) /u, '') };
    this.#item.show();
  }
}

/** `$(pass) Exit 0 · dc1 · collect.ps1`. Red only where Defender itself says Failed. */
function exitText(facts: StoredFacts): string {
  const failed = commandOf(facts)?.commandStatus === 'Failed';
  const icons = { pass: 'pass', warning: 'warning', unknown: 'question' } as const;
  const icon = failed ? 'error' : icons[exitMood(facts)];
  const names = [facts.name.device, facts.name.script].map(oneLineNoIcons);
  return [`$(${icon}) ${exitWords(facts)}`, ...names].join(' · ');
}

function exitTooltip(facts: StoredFacts): MarkdownString {
  const markdown = new MarkdownString();
  markdown.appendText(l10n.t('{0}, fetched {1}', formatBytes(facts.size), formatLocal(facts.fetchedAt)));
  for (const remark of remarksOn(facts)) markdown.appendMarkdown('\n\n').appendText(remark);
  markdown.appendMarkdown('\n\n').appendText(l10n.t('Click for what can be done with this result.'));
  return markdown;
}
