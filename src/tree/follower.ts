import { randomUUID } from 'node:crypto';
import { commands, l10n, window, workspace } from 'vscode';
import type { Disposable, TreeView } from 'vscode';
import { needsNoSignIn } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import type { ShownActions, ShownList } from '../connections/shownActions.ts';
import { systemClock } from '../base/clock.ts';
import type { MachineAction } from '../defender/schema.ts';
import { parseServerTime } from '../base/serverTime.ts';
import { commandIds } from '../platform/commandIds.ts';
import { followsActions } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { hostOf, isFinished } from '../model/machineAction.ts';
import { Poller } from '../actions/poller.ts';
import type { Followed } from '../actions/poller.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { SharedFindings } from '../actions/sharedFindings.ts';
import type { FoundAction } from '../actions/foundAction.ts';
import type { WatchedActions } from '../actions/watchedActions.ts';
import { scriptOf } from './arrange.ts';
import type { TreeNode } from './nodes.ts';
import { actionState } from './words.ts';
import { notify } from '../platform/show/notifications.ts';

export interface FollowerParts {
  readonly view: TreeView<TreeNode>;
  readonly actions: ShownActions;
  readonly watched: WatchedActions;
  readonly worker: WorkerPort<'takeLease' | 'releaseLease' | 'putFound' | 'foundAfter'>;
  /** Whether anything about results and actions may be stored. */
  readonly keeps: () => boolean;
  readonly log: Log;
}

/** Follows the unfinished actions in the view, and notifies the user once when an awaited action has ended. */
export class Follower implements Disposable {
  readonly #view: TreeView<TreeNode>;
  readonly #log: Log;
  readonly #actions: ShownActions;
  readonly #watched: WatchedActions;
  readonly #findings: SharedFindings;
  readonly #holder = randomUUID();
  readonly #poller: Poller;
  readonly #subscriptions: readonly Disposable[];

  constructor({ view, actions, watched, worker, keeps, log }: FollowerParts) {
    this.#view = view;
    this.#log = log;
    this.#findings = new SharedFindings(worker, keeps);
    this.#actions = actions;
    this.#watched = watched;
    this.#poller = new Poller({
      clock: systemClock,
      followed: () => this.#followed(),
      // If the database cannot be used, every window polls on its own.
      takeLease: (name, forMs) => worker.call('takeLease', name, this.#holder, forMs).catch(() => true),
      releaseLease: async (name) => {
        await worker.call('releaseLease', name, this.#holder).catch(() => undefined);
      },
      onFailure: (error) => {
        log.failure('following unfinished actions', error);
      },
    });
    this.#subscriptions = [
      view.onDidChangeVisibility(() => {
        this.update();
        void this.#hearOnce();
      }),
      // This window does not poll if its list has no unfinished actions. Another window may have found something new,
      // so a window that gets the focus reads the findings of other windows.
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.#hearOnce();
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('liveResponse.followActions')) this.update();
      }),
      view.onDidChangeSelection(({ selection }) => {
        for (const row of selection) this.#watchRow(row);
      }),
      view.onDidExpandElement(({ element }) => {
        this.#watchRow(element);
      }),
    ];
  }

  /** Checks again which actions to follow, after the list has changed or the view shows another list. */
  update(): void {
    this.#poller.update();
  }

  /** Shares the actions that a call of this window found with the other windows. */
  found(found: readonly FoundAction[]): void {
    const list = this.#actions.shown;
    if (list === undefined || !isShared(list.connection)) return;
    const isTold = (action: MachineAction): boolean => isFinished(action) && this.#watched.has(action.id);
    this.#findings.share(list.connection, found, isTold).catch((error: unknown) => {
      this.#log.failure('telling other windows what was found', error);
    });
  }

  /** Shows one notification for all awaited actions whose end was reported by one answer of the API. */
  ended(actions: readonly MachineAction[]): void {
    const ended = this.#watched.take(actions);
    const [first, ...more] = ended;
    const list = this.#actions.shown;
    if (first === undefined || list === undefined) return;
    const open = more.length === 0 ? l10n.t('Open Result') : l10n.t('Open Results');
    const sentence =
      more.length === 0
        ? l10n.t('{0} on {1} has ended: {2}.', scriptOf(first), hostOf(first), actionState(first))
        : l10n.t('{0} machine actions that you wait for have ended.', ended.length);
    void notify('information', sentence, open).then((answer) => {
      if (answer !== open) return;
      const ids = ended.map(({ id }) => id);
      void commands.executeCommand(commandIds.goToAction, { actionIds: ids, opens: true });
    });
  }

  dispose(): void {
    this.#poller.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #watchRow(row: TreeNode): void {
    if (row.kind !== 'action' && row.kind !== 'command') return;
    const action = this.#actions.shown?.actions.get(row.actionId);
    // Nothing happens in a pack any more.
    if (action !== undefined && this.#actions.shown?.tenant.cloud !== 'pack') this.#watched.add(action);
  }

  /** Returns the list to follow; undefined while the view is hidden, following is off or the list is not loaded. */
  #seen(): ShownList | undefined {
    const list = this.#view.visible && followsActions() ? this.#actions.shown : undefined;
    return list?.actions.state.kind === 'loaded' ? list : undefined;
  }

  async #hear({ connection, actions }: ShownList): Promise<void> {
    if (!isShared(connection)) return;
    await this.#findings.hear(connection, actions, (ids) => {
      this.#watched.forget(ids);
    });
  }

  async #hearOnce(): Promise<void> {
    const list = this.#seen();
    if (list === undefined) return;
    await this.#hear(list).catch((error: unknown) => {
      this.#log.failure('hearing what other windows found', error);
    });
  }

  #followed(): Followed | undefined {
    const list = this.#seen();
    if (list === undefined) return undefined;
    const { connection, actions } = list;
    const { unfinished } = actions;
    if (unfinished.length === 0) return undefined;
    return {
      // The lease's name contains application and tenant, because the server counts calls by application and tenant.
      name: `follow|${connection.cloud}|${connection.tenantId}|${isShared(connection) ? connection.clientId : this.#holder}`,
      created: unfinished.map((action) => parseServerTime(action.creationDateTimeUtc) ?? 0),
      poll: (signal) => actions.poll(signal),
      hear: () => this.#hear(list),
    };
  }
}

/**
 * Whether windows can share what they find. They cannot for the sample and for a pack, which each window has for itself.
 */
function isShared(connection: Connection): boolean {
  return !needsNoSignIn(connection);
}
