import { commands } from 'vscode';

/**
 * Context keys of this extension, with their values. A test compares this list with the `when` clauses of package.json.
 */
export interface ContextKeys {
  /** Whether there is any connection. Undefined until that is known, so that no welcome view appears for a moment. */
  readonly 'liveResponse.connections': 'none' | 'some';
  /** State of the list in the view. */
  readonly 'liveResponse.list': 'loading' | 'empty' | 'shown' | 'failed' | 'signedOut' | 'unselected';
  /** Reason why no one is signed in. Selects the welcome view. */
  readonly 'liveResponse.signedOut':
    'noAccount' | 'secretsLost' | 'sessionEnded' | 'moreWanted' | 'noSecret' | 'noToken' | 'expired' | 'rejected';
  /** Whether someone is signed in to the active connection. */
  readonly 'liveResponse.signedIn': 'yes' | 'no' | 'unneeded';
  /** Whether a row with a result is selected. The command palette then offers the commands that work on a result. */
  readonly 'liveResponse.selection': 'results' | 'none';
  readonly 'liveResponse.grouping': 'action' | 'device' | 'run' | 'day';
  /** Whether a filter hides rows of the view. */
  readonly 'liveResponse.filter': 'none' | 'some';
  readonly 'liveResponse.types': 'liveResponse' | 'all';
  /** Whether a search in stored results was started. Its view is shown only then. */
  readonly 'liveResponse.search': 'none' | 'running' | 'ended';
  /** Part of its text that the active document shows; `none` where it shows all of it. */
  readonly 'liveResponse.part': 'none' | 'first' | 'middle' | 'last' | 'whole';
  /** Whether the active result document is empty, or as good as empty. */
  readonly 'liveResponse.empty': 'yes' | 'no';
  /** Whether a result was opened, and whether one was quoted, in this window. Ticks steps of the walkthrough. */
  readonly 'liveResponse.opened': 'yes';
  readonly 'liveResponse.quoted': 'yes';
  /** Whether the action of the active document has another command with a script result. */
  readonly 'liveResponse.commands': 'one' | 'several';
}

const current = new Map<keyof ContextKeys, string>();

/** Sets a context key, if its value has changed. */
export function setContextKey<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
