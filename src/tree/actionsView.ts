import { commands, l10n, window } from 'vscode';
import type { Disposable, EventEmitter, TreeView } from 'vscode';
import type { Connection, SignIn } from '../connections/connection.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { Session, Sessions } from '../connections/sessions.ts';
import { actionsViewId } from '../platform/commandIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import type { Log } from '../platform/log.ts';
import { describeFailure } from '../platform/messages.ts';
import type { ActionStore } from '../results/actionStore.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { ActionTree } from './actionTree.ts';
import type { Grouping, TreeSource } from './actionTree.ts';
import { signedOutReason } from './failedList.ts';
import type { TreeNode } from './nodes.ts';

/** How often ages are brought up to date while someone may be looking, ms. */
const AGE_MS = 30_000;

/** Ways to sign in that can be signed out of here: the others are signed in elsewhere, or by a file. */
const SIGNED_OUT_OF: ReadonlySet<SignIn> = new Set(['interactive', 'deviceCode', 'clientSecret', 'accessToken']);

export interface ActionsViewParts {
  readonly view: TreeView<TreeNode>;
  readonly treeChanged: EventEmitter<TreeNode[] | undefined>;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  readonly signIns: SignIns;
  readonly store: ResultStore;
  readonly log: Log;
}

/** The view "Machine Actions": the tree, its title, and the context keys that choose what an empty one says. */
export class ActionsView implements Disposable {
  readonly #parts: ActionsViewParts;
  readonly #tree: ActionTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: Disposable[];
  readonly #ageTimer: ReturnType<typeof setInterval>;
  #liveResponseOnly = true;
  #listSubscription: Disposable | undefined;

