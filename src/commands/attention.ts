import { TextEditorSelectionChangeKind, window } from 'vscode';

/** Tells whether the person has turned to something else since. */
export interface Attention {
  readonly isElsewhere: () => boolean;
  readonly dispose: () => void;
}

let opened = 0;

/**
 * Watches from a gesture to its answer. Another editor that became active, or a cursor that was moved by hand, means
 * that the person works elsewhere by now.
 */
export function watchAttention(): Attention {
  const own = ++opened;
  const before = window.activeTextEditor?.document.uri.toString();
  let moved = false;
  const subscription = window.onDidChangeTextEditorSelection((change) => {
    const byHand =
      change.kind === TextEditorSelectionChangeKind.Mouse || change.kind === TextEditorSelectionChangeKind.Keyboard;
    if (byHand) moved = true;
  });
  return {
    isElsewhere: () => moved || own !== opened || window.activeTextEditor?.document.uri.toString() !== before,
    dispose: () => {
      subscription.dispose();
    },
  };
}
