import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { TreeItem } from 'vscode';
import type { AuditMatches } from '../actions/auditMatches.ts';
import { auditKindWords, isLone, matchSentence } from '../messages/auditWords.ts';
import { commandIds } from '../platform/commandIds.ts';
import { createRow } from '../platform/show/rows.ts';
import type { AuditRecord } from '../evidence/audit/auditRecords.ts';
import { scriptOf } from './arrange.ts';
import type { RecordNode } from './nodes.ts';
import { rowTime } from './words.ts';

/** Circumstances of a record's row. */
export interface RecordPlace {
  /** Row above: none, its device, or the action that it probably belongs to. */
  readonly below: 'nothing' | 'device' | 'action';
  readonly time: string;
}

/** Returns the time of a record for a row: its age, or the time in UTC. A time that cannot be read stays as written. */
export function recordTime({ at, timestamp }: AuditRecord, now: number, isAge: boolean): string {
  return at === undefined ? timestamp : rowTime(at, now, isAge);
}

/** Creates the row of a record. Its words never say more than that an action is probably its own. */
export function recordItem(node: RecordNode, matches: AuditMatches, { below, time }: RecordPlace): TreeItem {
  const { record } = node;
  const action = matches.actionOf.get(record);
  const hasNone = isLone(record, matches);
  const kind = auditKindWords(record.kind);
  const [host = ''] = record.device.split('.', 1);
  const name = host || record.deviceId.slice(0, 8) || record.actionType || '–';
  // Without the ID of a device, it stands alone also where actions are grouped by device.
  const isAlone = below === 'nothing' || (below === 'device' && record.deviceId === '');
  const label = isAlone ? name : kind;
  const words = [
    label === kind ? '' : kind,
    below === 'action' ? l10n.t('probably this action') : '',
    // The time stands before the account, because the end of a row is cut in a narrow side bar.
    time,
    action === undefined || below === 'action' ? '' : l10n.t('probably {0}', scriptOf(action)),
    hasNone ? l10n.t('no action in the list') : '',
    record.fileName,
    record.fileSha256 === '' ? '' : `SHA-256 ${record.fileSha256.slice(0, 8)}…`,
    record.who,
  ]
    .map((word) => word.replaceAll('·', '‧'))
    .filter((word) => word !== '');
  const sentence = matchSentence(record, action !== undefined, !matches.notLoaded.has(record));
  const item = createRow({
    label,
    description: words.join(' · '),
    tooltip: record.fileSha256 === '' ? sentence : `${sentence} SHA-256: ${record.fileSha256}`,
    spoken: [label, ...words, sentence].join(', '),
  });
  item.id = node.id;
  // A person sits at the console. A terminal is the icon of actions with several commands.
  item.iconPath = hasNone
    ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
    : new ThemeIcon({ console: 'account', api: 'run', file: 'file-zip', other: 'question' }[record.kind]);
  item.contextValue = record.deviceId === '' ? 'auditRecord' : 'auditRecord located';
  item.command = { command: commandIds.openAuditRecord, title: l10n.t('Open Record'), arguments: [node] };
  return item;
}