  constructor(parts: ActionsViewParts) {
    this.#parts = parts;
    this.#view = parts.view;
    this.#tree = new ActionTree(
      parts.treeChanged,
      (source) => this.#load(source),
      () => parts.connections.load(),
    );
    this.#subscriptions = [
      parts.connections.onDidChange(() => {
        this.#showActive();
      }),
      parts.store.onDidStore((facts) => {
        this.#tree.refreshAction(facts.ref.actionId);
      }),
      this.#view.onDidChangeSelection(({ selection }) => {
        const hasResults = selection.some((row) => this.#tree.refsOf(row).length > 0);
        setContextKey('liveResponse.selection', hasResults ? 'results' : 'none');
      }),
      parts.store.onDidForget((gone) => {
        for (const { ref } of gone) this.#tree.refreshAction(ref.actionId);
      }),
    ];
    this.#ageTimer = setInterval(() => {
      if (this.#view.visible) this.#tree.refreshAges(Date.now());
    }, AGE_MS);
    setContextKey('liveResponse.grouping', 'action');
    setContextKey('liveResponse.types', 'liveResponse');
  }

  get tree(): ActionTree {
    return this.#tree;
  }

  get selection(): readonly TreeNode[] {
    return this.#view.selection;
  }

  /** The list of a session that the view shows, or would show. */
  storeOf(session: Session): ActionStore {
    return session.actions(this.#liveResponseOnly);
  }

  /** The list in the view; undefined without a connection. */
  get shown(): ActionStore | undefined {
    return this.#tree.source?.actions;
  }

  /** Begins anew with a connection, where it is the one that is shown. */
  reload(connection: Connection): void {
    if (this.#parts.connections.active === connection) this.#showActive();
  }

  showTypes(liveResponseOnly: boolean): void {
    this.#liveResponseOnly = liveResponseOnly;
    setContextKey('liveResponse.types', liveResponseOnly ? 'liveResponse' : 'all');
    this.#showActive();
  }

  groupBy(grouping: Grouping): void {
    setContextKey('liveResponse.grouping', grouping);
    this.#tree.groupBy(grouping);
  }

  /** Brings the view up where it is hidden; the focus stays where it is. */
  async reveal(): Promise<void> {
    if (!this.#view.visible) await commands.executeCommand(`${actionsViewId}.focus`, { preserveFocus: true });
  }

  /** Runs work with the view's own progress bar. */
  async withProgress(work: () => Promise<void>): Promise<void> {
    await window.withProgress({ location: { viewId: actionsViewId } }, work);
  }

  dispose(): void {
    clearInterval(this.#ageTimer);
    this.#listSubscription?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #showActive(): void {
    const { connections, sessions, store } = this.#parts;
    const connection = connections.active;
    setContextKey('liveResponse.connections', connections.all.length === 0 ? 'none' : 'some');
    this.#view.title = connection?.name ?? l10n.t('Machine Actions');
    void this.#showAccount(connection);
    this.#listSubscription?.dispose();
    this.#view.message = '';
    if (connection === undefined) {
      this.#tree.show(undefined);
      return;
    }
    const actions = this.storeOf(sessions.of(connection));
    this.#listSubscription = actions.onDidChange((change) => {
      if (this.shown !== actions) return;
      this.#describe(actions);
      if (change === 'list') this.#tree.refresh();
      else this.#tree.refresh(change.ids);
    });
    this.#tree.show({
      connectionName: connection.name,
      tenant: { cloud: connection.cloud, tenantId: connection.tenantId },
      actions,
      stored: (ref) => store.known(ref),
    });
  }

  async #showAccount(connection: Connection | undefined): Promise<void> {
    const { connections, signIns, log } = this.#parts;
    let account: string | undefined;
    try {
      account = connection === undefined ? undefined : await signIns.account(connection);
    } catch (error) {
      log.failure('reading who is signed in', error);
    }
    if (connections.active !== connection) return;
    // Part of the title: a view that is alone in its container shows no description.
    const signedOut = this.shown?.state.kind === 'failed' && signedOutReason(this.shown.state.error) !== undefined;
    if (connection !== undefined) {
      this.#view.title = account === undefined || signedOut ? connection.name : `${connection.name} · ${account}`;
    }
    if (connection === undefined || !SIGNED_OUT_OF.has(connection.signIn))
      setContextKey('liveResponse.signedIn', 'unneeded');
    else setContextKey('liveResponse.signedIn', account === undefined || signedOut ? 'no' : 'yes');
  }

  async #load(source: TreeSource): Promise<void> {
    const { actions, tenant } = source;
    // A failure stays until the person tries again: reading the rows must not spend a call each time.
    if (actions.state.kind !== 'unknown') {
      this.#describe(actions);
      return;
    }
    setContextKey('liveResponse.list', 'loading');
    // Icons say what is stored; a store that fails is told of where something is opened.
    const learned = this.#parts.store.learn(tenant).catch((error: unknown) => {
      this.#parts.log.failure('reading what is stored', error);
    });
    try {
      await actions.ensureLoaded(new AbortController().signal);
    } catch (error) {
      this.#parts.log.failure('loading machine actions', error);
    }
    await learned;
    this.#describe(actions);
    // Only now is it known whether the sign-in holds, and of some who it is.
    await this.#showAccount(this.#parts.connections.active);
  }

  /** Tells what the list has come to: by the keys that choose a welcome, and for a failure by a sentence above. */
  #describe(actions: ActionStore): void {
    const { state } = actions;
    const signedOut = state.kind === 'failed' ? signedOutReason(state.error) : undefined;
    // A view with a message shows no welcome, and so no button: there the welcome says why.
    const told = state.kind === 'failed' && signedOut === undefined;
    this.#view.message = told ? describeFailure(state.error).sentence : '';
    if (signedOut !== undefined) setContextKey('liveResponse.signedOut', signedOut);
    if (state.kind === 'failed') setContextKey('liveResponse.list', told ? 'failed' : 'signedOut');
    else if (state.kind === 'loaded') {
      setContextKey('liveResponse.list', actions.actions.length === 0 ? 'empty' : 'shown');
    }
  }
}
