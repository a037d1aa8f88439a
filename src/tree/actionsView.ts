import { commands, l10n, workspace } from 'vscode';
import type { Disposable, EventEmitter, TreeView } from 'vscode';
import type { ResultRef } from '../base/resultUri.ts';
import type { ActiveCase } from '../case/activeCase.ts';
import type { CaseMarks } from '../case/marks/caseMarks.ts';
import type { Connection, SignIn } from '../connections/connection.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { ShownActions, ShownList } from '../connections/shownActions.ts';
import { actionsViewId } from '../platform/viewIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import type { Log } from '../platform/log.ts';
import { noResultSentence } from '../messages/noResultWords.ts';
import { packSentence } from '../messages/pack/packWords.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import { showViewProgress } from '../platform/show/notifications.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { isEmptyFilter, toPredicate, withoutMarks } from '../actions/actionFilter.ts';
import type { MarksOf } from '../actions/actionFilter.ts';
import { resultCommands } from '../model/machineAction.ts';
import type { ActionStore } from '../actions/actionStore.ts';
import type { AuditTrail } from '../actions/auditTrail.ts';
import type { WatchedActions } from '../actions/watchedActions.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { NoResults } from '../connections/noResults.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerClient } from '../worker/workerClient.ts';
import { ActionTree } from './actionTree.ts';
import type { TreeSource } from './treeSource.ts';
import type { Grouping, Order } from './arrange.ts';
import { signedOutReason } from './failedList.ts';
import { filterSentence } from './filterWords.ts';
import { Follower } from './follower.ts';
import type { TreeNode } from './nodes.ts';
import { findRecords, followRecords } from './treeRecords.ts';

/** Interval at which times are updated while the view is visible, in milliseconds. */
const TIMES_MS = 30_000;

/**
 * Ways to sign in for which this extension can sign the user out. For the other ways, another program or a file signs
 * in.
 */
const SIGNED_OUT_OF: ReadonlySet<SignIn> = new Set(['interactive', 'deviceCode', 'clientSecret', 'accessToken']);

export interface ActionsViewParts {
  readonly view: TreeView<TreeNode>;
  readonly treeChanged: EventEmitter<TreeNode[] | undefined>;
  readonly connections: ConnectionList;
  readonly actions: ShownActions;
  readonly watched: WatchedActions;
  readonly auditTrail: AuditTrail;
  readonly signIns: SignIns;
  readonly noResults: Pick<NoResults, 'ofCommand' | 'onDidLearn'>;
  readonly store: ResultStore;
  readonly worker: WorkerClient;
  readonly activeCase: Pick<ActiveCase, 'current' | 'onDidChange'>;
  readonly marks: Pick<CaseMarks, 'isMarkable' | 'isOfPack' | 'isOpen' | 'isShown' | 'of' | 'onDidChange'>;
  readonly log: Log;
}

