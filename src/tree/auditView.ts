import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeItem, TreeView } from 'vscode';
import type { AuditMatches } from '../actions/auditMatches.ts';
import type { AuditTrail } from '../actions/auditTrail.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { auditKindWords, isLone, matchSentence, noRecordSentence, trailSentence } from '../messages/auditWords.ts';
import { formatShortUtc } from '../messages/format.ts';
import { deviceOf, hostOf } from '../model/machineAction.ts';
import { commandIds } from '../platform/commandIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import { createRow } from '../platform/show/rows.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { auditViewId } from '../platform/viewIds.ts';
import { scriptOf } from './arrange.ts';
import { parseServerTime } from '../base/serverTime.ts';

/** Largest number of rows. Nobody reads more; the page of a search in the portal is shorter. */
const MOST_ROWS = 2000;
/** Pause after a change of the list before the records are matched again, ms. */
const MATCH_MS = 1000;

/** Row of a record. */
export interface AuditNode {
  readonly kind: 'record';
  readonly record: AuditRecord;
}

type Node =
  | AuditNode
  | { readonly kind: 'lone'; readonly action: MachineAction }
  | { readonly kind: 'loadActions' }
  | { readonly kind: 'withoutRecord'; readonly actions: readonly MachineAction[] }
  | { readonly kind: 'moreRecords'; readonly count: number };

/** Whether the argument of a command is a row of this view. */
export function isAuditNode(value: unknown): value is AuditNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'record' && 'record' in value;
}

/** View of an audit trail that was opened from an export. It is shown only while one is open. */
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
    const records = this.#trail.opened?.records ?? [];
    const sorted = records.toSorted((one, other) => (other.at ?? 0) - (one.at ?? 0));
    const { notLoaded, withoutRecord } = this.#trail.matches;
    return [
      ...(notLoaded.size === 0 ? [] : [{ kind: 'loadActions' as const }]),
      ...(withoutRecord.length === 0 ? [] : [{ kind: 'withoutRecord' as const, actions: withoutRecord }]),
      ...sorted.slice(0, MOST_ROWS).map((record): Node => ({ kind: 'record', record })),
      ...(sorted.length > MOST_ROWS ? [{ kind: 'moreRecords' as const, count: sorted.length - MOST_ROWS }] : []),
    ];
  }

  getTreeItem(node: Node): TreeItem {
    switch (node.kind) {
      case 'record':
        return recordItem(node, this.#trail.matches);
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
    const { opened, matches } = this.#trail;
    setContextKey('liveResponse.auditTrail', opened === undefined ? 'none' : 'open');
    describeTreeView(this.#view, { message: opened === undefined ? '' : trailSentence(opened, matches) });
    this.#changed.fire(undefined);
  }
}

function recordItem(node: AuditNode, matches: AuditMatches): TreeItem {
  const { record } = node;
  const action = matches.actionOf.get(record);
  const hasNone = isLone(record, matches);
  const kind = auditKindWords(record.kind);
  const match =
    action !== undefined
      ? l10n.t('probably {0}', scriptOf(action))
      : hasNone
        ? l10n.t('no action in the list')
        : record.kind === 'file'
          ? record.fileName
          : '';
  const time = record.at === undefined ? record.timestamp : formatShortUtc(record.at, Date.now());
  // The time stands before the account, because the end of a row is cut in a narrow side bar.
  const words = [kind, time, match, record.who].map((word) => word.replaceAll('·', '‧')).filter((word) => word !== '');
  const [host = ''] = record.device.split('.', 1);
  const label = host || record.deviceId.slice(0, 8) || record.actionType || '–';
  const sentence = matchSentence(record, action !== undefined, !matches.notLoaded.has(record));
  const item = createRow({
    label,
    description: words.join(' · '),
    tooltip: sentence,
    spoken: [label, ...words, sentence].join(', '),
  });
  item.iconPath = hasNone
    ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
    : new ThemeIcon({ console: 'terminal', api: 'run', file: 'file-zip', other: 'question' }[record.kind]);
  item.contextValue = 'auditRecord';
  item.command = { command: commandIds.openAuditRecord, title: l10n.t('Open Record'), arguments: [node] };
  return item;
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
