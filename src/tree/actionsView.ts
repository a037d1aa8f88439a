import { commands, l10n } from 'vscode';
import type { Disposable, EventEmitter, TreeView } from 'vscode';
import type { Connection, SignIn } from '../connections/connection.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { Session, Sessions } from '../connections/sessions.ts';
import { actionsViewId } from '../platform/commandIds.ts';
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
import { ActionTree } from './actionTree.ts';
import type { TreeSource } from './treeSource.ts';
import type { Grouping, Order } from './arrange.ts';
import { signedOutReason } from './failedList.ts';
import { filterSentence } from './filterWords.ts';
import { Follower } from './follower.ts';
import type { TreeNode } from './nodes.ts';

/** How often ages are brought up to date while someone may be looking, ms. */
const AGE_MS = 30_000;

const MINUTE_MS = 60_000;

/** Rows that are taken at a time where the rest of a filter is looked for here: a call costs the same. */
const SEARCH_SIZE = 1000;

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
        // What was looked for in one tenant says nothing about another: its devices have other ids.
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
    this.#follower = new Follower(parts.view, parts.store, parts.log, () => {
      const { active } = parts.connections;
      return active === undefined || this.shown === undefined ? undefined : { connection: active, actions: this.shown };
    });
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

  get filter(): ActionFilter {
    return this.#filter;
  }

  /** Shows what a filter wants: at the price of one call where the API checks some of it, and the list is not here. */
  showFiltered(filter: ActionFilter): void {
    this.#filter = filter;
    setContextKey('liveResponse.filter', isEmptyFilter(filter) ? 'none' : 'some');
    this.#showActive();
  }

  /** Rows that a further page brings. */
  get pageSize(): number {
    return searchedHere(this.#filter).length === 0 ? PAGE_SIZE : SEARCH_SIZE;
  }

  get follower(): Follower {
    return this.#follower;
  }

  /** The loaded actions whose rows can be shown: those that the part of the filter which is checked here hides, too. */
  get reachable(): readonly MachineAction[] {
    const isWanted = toPredicate(withoutSearch(this.#filter), () => undefined, Date.now());
    return this.shown?.actions.filter(isWanted) ?? [];
  }

  /** Selects the row of an action. Where it is hidden, the filter keeps only what the API checks. */
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

  /** Brings the view up where it is hidden; the focus stays where it is. */
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
    // To the minute: the same filter is the same list for as long.
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
    // Part of the title: a view that is alone in its container shows no description.
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

  #filterMessage({ state, actions }: ActionStore): string {
    if (isEmptyFilter(this.#filter) || state.kind !== 'loaded') return '';
    const counts = { matching: this.#tree.shown.length, loaded: actions.length, hasMore: state.hasMore };
    return filterSentence(this.#filter, counts);
  }

  /** Tells what the list has come to: by the keys that choose a welcome, and for a failure by a sentence above. */
  #describe(actions: ActionStore): void {
    if (this.shown !== actions) return;
    const { state } = actions;
    const signedOut = state.kind === 'failed' ? signedOutReason(state.error) : undefined;
    // A view with a message shows no welcome, and so no button: there the welcome says why.
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

/** What of a filter the API checks. */
function withoutSearch(filter: ActionFilter): ActionFilter {
  return searchedHere(filter).reduce(without, filter);
}
