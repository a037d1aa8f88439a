import { env, l10n } from 'vscode';
import type { FailureValues } from '../base/errors.ts';
import type { OpenedTrail } from '../actions/auditTrail.ts';
import type { AuditMatches } from '../actions/auditMatches.ts';
import type { PlacedRecords } from '../actions/placedRecords.ts';
import { HUNTING_PERMISSION } from '../identity/permissions.ts';
import type { AuditKind, AuditRecord } from '../evidence/audit/auditRecords.ts';
import type { FailureMessage, NextStep } from './failureMessage.ts';
import { formatBytes } from './format.ts';

/** Returns the kind of a record in words. */
export function auditKindWords(kind: AuditKind): string {
  const words: Readonly<Record<AuditKind, string>> = {
    console: l10n.t('Console session'),
    api: l10n.t('API session'),
    file: l10n.t('File collected'),
    other: l10n.t('Other record'),
  };
  return words[kind];
}

/** Says in one sentence what an opened trail holds, and what has no counterpart. */
export function trailSentence(trail: OpenedTrail, { matches, rows, ofAction }: PlacedRecords): string {
  const { records, left } = trail;
  const inList = [...ofAction.values()].reduce((sum, own) => sum + own.length, rows.length);
  const { notLoaded, withoutRecord } = matches;
  const lone = records.filter((record) => isLone(record, matches)).length;
  const numbers: readonly (readonly [label: string, count: number])[] = [
    [l10n.t('Records'), records.length],
    [l10n.t('In the list of actions'), inList],
    [l10n.t('Console sessions'), records.filter(({ kind }) => kind === 'console').length],
    [l10n.t('Without an action'), lone],
    [l10n.t('Of a time whose actions are not loaded'), notLoaded.size],
    [l10n.t('Actions without a record'), withoutRecord.length],
    [l10n.t('Rows that could not be read'), left],
  ];
  // A number that is zero says nothing.
  const parts = numbers
    .filter(([, count], index) => index === 0 || count > 0)
    .map(([label, count]) => `${label}: ${count.toLocaleString(env.language)}`);
  const sentence = [trail.source, ...parts].join(' · ');
  if (trail.mayBeCut === true)
    return `${sentence}. ${l10n.t('The answer may have been cut: ask for fewer days, or for one device.')}`;
  if (trail.asked === undefined || records.length > 0) return sentence;
  return `${sentence}. ${l10n.t('No session in this time, or records come late, or Defender for Cloud Apps with its Microsoft 365 connector is not on, or this account may not see the table.')}`;
}

/** Whether a record of a program's session has no action, although the actions of its time are loaded. */
export function isLone(
  record: AuditRecord,
  { actionOf, notLoaded }: Pick<AuditMatches, 'actionOf' | 'notLoaded'>,
): boolean {
  return record.kind === 'api' && !actionOf.has(record) && !notLoaded.has(record);
}

/** Says what a record's action is, or what its absence can mean. Never more than a probability. */
export function matchSentence(record: AuditRecord, hasAction: boolean, isLoaded: boolean): string {
  if (!hasAction && !isLoaded)
    return l10n.t('The actions of its time are not loaded, so it is not known whether there is one.');
  switch (record.kind) {
    case 'console':
      return l10n.t(
        'A session of the portal’s console. Its output is in no API and in no table: only the portal shows it.',
      );
    case 'api':
      return hasAction
        ? record.commandsWhole === ''
          ? l10n.t('Probably this action: same device, created at most two minutes away. The record names no script.')
          : l10n.t('Probably this action: same device, created at most two minutes away, same script.')
        : l10n.t(
            'No action fits. It may be of another tenant or application, hidden from this account, or gone from the API.',
          );
    case 'file':
      return hasAction
        ? l10n.t('Probably collected by this action: same device, same file name, during the session.')
        : l10n.t('No action collected it. It was probably collected in the portal’s console.');
    case 'other':
      return l10n.t('A record of a shape that is not known here. All its fields are below, as received.');
  }
}

/** Says what it can mean that an action has no record. */
export function noRecordSentence(): string {
  return l10n.t(
    'No record in the audit trail. The query may leave it out, the connector may have been off, or the record may come late.',
  );
}

