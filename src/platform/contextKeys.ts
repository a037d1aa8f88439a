import { commands } from 'vscode';

/**
 * Context keys of this extension, with their values. A test compares this list with the `when` clauses of package.json.
 */
export interface ContextKeys {
  /**
   * Whether any connection exists. Undefined until the connections are read, so that no wrong welcome view appears for
   * a moment.
   */
  readonly 'liveResponse.connections': 'none' | 'some';
  /** State of the list in the view. */
  readonly 'liveResponse.list': 'loading' | 'empty' | 'shown' | 'failed' | 'signedOut' | 'unselected';
  /** Reason why no one is signed in. It decides which welcome view is shown. */
  readonly 'liveResponse.signedOut':
    'noAccount' | 'secretsLost' | 'sessionEnded' | 'moreWanted' | 'noSecret' | 'noToken' | 'expired' | 'rejected';
  /** Whether someone is signed in to the active connection. */
  readonly 'liveResponse.signedIn': 'yes' | 'no' | 'unneeded';
  /** Whether a row with a result is selected. The command palette then offers the commands that work on a result. */
  readonly 'liveResponse.selection': 'results' | 'none';
  readonly 'liveResponse.grouping': 'action' | 'device' | 'run' | 'day';
  /** Whether this window fetches a run, and whether fetching is paused or was interrupted. */
  readonly 'liveResponse.run': 'none' | 'running' | 'paused';
  /** Whether a filter hides rows of the view. */
  readonly 'liveResponse.filter': 'none' | 'some';
  readonly 'liveResponse.types': 'liveResponse' | 'all';
  /** State of the last search in stored results. The view of hits is shown only after a search was started. */
  readonly 'liveResponse.search': 'none' | 'running' | 'ended' | 'listed';
  /** Whether an audit trail is open. Its view is shown only then. */
  readonly 'liveResponse.auditTrail': 'none' | 'open';
  /** Set if an administrator does not allow to fetch an audit trail, or to make packs. Their menu entries are hidden. */
  readonly 'liveResponse.auditFetch': 'forbidden';
  readonly 'liveResponse.packs': 'forbidden';
  /** Whether results can be marked, because a case is open. */
  readonly 'liveResponse.marks': 'none' | 'open';
  /** Part of a text that the active document shows. `none`: the text is not divided into parts. */
  readonly 'liveResponse.part': 'none' | 'first' | 'middle' | 'last' | 'whole';
  /** Whether the active result document has no text, or only text that the script did not write. */
  readonly 'liveResponse.empty': 'yes' | 'no';
  /** Whether the script of the active result document wrote to its error stream. */
  readonly 'liveResponse.errors': 'yes' | 'no';
  /**
   * Whether a result was opened, and whether a result was quoted, in this window. Completes steps of the walkthrough.
   */
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
