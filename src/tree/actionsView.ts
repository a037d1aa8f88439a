import { commands, l10n } from 'vscode';
import type { Disposable, EventEmitter, TreeView } from 'vscode';
import type { Connection, SignIn } from '../connections/connection.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { Session, Sessions } from '../connections/sessions.ts';
import { actionsViewId } from '../platform/viewIds.ts';
import type { MachineAction } from '../defender/schema.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import type { Log } from '../platform/log.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import { showViewProgress } from '../platform/show/notifications.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { conditionsOf, isEmptyFilter, searchedHere, toPredicate, without } from '../actions/actionFilter.ts';
import type { ActionFilter } from '../actions/actionFilter.ts';
import { PAGE_SIZE } from '../actions/actionStore.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerClient } from '../worker/workerClient.ts';
import { ActionTree } from './actionTree.ts';
import type { TreeSource } from './treeSource.ts';
import type { Grouping, Order } from './arrange.ts';
import { signedOutReason } from './failedList.ts';
import { filterSentence } from './filterWords.ts';
import { Follower } from './follower.ts';
import type { TreeNode } from './nodes.ts';

/** Interval at which ages are updated while the view is visible, in milliseconds. */
const AGE_MS = 30_000;

const MINUTE_MS = 60_000;

/** Number of rows in a page if this window applies part of the filter. One call fetches a page of any size. */
const SEARCH_SIZE = 1000;

/**
 * Ways to sign in for which this extension can sign the user out. For the other ways, another program or a file signs
 * in.
 */
const SIGNED_OUT_OF: ReadonlySet<SignIn> = new Set(['interactive', 'deviceCode', 'clientSecret', 'accessToken']);

export interface ActionsViewParts {
  readonly view: TreeView<TreeNode>;
  readonly treeChanged: EventEmitter<TreeNode[] | undefined>;
  readonly connections: ConnectionList;
  readonly sessions: Sessions;
  readonly signIns: SignIns;
  readonly store: ResultStore;
  readonly worker: WorkerClient;
  readonly log: Log;
}

