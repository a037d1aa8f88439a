import assert from 'node:assert/strict';
import { readActionPage } from '../../src/defender/schema.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import type { AuditRecord } from '../../src/evidence/audit/auditRecords.ts';
import { sessionsQuery } from '../../src/evidence/blocks/huntingQuery.ts';

/** Start of the sample's data, ms since 1970. */
export const STARTED_AT = Date.UTC(2026, 10, 23, 21, 4);

/** Returns all live response actions of the sample, as the client reads them. */
export async function sampleActions(): Promise<readonly MachineAction[]> {
  const tenant = createSampleTenant({ startedAt: STARTED_AT, now: () => STARTED_AT, mintLink: () => '' });
  const answer = await tenant.answer({ method: 'GET', path: '/api/machineactions', query: '', apiUrl: '' });
  return readActionPage(JSON.parse(answer.body)).actions.filter(({ type }) => type === 'LiveResponse');
}

/** A row of `CloudAppEvents`. */
export type AuditRow = Readonly<Record<string, unknown>>;

/** Number of console sessions in {@link auditRows}. The last one has a shape that nobody has seen. */
export const CONSOLE_SESSIONS = 6;

/** Query for the audit trail as the extension sends it. */
export const QUERY = sessionsQuery(undefined, 30);

/** Returns what Microsoft Graph answers to a query in the sample, as JSON. */
export function graphAnswer(query = QUERY): string {
  const tenant = createSampleTenant({ startedAt: STARTED_AT, now: () => STARTED_AT, mintLink: () => '' });
  return tenant.hunt(JSON.stringify({ Query: query }), 'https://graph.example').body;
}

/** Returns the audit trail of the sample, newest first, and a record of a shape that nobody has seen. */
export function auditRows(): readonly AuditRow[] {
  const { results } = JSON.parse(graphAnswer()) as { readonly results: readonly AuditRow[] };
  const rows = results.map((one) => ({ ...one, RawEventData: JSON.parse(String(one['RawEventData'])) as unknown }));
  const unheard = { When: '2026-11-23 20:00', Verb: 'LiveResponseSomethingNew', Whom: { host: 'dc1', deep: [1, 2] } };
  return [...rows, unheard];
}

/** Forms in which the portal, Microsoft Graph and scripts write the same rows. */
export const FORMS: Readonly<Record<string, (rows: readonly AuditRow[]) => string>> = {
  'a JSON array': (rows) => JSON.stringify(rows, undefined, 2),
  'an answer of Microsoft Graph': (rows) =>
    JSON.stringify({
      schema: [],
      results: rows.map((one) => ({ ...one, RawEventData: JSON.stringify(one['RawEventData']) })),
    }),
  'an object a line': (rows) => `${rows.map((one) => JSON.stringify(one)).join('\n')}\n`,
  'CSV of the portal': (rows) => toCsv(rows, ','),
  'CSV with semicolons and a BOM': (rows) => `\uFEFF${toCsv(rows, ';').replaceAll('\n', '\r\n')}`,
};

function toCsv(rows: readonly AuditRow[], delimiter: string): string {
  const columns = [...new Set(rows.flatMap((one) => Object.keys(one)))];
  const cell = (value: unknown): string => {
    const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    return `"${text.replaceAll('"', '""')}"`;
  };
  const lines = rows.map((one) => columns.map((column) => cell(one[column])).join(delimiter));
  return `${[columns.join(delimiter), ...lines].join('\n')}\n`;
}

/** Stretch in which all actions are loaded. */
export const ALWAYS = [{ from: -Infinity, to: Infinity }];

/** Returns the session whose record never came. */
export function withoutRecord(actions: readonly MachineAction[]): MachineAction | undefined {
  return actions.toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1))[4];
}

/** Returns the records of an export, or fails. */
export function readRecords(text: string): readonly AuditRecord[] {
  const found = readAuditExport(text);
  assert.ok(found !== undefined, 'no export');
  return found.records;
}