/** The view "Machine Actions": the tree, its title, and the context keys that select the welcome view. */
export class ActionsView implements Disposable {
  readonly #parts: ActionsViewParts;
  readonly #tree: ActionTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: Disposable[];
  readonly #timesTimer: ReturnType<typeof setInterval>;
  readonly #follower: Follower;
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
      parts.actions.onDidChange((shown) => {
        this.#show(shown);
      }),
      parts.noResults.onDidLearn((machineId) => {
        const own = this.#tree.shown.filter((action) => action.machineId === machineId);
        this.#tree.redraw(own.map(({ id }) => id));
      }),
      parts.store.onDidStore((facts) => {
        this.#tree.update([facts.ref.actionId]);
      }),
      parts.view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#tree.refreshTimes(Date.now());
      }),
      this.#view.onDidChangeSelection(({ selection }) => {
        const hasResults = selection.some((row) => this.#tree.refsOf(row).length > 0);
        setContextKey('liveResponse.selection', hasResults ? 'results' : 'none');
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('liveResponse.listTimes')) this.#tree.refreshTimes(Date.now());
      }),
      parts.activeCase.onDidChange(() => {
        this.#describeCase();
      }),
      parts.marks.onDidChange((ids) => {
        this.#followMarks(ids);
      }),
      followRecords(this.#tree, parts),
      parts.watched.onDidChange((ids) => {
        this.#tree.redraw(ids);
      }),
      parts.store.onDidForget((gone) => {
        this.#tree.update(gone.map(({ ref }) => ref.actionId));
      }),
    ];
    this.#follower = new Follower({ ...parts, keeps: () => parts.store.keeps });
    this.#timesTimer = setInterval(() => {
      if (this.#view.visible) this.#tree.refreshTimes(Date.now());
    }, TIMES_MS);
    this.#describeCase();
    if (parts.marks.isOpen) setContextKey('liveResponse.marks', 'open');
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

  /**
   * Selects the row of an action. If the filter hides the row, only the part of the filter that the API checks is kept.
   */
  async reveal(actionId: string): Promise<void> {
    if (this.#tree.nodeOf(actionId) === undefined) this.#parts.actions.dropSearch();
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
    clearInterval(this.#timesTimer);
    this.#follower.dispose();
    for (const subscription of this.#listSubscriptions) subscription.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #describeCase(): void {
    const { current } = this.#parts.activeCase;
    describeTreeView(this.#view, { description: current === undefined ? '' : l10n.t('Case {0}', current.name) });
  }

  /** @param ids - actions whose marks changed; none if a case or the marks of a pack came or went */
  #followMarks(ids: readonly string[]): void {
    const { actions, marks } = this.#parts;
    if (ids.length === 0) {
      if (actions.shown === undefined) setContextKey('liveResponse.marks', marks.isOpen ? 'open' : 'none');
      // Without marks, a filter by them would hide rows, and nothing would say which.
      else if (marks.isShown(actions.shown.tenant)) this.#show(actions.shown);
      else actions.showFiltered(withoutMarks(actions.filter));
      return;
    }
    this.#tree.update(ids);
    if (actions.list !== undefined) this.#describe(actions.list);
  }

  #show(shown: ShownList | undefined): void {
    const { connections, store } = this.#parts;
    const { liveResponseOnly, filter } = this.#parts.actions;
    const connection = shown?.connection;
    setContextKey('liveResponse.types', liveResponseOnly ? 'liveResponse' : 'all');
    setContextKey('liveResponse.filter', isEmptyFilter(filter) ? 'none' : 'some');
    setContextKey('liveResponse.connections', connections.all.length === 0 ? 'none' : 'some');
    describeTreeView(this.#view, { title: connection?.name ?? l10n.t('Machine Actions') });
    void this.#showAccount(connection);
    for (const subscription of this.#listSubscriptions) subscription.dispose();
    this.#listSubscriptions = [];
    describeTreeView(this.#view, { message: '' });
    if (shown === undefined) {
      if (connections.all.length > 0) setContextKey('liveResponse.list', 'unselected');
      this.#tree.show(undefined);
      this.#follower.update();
      return;
    }
    const { tenant, actions, now } = shown;
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
    const { marks } = this.#parts;
    setContextKey('liveResponse.marks', marks.isMarkable(tenant) ? 'open' : 'none');
    const isMarked = marks.isShown(tenant);
    const marksOf: MarksOf = (action) =>
      resultCommands(action).map(({ index }) => marks.of({ ...tenant, actionId: action.id, commandIndex: index }));
    this.#tree.show({
      connectionName: shown.connection.name,
      tenant,
      actions,
      stored: (ref) => store.known(ref),
      whyNoResult: (ref) => {
        const reasons = this.#parts.noResults.ofCommand(ref);
        // Of a result that was not fetched the row says so already.
        return reasons === undefined || reasons[0]?.code === 'notFetched'
          ? undefined
          : noResultSentence(reasons, undefined, []);
      },
      isWatched: (actionId) => this.#parts.watched.has(actionId),
      records: findRecords(this.#parts),
      ...(isMarked ? { marks: (ref: ResultRef) => marks.of(ref), marksAreFixed: marks.isOfPack(tenant) } : {}),
      ...(isEmptyFilter(filter)
        ? {}
        : { isWanted: toPredicate(filter, now, { exitCodeOf, marksOf: isMarked ? marksOf : undefined }) }),
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
    const state = this.#tree.source?.actions.state;
    const signedOut = state?.kind === 'failed' && signedOutReason(state.error) !== undefined;
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
    await this.#showOffline(source);
    this.#describe(actions);
    // Before the list is loaded, it is not known whether the sign-in is valid. For some ways to sign in, the account is
    // not known either.
    await this.#showAccount(this.#parts.connections.active);
  }

  /** Shows what is stored in place of a list that could not be loaded. */
  async #showOffline({ actions, tenant }: TreeSource): Promise<void> {
    if (actions.state.kind !== 'failed') return;
    try {
      const stored = await this.#parts.store.storedOf(tenant);
      actions.showOffline(stored.map(({ action }) => action));
    } catch (error) {
      this.#parts.log.failure('reading what is stored', error);
    }
  }

  #filterMessage({ state, actions }: ActionStore): string {
    const { filter } = this.#parts.actions;
    if (isEmptyFilter(filter) || state.kind !== 'loaded') return '';
    const counts = { matching: this.#tree.shown.length, loaded: actions.length, hasMore: state.hasMore };
    return filterSentence(filter, counts);
  }

  /**
   * Shows the state of the list. Context keys select a welcome view; after a failure, a sentence is shown above the
   * rows.
   */
  #describe(actions: ActionStore): void {
    if (this.#tree.source?.actions !== actions) return;
    const { state } = actions;
    const signedOut = state.kind === 'failed' ? signedOutReason(state.error) : undefined;
    // VS Code shows no welcome view, and so no button, in a view that has a message. If no one is signed in, there is
    // no message, because the welcome view gives the reason.
    const offline = state.kind === 'failed' ? actions.actions.length : 0;
    const told = state.kind === 'failed' && (signedOut === undefined || offline > 0);
    const message = told
      ? [
          ...(offline === 0 ? [] : [offlineWords(offline, signedOut !== undefined)]),
          describeFailure(state.error).sentence,
        ].join(' ')
      : packSentence(this.#tree.source, this.#filterMessage(actions));
    describeTreeView(this.#view, { message });
    if (signedOut !== undefined) setContextKey('liveResponse.signedOut', signedOut);
    if (state.kind === 'failed') setContextKey('liveResponse.list', told ? 'failed' : 'signedOut');
    else if (state.kind === 'loaded') {
      setContextKey('liveResponse.list', actions.actions.length === 0 ? 'empty' : 'shown');
    }
  }
}

function offlineWords(count: number, isSignedOut: boolean): string {
  if (isSignedOut) return l10n.t('Not signed in: only actions with stored results are listed ({0}).', count);
  return count === 1
    ? l10n.t('Offline: the only action with a stored result.')
    : l10n.t('Offline: the {0} actions with stored results.', count);
}