/** Says why a text is no audit trail. */
export function notHuntingResults({ reason, limit }: FailureValues): string {
  switch (reason) {
    case 'empty':
      return l10n.t('There is no row in it. Run the query in the portal, and export or copy its result.');
    case 'notText':
      return l10n.t('The export is not text in UTF-8 or UTF-16. Save it as UTF-8, and open it again.');
    case 'size':
      return l10n.t('The export is larger than {0}. Limit the query to fewer days.', formatBytes(limit ?? 0));
    default:
      return l10n.t(
        'This is no result of advanced hunting: CSV with a header, or JSON with rows. Export the result in the portal.',
      );
  }
}

/** Says which limit hunting queries have met. */
export function huntingLimit(): string {
  return l10n.t('Microsoft Graph takes 45 hunting queries a minute from a tenant, and 1,500 an hour.');
}

/** Says why Microsoft Graph gave no rows, and what to do. Its own words are appended. */
export function refusedHunt(values: FailureValues): FailureMessage {
  const { reason = '', serverMessage = '' } = values;
  const { sentence, steps } = (REFUSED_HUNTS[reason] ?? refusedQuery)(values);
  return { sentence: serverMessage === '' ? sentence : `${sentence} ${serverMessage}`, steps: [...steps, 'showLog'] };
}

interface HuntWords {
  readonly sentence: string;
  readonly steps: readonly NextStep[];
}

const refusedQuery = (): HuntWords => ({
  sentence: l10n.t('Microsoft Graph did not accept the query. Run it in the portal instead, and open its export.'),
  steps: [],
});

const REFUSED_HUNTS: Readonly<Record<string, (values: FailureValues) => HuntWords>> = {
  off: ({ connection = '–' }) => ({
    sentence: l10n.t(
      'Microsoft Graph is turned off for "{0}", or the connection was changed. Fetch the audit trail anew to allow it again.',
      connection,
    ),
    steps: [],
  }),
  consent: ({ connection = '–' }) => ({
    sentence: l10n.t(
      '"{0}" has no consent for hunting queries. Sign in once more and agree to {1}; an administrator may have to.',
      connection,
      HUNTING_PERMISSION,
    ),
    steps: ['signIn'],
  }),
  permission: ({ connection = '–' }) => ({
    sentence: l10n.t(
      'Microsoft Graph refused "{0}": it lacks the permission {1}, or a person lacks a role that can read security data. If it was granted a moment ago, try again: a new token is taken.',
      connection,
      HUNTING_PERMISSION,
    ),
    steps: ['tryAgain'],
  }),
  token: ({ connection = '–' }) => ({
    sentence: l10n.t('Microsoft Graph refused the access token of "{0}". The next try takes a new one.', connection),
    steps: ['tryAgain', 'signIn'],
  }),
  noToken: ({ connection = '–', host = '–' }) => ({
    sentence: l10n.t(
      'There is no token for {1} in the tenant of "{0}". Is that its Microsoft Graph? Check the address in the connection.',
      connection,
      host,
    ),
    steps: ['editConnection', 'tryAgain'],
  }),
  noTable: () => ({
    sentence: l10n.t(
      'Advanced hunting has no audit trail here: Defender for Cloud Apps or its Microsoft 365 connector is not on, or this account may not see the table.',
    ),
    steps: [],
  }),
  notHere: ({ host = '–' }) => ({
    sentence: l10n.t('{0} has no advanced hunting for this tenant.', host),
    steps: [],
  }),
  notGraph: ({ host = '–', status = '–' }) => ({
    sentence: l10n.t(
      'What answered for {0} (HTTP {1}) is not Microsoft Graph: a proxy, a firewall or a sign-in page is in between. Check the network, then try again.',
      host,
      status,
    ),
    steps: ['tryAgain'],
  }),
  answer: ({ host = '–' }) => ({
    sentence: l10n.t('The answer of {0} could not be read as the rows of a query, so nothing of it is shown.', host),
    steps: ['tryAgain'],
  }),
  size: ({ host = '–' }) => ({
    sentence: l10n.t('The answer of {0} is too large. Ask for fewer days, or for one device.', host),
    steps: [],
  }),
};
