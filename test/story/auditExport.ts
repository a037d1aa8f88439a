import { readActionPage } from '../../src/defender/schema.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { hour, minute } from '../../src/sample/base/time.ts';

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

/** Number of console sessions in {@link auditRows}. */
export const CONSOLE_SESSIONS = 5;

/**
 * Returns the audit trail of the sample: a record for each session that a program started but the newest, five console
 * sessions, a session of a program that the list does not hold, a collected file, and a shape that nobody has seen.
 *
 * The records of console sessions are invented as far as nothing about them is public: see api-facts §4.
 */
export function auditRows(actions: readonly MachineAction[]): readonly AuditRow[] {
  const byTime = actions.toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1));
  const api = byTime.slice(1).map((action) => {
    const at = Date.parse(action.creationDateTimeUtc) + 20_000;
    const commands = action.commands.map(({ command }) => ({ type: command.type, params: command.params }));
    return row(at, 'RunLiveResponseApi', action, { CommandsString: JSON.stringify(commands) });
  });
  const [some] = byTime.filter(({ computerDnsName }) => computerDnsName?.startsWith('dc1') === true);
  if (some === undefined) throw new Error('The sample has no session on dc1.');
  const consoles = Array.from({ length: CONSOLE_SESSIONS }, (_, index) =>
    row(STARTED_AT - (index + 1) * 40 * minute, 'RunLiveResponseSession', some, { SessionId: `s-${index}` }),
  );
  const orphan = row(STARTED_AT - 7 * hour, 'RunLiveResponseApi', some, { CommandsString: 'RunScript wipe.ps1' });
  const collected = actions.find(({ commands }) => commands.some(({ command }) => command.type === 'GetFile'));
  const path = collected?.commands
    .flatMap(({ command }) => command.params ?? [])
    .find(({ key }) => key === 'Path')?.value;
  if (collected === undefined) throw new Error('The sample collected no file.');
  const file = row(Date.parse(collected.creationDateTimeUtc) + 3 * minute, 'LiveResponseGetFile', collected, {
    FileName: path,
    FileSHA256: 'A'.repeat(64),
  });
  const unheard = { When: '2026-11-23 20:00', Verb: 'LiveResponseSomethingNew', Whom: { host: 'dc1', deep: [1, 2] } };
  return [...api, ...consoles, orphan, file, unheard];
}

function row(at: number, actionType: string, action: MachineAction, event: AuditRow): AuditRow {
  const time = new Date(at).toISOString();
  return {
    Timestamp: time,
    ActionType: actionType,
    AccountDisplayName: 'Amira Haddad',
    IPAddress: '198.51.100.7',
    RawEventData: {
      CreationTime: time.slice(0, 19),
      Operation: actionType,
      UserId: action.requestor,
      DeviceId: action.machineId,
      DeviceName: action.computerDnsName,
      ClientIP: '198.51.100.7',
      ActionComment: action.requestorComment,
      ...event,
    },
  };
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
