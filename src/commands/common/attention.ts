import { TabInputText, TextEditorSelectionChangeKind, window } from 'vscode';

/** Tells whether the person has turned to something else since. */
export interface Attention {
  readonly isElsewhere: () => boolean;
  readonly dispose: () => void;
}

let opened = 0;

/**
 * Watches from a gesture to its answer. Another tab, a terminal, another window, or a cursor that was moved by hand
 * means that the person works elsewhere by now.
 */
export function watchAttention(): Attention {
  const own = ++opened;
  const before = activePlace();
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
    isElsewhere: () => moved || own !== opened || activePlace() !== before,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** What is in front: an editor of any kind, by its tab. */
function activePlace(): string {
  const { activeTabGroup } = window.tabGroups;
  const tab = activeTabGroup.activeTab;
  const address = tab?.input instanceof TabInputText ? tab.input.uri.toString() : '';
  return `${activeTabGroup.viewColumn.toString()} ${tab?.label ?? ''} ${address}`;
}
