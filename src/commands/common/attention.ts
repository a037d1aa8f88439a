import { TabInputText, TextEditorSelectionChangeKind, window } from 'vscode';

/** Watcher that knows whether the user now works in another place. */
export interface Attention {
  readonly isElsewhere: () => boolean;
  readonly dispose: () => void;
}

let opened = 0;
/** Watchers that are in use. */
const watching = new Set<{ before: string }>();

/**
 * Takes the active tab as the place where the user works, for all watchers. Called after a command has opened a text: the
 * user who clicked the next row meanwhile did not go there.
 */
export function settleAttention(): void {
  const place = activePlace();
  for (const watcher of watching) watcher.before = place;
}

/**
 * Watches where the user works, from the start of a command until its result arrives. If the user changes to another
 * tab, terminal or window, or moves a cursor, the user now works elsewhere.
 */
export function watchAttention(): Attention {
  const own = ++opened;
  const watcher = { before: activePlace() };
  watching.add(watcher);
  let moved = false;
  const leave = (): void => {
    moved = true;
  };
  const subscriptions = [
    window.onDidChangeTextEditorSelection(({ kind }) => {
      const byHand = kind === TextEditorSelectionChangeKind.Mouse || kind === TextEditorSelectionChangeKind.Keyboard;
      if (byHand) leave();
    }),
    window.onDidChangeActiveTerminal(leave),
    window.onDidChangeWindowState(({ focused }) => {
      if (!focused) leave();
    }),
  ];
  return {
    isElsewhere: () => moved || own !== opened || activePlace() !== watcher.before,
    dispose: () => {
      watching.delete(watcher);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Returns a text that identifies the active tab by its column, label and address. */
function activePlace(): string {
  const { activeTabGroup } = window.tabGroups;
  const tab = activeTabGroup.activeTab;
  const address = tab?.input instanceof TabInputText ? tab.input.uri.toString() : '';
  return `${activeTabGroup.viewColumn.toString()} ${tab?.label ?? ''} ${address}`;
}
