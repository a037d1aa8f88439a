import { l10n } from 'vscode';
import type { OpenedTrail, RecordId } from '../../actions/auditTrail.ts';
import type { AuditMatches } from '../../actions/auditMatches.ts';
import type { AuditRecord } from '../../evidence/audit/auditRecords.ts';
import { auditKindWords, matchSentence } from '../../messages/auditWords.ts';
import { formatUtc } from '../../messages/format.ts';
import { deviceOf, findCommand, subjectOf } from '../../model/machineAction.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { LinkedText } from '../linkedText.ts';

/** Longest record that is shown, in UTF-16 units. A copy as note holds all of it. */
const LONGEST_RAW = 20_000;

/** Builds the page about a record of the audit trail: what it says, the action that it probably belongs to, and all of it. */
export function buildAudit(trail: OpenedTrail, record: AuditRecord, { actionOf, notLoaded }: AuditMatches): LinkedText {
  const action = actionOf.get(record);
  const text = new LinkedText();
  text
    .remote([auditKindWords(record.kind), record.device || record.deviceId].filter(Boolean).join(' · '))
    .end()
    .end();
  text.add(matchSentence(record, action !== undefined, !notLoaded.has(record))).end();
  if (action !== undefined) {
    const command = findCommand(action, 0) ?? action.commands[0];
    const target = { tenant: trail.tenant?.tenantId, actionId: action.id, commandIndex: command?.index ?? 0 };
    text.add('  ').link(action.id, commandIds.openResult, target);
    text.remote(
      `  ${deviceOf(action)} · ${command === undefined ? action.type : subjectOf(command)} · ${action.status}`,
    );
    text.end();
  }
  text.end();
  for (const [label, value] of factsOf(trail, record)) {
    if (value !== '') text.add(`${label}: `).remote(value).end();
  }
  if (record.others.length > 0) {
    text.end().add(l10n.t('OTHER FIELDS')).end();
    for (const [name, value] of record.others) text.add('  ').remote(`${name}: ${value}`).end();
  }
  text.end().add(l10n.t('AS RECEIVED')).end();
  text.add('  ').remote(record.raw.slice(0, LONGEST_RAW));
  if (record.raw.length > LONGEST_RAW) text.add(' …');
  text.end().end();
  text.link(l10n.t('Copy as Note'), commandIds.copyAuditNote, { record: idOf(record) });
  if (
    record.deviceId !== '' &&
    trail.tenant !== undefined &&
    trail.tenant.cloud !== 'custom' &&
    trail.tenant.cloud !== 'pack'
  )
    text.add(' · ').link(l10n.t('Open Device in Portal'), commandIds.openDeviceInPortal, { record: idOf(record) });
  text.end();
  return text;
}

function factsOf(trail: OpenedTrail, record: AuditRecord): [label: string, value: string][] {
  return [
    [l10n.t('Time'), record.at === undefined ? '' : formatUtc(record.at)],
    [l10n.t('Time as written'), record.timestamp],
    [l10n.t('Account'), record.who],
    [l10n.t('Address'), record.clientIp],
    [l10n.t('Device'), record.device],
    [l10n.t('Machine ID'), record.deviceId],
    [l10n.t('Comment'), record.comment],
    [l10n.t('Commands'), record.commands],
    [l10n.t('File'), record.fileName],
    [l10n.t('SHA-256 of the file'), record.fileSha256],
    [l10n.t('Record'), record.actionType],
    [l10n.t('Source'), l10n.t('{0}, row {1}, opened {2}', trail.source, record.place, formatUtc(trail.openedAt))],
    [l10n.t('SHA-256 of the record'), record.sha256],
  ];
}

function idOf({ sha256, place }: AuditRecord): RecordId {
  return { sha256, place };
}
