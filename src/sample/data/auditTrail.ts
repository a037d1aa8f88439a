import type { SampleAction } from '../base/model.ts';
import { hour, minute } from '../base/time.ts';

/** A row of `CloudAppEvents`. `at` is its time, ms since 1970. */
export interface AuditRow {
  readonly at: number;
  readonly actionType: string;
  readonly account: string;
  readonly address: string;
  /** The audit log's own event. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** Number of sessions of the portal's console in the sample's audit trail. */
const CONSOLE_SESSIONS = 5;
/** Place of the session without a record, among the sessions of programs, newest first. */
const UNRECORDED = 4;

/**
 * Returns the tenant's audit trail: a record for each session that a program started but two; five sessions of the
 * portal's console; a session of a program whose action is gone; a collected file; and an
 * event of a shape that nobody has seen.
 *
 * The events of console sessions are invented as far as nothing about them is public (api-facts §4).
 */
export function auditRows(actions: readonly SampleAction[], startedAt: number): readonly AuditRow[] {
  const sessions = actions
    .filter(({ type }) => type === 'LiveResponse')
    .toSorted((one, other) => other.createdAt - one.createdAt);
  // The record of the newest session comes late; that of another one never came.
  const recorded = sessions.filter((_, index) => index !== 0 && index !== UNRECORDED);
  const api = recorded.map((action) => {
    const commands = action.commands.map(({ type, params }) => ({ type, params }));
    return row(action.createdAt + 20_000, 'RunLiveResponseApi', action, { CommandsString: JSON.stringify(commands) });
  });
  const server = sessions.find(({ device }) => device.computerDnsName.startsWith('dc1'));
  const collector = sessions.find(({ commands }) => commands.some(({ type }) => type === 'GetFile'));
  if (server === undefined || collector === undefined) return api;
  const consoles = Array.from({ length: CONSOLE_SESSIONS }, (_, index) =>
    row(startedAt - (index + 1) * 40 * minute, 'RunLiveResponseSession', server, { SessionId: `s-${String(index)}` }),
  );
  const gone = row(startedAt - 7 * hour, 'RunLiveResponseApi', server, { CommandsString: 'RunScript wipe.ps1' });
  const path = collector.commands.flatMap(({ params }) => params).find(({ key }) => key === 'Path')?.value ?? '';
  const file = row(collector.createdAt + 3 * minute, 'LiveResponseGetFile', collector, {
    FileName: path,
    FileSHA256: 'A'.repeat(64),
  });
  const unheard: AuditRow = {
    ...row(startedAt - 3 * hour, 'RunLiveResponseSession', server, {}),
    event: { When: '20:00', Verb: 'Attached', Whom: { host: 'dc1', deep: [1, 2] } },
  };
  return [...api, ...consoles, gone, file, unheard];
}

function row(at: number, actionType: string, action: SampleAction, event: AuditRow['event']): AuditRow {
  const address = '198.51.100.7';
  return {
    at,
    actionType,
    account: 'Amira Haddad',
    address,
    event: {
      CreationTime: new Date(at).toISOString().slice(0, 19),
      Operation: actionType,
      UserId: action.requestor,
      DeviceId: action.device.machineId,
      DeviceName: action.device.computerDnsName,
      ClientIP: address,
      ActionComment: action.comment,
      ...event,
    },
  };
}
