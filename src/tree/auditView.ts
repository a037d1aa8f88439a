import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeItem, TreeView } from 'vscode';
import type { AuditTrail } from '../actions/auditTrail.ts';
import { MOST_ROWS } from '../actions/placedRecords.ts';
import type { MachineAction } from '../defender/schema.ts';
import { noRecordSentence, trailSentence } from '../messages/auditWords.ts';
import { formatShortUtc } from '../messages/format.ts';
import { deviceOf, hostOf } from '../model/machineAction.ts';
import { commandIds } from '../platform/commandIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import { createRow } from '../platform/show/rows.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { auditViewId } from '../platform/viewIds.ts';
import { scriptOf } from './arrange.ts';
import type { RecordNode } from './nodes.ts';
import { recordItem, recordTime } from './recordItem.ts';
import { parseServerTime } from '../base/serverTime.ts';

/** Pause after a change of the list before the records are matched again, ms. */
const MATCH_MS = 1000;

type Node =
  | RecordNode
  | { readonly kind: 'lone'; readonly action: MachineAction }
  | { readonly kind: 'loadActions' }
  | { readonly kind: 'withoutRecord'; readonly actions: readonly MachineAction[] }
  | { readonly kind: 'moreRecords'; readonly count: number };

/**
 * View of what the list of actions cannot show of an audit trail: where it came from, how much has no counterpart, and
 * the records without a place in the list. It is shown only while a trail is open.
 */
export class AuditView implements Disposable, TreeDataProvider<Node> {
  readonly #trail: AuditTrail;
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<Node>;
  readonly #subscriptions: readonly { dispose: () => unknown }[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param onDidChangeActions - fires when the loaded actions change */
  constructor(trail: AuditTrail, onDidChangeActions: (listener: () => void) => { dispose: () => unknown }) {
    this.#trail = trail;
    this.#view = window.createTreeView(auditViewId, { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      trail.onDidChange(() => {
        this.#draw();
      }),
      onDidChangeActions(() => {
        if (trail.opened === undefined) return;
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          trail.refresh();
        }, MATCH_MS);
      }),
    ];
  }

  getChildren(node?: Node): Node[] {
    if (node?.kind === 'withoutRecord') return node.actions.map((action) => ({ kind: 'lone', action }));
    if (node !== undefined) return [];
    const records = this.#trail.placed?.rest ?? [];
    const { notLoaded, withoutRecord } = this.#trail.matches;
    return [
      ...(notLoaded.size === 0 ? [] : [{ kind: 'loadActions' as const }]),
      ...(withoutRecord.length === 0 ? [] : [{ kind: 'withoutRecord' as const, actions: withoutRecord }]),
      ...records
        .slice(0, MOST_ROWS)
        .map((record): Node => ({ kind: 'record', id: `${record.place} ${record.sha256}`, record })),
      ...(records.length > MOST_ROWS ? [{ kind: 'moreRecords' as const, count: records.length - MOST_ROWS }] : []),
    ];
  }

  getTreeItem(node: Node): TreeItem {
    switch (node.kind) {
      case 'record':
        return recordItem(node, this.#trail.matches, {
          below: 'nothing',
          time: recordTime(node.record, Date.now(), false),
        });
      case 'lone':
        return loneItem(node.action);
      case 'withoutRecord': {
        const label = l10n.t('Actions without a record');
        const description = node.actions.length.toString();
        const item = createRow(
          {
            label,
            description,
            tooltip: noRecordSentence(),
            spoken: `${label}: ${description}. ${noRecordSentence()}`,
          },
          TreeItemCollapsibleState.Collapsed,
        );
        item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
        item.contextValue = 'withoutRecord';
        return item;
      }
      case 'loadActions': {
        const item = createRow({
          label: l10n.t('Load the actions of these records'),
          description: l10n.t('1 call for each 1,000'),
        });
        item.iconPath = new ThemeIcon('cloud-download');
        item.contextValue = 'loadActions';
        item.command = { command: commandIds.loadAuditActions, title: l10n.t('Load Actions') };
        return item;
      }
      case 'moreRecords': {
        const item = createRow({
          label: l10n.t('Older records that are not listed: {0}. Limit the query.', node.count),
        });
        item.iconPath = new ThemeIcon('ellipsis');
        item.contextValue = 'moreRecords';
        return item;
      }
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #draw(): void {
    const { opened, placed } = this.#trail;
    setContextKey('liveResponse.auditTrail', opened === undefined ? 'none' : 'open');
    describeTreeView(this.#view, {
      message: opened === undefined || placed === undefined ? '' : trailSentence(opened, placed),
    });
    this.#changed.fire(undefined);
  }
}

function loneItem(action: MachineAction): TreeItem {
  const created = parseServerTime(action.creationDateTimeUtc);
  const time = created === undefined ? action.creationDateTimeUtc : formatShortUtc(created, Date.now());
  const words = [scriptOf(action).replaceAll('·', '‧'), time];
  const item = createRow({
    label: hostOf(action),
    description: words.join(' · '),
    tooltip: noRecordSentence(),
    spoken: [deviceOf(action), ...words, noRecordSentence()].join(', '),
  });
  item.iconPath = new ThemeIcon('run');
  item.contextValue = 'lone';
  return item;
}
