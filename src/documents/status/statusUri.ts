import { TabInputText, Uri, window } from 'vscode';
import { buildQuery, parseResultUri, refOf, toPathPart } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { RecordId } from '../../actions/auditTrail.ts';
import { RESULT_SCHEME, STATUS_SCHEME } from '../../base/scheme.ts';

/** Longest name in a title, in UTF-16 units. A device chooses the length of its name. */
const LONGEST_NAME = 100;

/** Returns the address of the page about a command without a readable result. */
export function statusUri(ref: ResultRef, names: readonly string[]): Uri {
  const name = names.map((one) => toPathPart(one.slice(0, LONGEST_NAME))).join(' · ');
  const query = buildQuery({ ...refOf(ref), stream: 'output' });
  return Uri.from({ scheme: STATUS_SCHEME, path: `/${name}.lr-report`, query });
}

/** Mark of a page about a whole session. */
const SESSION = 'session';

/** Returns the address of the page about a session with several commands. */
export function sessionUri(ref: ResultRef, names: readonly string[]): Uri {
  return statusUri(ref, names).with({ fragment: SESSION });
}

/** Returns a command of the session that a page is about; undefined for any other document. */
export function refOfSession(uri: Uri): ResultRef | undefined {
  return uri.fragment === SESSION ? refOfStatus(uri.with({ fragment: '' })) : undefined;
}

/** Mark of a page about a record of the audit trail. */
const RECORD = 'record';

/** Returns the address of the page about a record of the audit trail. */
export function recordUri({ sha256, place }: RecordId, names: readonly string[]): Uri {
  const name = names.map((one) => toPathPart(one.slice(0, LONGEST_NAME))).join(' · ');
  return Uri.from({ scheme: STATUS_SCHEME, path: `/${name}.lr-report`, query: `${sha256}#${place}`, fragment: RECORD });
}

/** Returns the record that a page is about; undefined for any other document. */
export function idOfRecord({ scheme, query, fragment }: Uri): RecordId | undefined {
  const [, sha256 = '', place = ''] = /^([\da-f]{64})#([1-9]\d{0,8})$/u.exec(query) ?? [];
  if (scheme !== STATUS_SCHEME || fragment !== RECORD || sha256 === '') return undefined;
  return { sha256, place: Number(place) };
}

/** Mark of a page about what is new. */
const NEWS = 'news';

/** Returns the address of the page about what is new in a tenant since a time (ms since 1970). */
export function newsUri(tenantId: string, since: number, names: readonly string[]): Uri {
  const name = names.map((one) => toPathPart(one.slice(0, LONGEST_NAME))).join(' · ');
  return Uri.from({ scheme: STATUS_SCHEME, path: `/${name}.lr-report`, query: `${tenantId}@${since}`, fragment: NEWS });
}

/** Whether a document is a page about what is new. */
export function isNews({ scheme, fragment }: Pick<Uri, 'scheme' | 'fragment'>): boolean {
  return scheme === STATUS_SCHEME && fragment === NEWS;
}

/** Returns the result that a page is about; undefined for any other document. */
export function refOfStatus({
  scheme,
  query,
  fragment,
}: Pick<Uri, 'scheme' | 'query' | 'fragment'>): ResultRef | undefined {
  if (scheme !== STATUS_SCHEME || fragment !== '') return undefined;
  const address = parseResultUri({ scheme: RESULT_SCHEME, query });
  return address === undefined ? undefined : refOf(address);
}

/** Returns the result that the active page is about; undefined if another document is active. */
export function activeStatus(): ResultRef | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputText ? refOfStatus(input.uri) : undefined;
}
