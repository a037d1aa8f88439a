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

/** Rows in a page where part of a filter is applied in this window. A larger page costs one call too. */
const SEARCH_SIZE = 1000;

/** Sign-ins that the user can sign out of here. The others are signed in elsewhere, or by a file. */
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
        // A filter for one tenant does not apply to another, whose devices have other ids.
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

  /** Returns the unfiltered list of a session that the view shows, or would show. */
  storeOf(session: Session): ActionStore {
    return session.actions(this.#liveResponseOnly);
  }

  /** The list in the view; undefined without a connection. */
  get shown(): ActionStore | undefined {
    return this.#tree.source?.actions;
  }

  /** Starts again with a connection, if it is the active one. */
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

  /** Applies a filter. Costs one call where the API checks part of it and that list is not loaded yet. */
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

  /**
   * The loaded actions whose rows can be shown, including those that the part of the filter applied in this window
   * hides.
   */
  get reachable(): readonly MachineAction[] {
    const isWanted = toPredicate(withoutSearch(this.#filter), () => undefined, Date.now());
    return this.shown?.actions.filter(isWanted) ?? [];
  }

  /** Selects the row of an action. If the row is hidden, only the part of the filter that the API checks is kept. */
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

  /** Runs work with the view's own progress bar. */
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
    // Rounded down to the minute, so that the same filter uses the same list during that minute.
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
    // The account is part of the title, because a view that is alone in its container shows no description.
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
    // A failure stays until the user tries again: reading the rows must not spend a call each time.
    if (actions.state.kind !== 'unknown') {
      this.#describe(actions);
      return;
    }
    setContextKey('liveResponse.list', 'loading');
    // Icons show which results are stored. A failure of the store is reported when something is opened.
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
    // Only now is it known whether the sign-in is valid and, for some ways to sign in, which account it is.
    await this.#showAccount(this.#parts.connections.active);
  }

  #filterMessage({ state, actions }: ActionStore): string {
    if (isEmptyFilter(this.#filter) || state.kind !== 'loaded') return '';
    const counts = { matching: this.#tree.shown.length, loaded: actions.length, hasMore: state.hasMore };
    return filterSentence(this.#filter, counts);
  }

  /**
   * Shows the state of the list: by the context keys that select a welcome view, and for a failure by a sentence above.
   */
  #describe(actions: ActionStore): void {
    if (this.shown !== actions) return;
    const { state } = actions;
    const signedOut = state.kind === 'failed' ? signedOutReason(state.error) : undefined;
    // A view with a message shows no welcome view, and so no button. Without a sign-in, the welcome view gives the
    // reason.
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