/** The view "Machine Actions": the tree, its title, and the context keys that select the welcome view. */
export class ActionsView implements Disposable {
  readonly #parts: ActionsViewParts;
  readonly #tree: ActionTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: Disposable[];
  readonly #ageTimer: ReturnType<typeof setInterval>;
  readonly #follower: Follower;
  #liveResponseOnly = true;
  #filter: ActionFilter = {};
  #listSubscriptions: readonly { dispose: () => unknown }[] = [];

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
        const name = parts.connections.active?.name;
        // A filter for one tenant does not apply to another tenant, because devices have other ids there.
        if (this.#tree.source !== undefined && this.#tree.source.connectionName !== name) this.showFiltered({});
        else this.#showActive();
      }),
      parts.store.onDidStore((facts) => {
        this.#tree.update([facts.ref.actionId]);
      }),
      parts.view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#tree.refreshAges(Date.now());
      }),
      this.#view.onDidChangeSelection(({ selection }) => {
        const hasResults = selection.some((row) => this.#tree.refsOf(row).length > 0);
        setContextKey('liveResponse.selection', hasResults ? 'results' : 'none');
      }),
      parts.store.onDidForget((gone) => {
        this.#tree.update(gone.map(({ ref }) => ref.actionId));
      }),
    ];
    this.#follower = new Follower(
      parts.view,
      parts.worker,
      () => parts.store.keeps,
      parts.log,
      () => {
        const { active } = parts.connections;
        return active === undefined || this.shown === undefined
          ? undefined
          : { connection: active, actions: this.shown };
      },
    );
    this.#ageTimer = setInterval(() => {
      if (this.#view.visible) this.#tree.refreshAges(Date.now());
    }, AGE_MS);
    setContextKey('liveResponse.grouping', 'action');
    setContextKey('liveResponse.types', 'liveResponse');
    setContextKey('liveResponse.filter', 'none');
  }

  get tree(): ActionTree {
    return this.#tree;
  }

  get selection(): readonly TreeNode[] {
    return this.#view.selection;
  }

  /** Returns a session's list without a filter, for the types of action that the view shows. */
  storeOf(session: Session): ActionStore {
    return session.actions(this.#liveResponseOnly);
  }

  /** The list in the view; undefined without a connection. */
  get shown(): ActionStore | undefined {
    return this.#tree.source?.actions;
  }

  /** Loads the view again if this connection is the active connection. */
  reload(connection: Connection): void {
    if (this.#parts.connections.active === connection) this.#showActive();
  }

  showTypes(liveResponseOnly: boolean): void {
    this.#liveResponseOnly = liveResponseOnly;
    setContextKey('liveResponse.types', liveResponseOnly ? 'liveResponse' : 'all');
    this.#showActive();
  }

  get filter(): ActionFilter {
    return this.#filter;
  }

  /** Applies a filter. Costs one call if the API checks part of the filter and the matching list is not loaded yet. */
  showFiltered(filter: ActionFilter): void {
    this.#filter = filter;
    setContextKey('liveResponse.filter', isEmptyFilter(filter) ? 'none' : 'some');
    this.#showActive();
  }

  /** Number of rows in the next page. */
  get pageSize(): number {
    return searchedHere(this.#filter).length === 0 ? PAGE_SIZE : SEARCH_SIZE;
  }

  get follower(): Follower {
    return this.#follower;
  }

  /** The loaded actions that can be shown as rows. The part of the filter that this window applies is ignored. */
  get reachable(): readonly MachineAction[] {
    const isWanted = toPredicate(withoutSearch(this.#filter), () => undefined, Date.now());
    return this.shown?.actions.filter(isWanted) ?? [];
  }

  /**
   * Selects the row of an action. If the filter hides the row, only the part of the filter that the API checks is kept.
   */
  async reveal(actionId: string): Promise<void> {
    if (this.#tree.nodeOf(actionId) === undefined) this.showFiltered(withoutSearch(this.#filter));
    const node = this.#tree.nodeOf(actionId);
    if (node !== undefined) await this.#view.reveal(node, { select: true, focus: true });
  }

  sortBy(order: Order): void {
    this.#tree.sortBy(order);
  }

  groupBy(grouping: Grouping): void {
    setContextKey('liveResponse.grouping', grouping);
    this.#tree.groupBy(grouping);
  }

  /** Shows the view if it is hidden. The focus does not move. */
  async bringUp(): Promise<void> {
    if (!this.#view.visible) await commands.executeCommand(`${actionsViewId}.focus`, { preserveFocus: true });
  }

  /** Runs work and shows its progress in the view's own progress bar. */
  async withProgress(work: () => Promise<void>): Promise<void> {
    await showViewProgress(actionsViewId, work);
  }

  dispose(): void {
    clearInterval(this.#ageTimer);
    this.#follower.dispose();
    for (const subscription of this.#listSubscriptions) subscription.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #showActive(): void {
    const { connections, sessions, store } = this.#parts;
    const connection = connections.active;
    setContextKey('liveResponse.connections', connections.all.length === 0 ? 'none' : 'some');
    describeTreeView(this.#view, { title: connection?.name ?? l10n.t('Machine Actions') });
    void this.#showAccount(connection);
    for (const subscription of this.#listSubscriptions) subscription.dispose();
    this.#listSubscriptions = [];
    describeTreeView(this.#view, { message: '' });
    if (connection === undefined) {
      if (connections.all.length > 0) setContextKey('liveResponse.list', 'unselected');
      this.#tree.show(undefined);
      this.#follower.update();
      return;
    }
    // The time is rounded down to the minute, so that the same filter uses the same list during that minute.
    const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const tenant = { cloud: connection.cloud, tenantId: connection.tenantId };
    const actions = sessions.of(connection).actions(this.#liveResponseOnly, conditionsOf(this.#filter, now));
    this.#listSubscriptions = [
      actions.onDidChange((change) => {
        this.#tree.update(change === 'list' ? [] : change.ids);
        this.#describe(actions);
        this.#follower.update();
      }),
      actions.onDidEnd((ended) => {
        this.#follower.ended(ended);
      }),
      actions.onDidFind((found) => {
        this.#follower.found(found);
      }),
    ];
    const exitCodeOf = (action: { readonly id: string }, commandIndex: number): number | undefined =>
      store.known({ ...tenant, actionId: action.id, commandIndex })?.transcript?.exitCode;
    this.#tree.show({
      connectionName: connection.name,
      tenant,
      actions,
      stored: (ref) => store.known(ref),
      ...(isEmptyFilter(this.#filter) ? {} : { isWanted: toPredicate(this.#filter, exitCodeOf, now) }),
    });
    if (actions.state.kind !== 'unknown') this.#describe(actions);
    this.#follower.update();
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
    // The title contains the account, because VS Code shows no description for the only view of a container.
    const signedOut = this.shown?.state.kind === 'failed' && signedOutReason(this.shown.state.error) !== undefined;
    if (connection !== undefined) {
      const title = account === undefined || signedOut ? connection.name : `${connection.name} · ${account}`;
      describeTreeView(this.#view, { title });
    }
    if (connection === undefined || !SIGNED_OUT_OF.has(connection.signIn))
      setContextKey('liveResponse.signedIn', 'unneeded');
    else setContextKey('liveResponse.signedIn', account === undefined || signedOut ? 'no' : 'yes');
  }

  async #load(source: TreeSource): Promise<void> {
    const { actions, tenant } = source;
    // A failed list is not loaded again until the user tries again. Otherwise each reading of the rows would spend a
    // call.
    if (actions.state.kind !== 'unknown') {
      this.#describe(actions);
      return;
    }
    setContextKey('liveResponse.list', 'loading');
    // The icons of rows show which results are stored. A failure of the store is reported when the user opens a result.
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
    // Before the list is loaded, it is not known whether the sign-in is valid. For some ways to sign in, the account is
    // not known either.
    await this.#showAccount(this.#parts.connections.active);
  }

  #filterMessage({ state, actions }: ActionStore): string {
    if (isEmptyFilter(this.#filter) || state.kind !== 'loaded') return '';
    const counts = { matching: this.#tree.shown.length, loaded: actions.length, hasMore: state.hasMore };
    return filterSentence(this.#filter, counts);
  }

  /**
   * Shows the state of the list. Context keys select a welcome view; after a failure, a sentence is shown above the
   * rows.
   */
  #describe(actions: ActionStore): void {
    if (this.shown !== actions) return;
    const { state } = actions;
    const signedOut = state.kind === 'failed' ? signedOutReason(state.error) : undefined;
    // VS Code shows no welcome view, and so no button, in a view that has a message. If no one is signed in, there is
    // no message, because the welcome view gives the reason.
    const told = state.kind === 'failed' && signedOut === undefined;
    const message = told ? describeFailure(state.error).sentence : this.#filterMessage(actions);
    describeTreeView(this.#view, { message });
    if (signedOut !== undefined) setContextKey('liveResponse.signedOut', signedOut);
    if (state.kind === 'failed') setContextKey('liveResponse.list', told ? 'failed' : 'signedOut');
    else if (state.kind === 'loaded') {
      setContextKey('liveResponse.list', actions.actions.length === 0 ? 'empty' : 'shown');
    }
  }
}

/** Returns the part of a filter that the API checks. */
function withoutSearch(filter: ActionFilter): ActionFilter {
  return searchedHere(filter).reduce(without, filter);
}
