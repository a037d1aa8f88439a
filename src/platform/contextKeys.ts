import { commands } from 'vscode';

/** Every context key of ours with its values. A test holds this against the `when` clauses of package.json. */
export interface ContextKeys {
  /** Whether there is any connection; undefined until that is known, so that no welcome flashes up. */
  readonly 'liveResponse.connections': 'none' | 'some';
  /** What the view shows. */
  readonly 'liveResponse.list': 'loading' | 'empty' | 'shown' | 'failed' | 'signedOut' | 'unselected';
  /** Why nobody is: the welcome says it. */
  readonly 'liveResponse.signedOut':
    'noAccount' | 'secretsLost' | 'sessionEnded' | 'moreWanted' | 'noSecret' | 'noToken' | 'expired' | 'rejected';
  /** Whether someone is signed in to the active connection. */
  readonly 'liveResponse.signedIn': 'yes' | 'no' | 'unneeded';
  /** Whether a row with a result is selected: the palette then offers what works on one. */
  readonly 'liveResponse.selection': 'results' | 'none';
  readonly 'liveResponse.grouping': 'action' | 'device' | 'run' | 'day';
  /** Whether the view leaves out what a filter does not want. */
  readonly 'liveResponse.filter': 'none' | 'some';
  readonly 'liveResponse.types': 'liveResponse' | 'all';
  /** Whether there was a search over stored results: its view is there only then. */
  readonly 'liveResponse.search': 'none' | 'running' | 'ended';
  /** Which part of its text the active document shows; `none` where it shows all of it. */
  readonly 'liveResponse.part': 'none' | 'first' | 'middle' | 'last' | 'whole';
  /** Whether the active document of ours is empty, or as good as. */
  readonly 'liveResponse.empty': 'yes' | 'no';
  /** Whether its action has another command with a result of a script. */
  readonly 'liveResponse.commands': 'one' | 'several';
}

const current = new Map<keyof ContextKeys, string>();

/** Sets a context key, where that changes anything. */
export function setContextKey<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
