import { createHash } from 'node:crypto';
import type { LiveResponseCommand, MachineAction } from '../../../src/defender/schema.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import type { AuditRecord } from '../../../src/evidence/audit/auditRecords.ts';
import type { ReceivedFacts } from '../../../src/model/storedResult.ts';

export const ACTION_ID = '988cc94e-7a8f-4b28-ab65-54970c5d5018';
export const TENANT = { cloud: 'commercial', tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f' } as const;

/** Returns a completed RunScript command. */
export function command(change: Partial<LiveResponseCommand> = {}): LiveResponseCommand {
  return {
    index: 0,
    startTime: '2026-11-23T21:04:01.12Z',
    endTime: '2026-11-23T21:04:04.12Z',
    commandStatus: 'Completed',
    errors: [],
    command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'collect.ps1' }] },
    ...change,
  };
}

/** Returns a succeeded live response session with one command. */
export function action(change: Partial<MachineAction> = {}): MachineAction {
  return {
    id: ACTION_ID,
    type: 'LiveResponse',
    requestor: 'anna@contoso.com',
    requestorComment: 'why',
    status: 'Succeeded',
    machineId: 'ab12'.repeat(10),
    computerDnsName: 'dc1',
    creationDateTimeUtc: '2026-11-23T21:02:00.1234567Z',
    lastUpdateDateTimeUtc: '2026-11-23T21:04:41.12Z',
    lastUpdateTimeUtc: null,
    cancellationRequestor: null,
    cancellationComment: null,
    cancellationDateTimeUtc: null,
    errorHResult: 0,
    requestSource: 'PublicApi',
    commands: [command()],
    ...change,
  };
}

/** Returns the record of that session in an audit trail. */
export function auditRecord(change: Partial<AuditRecord> = {}): AuditRecord {
  return {
    kind: 'api',
    at: Date.UTC(2026, 10, 23, 21, 2),
    timestamp: '2026-11-23T21:02:00Z',
    actionType: 'RunLiveResponseApi',
    who: 'anna@contoso.com',
    deviceId: 'ab12'.repeat(10),
    device: 'dc1',
    clientIp: '',
    comment: '',
    commands: 'collect.ps1',
    commandsWhole: 'collect.ps1',
    fileName: '',
    fileSha256: '',
    others: [],
    raw: '{}',
    sha256: 'ab',
    place: 1,
    ...change,
  };
}

/** Returns the reference to the result of that session's command. */
export function ref(change: Partial<ResultRef> = {}): ResultRef {
  return { ...TENANT, actionId: ACTION_ID, commandIndex: 0, ...change };
}

/** Returns the facts that were received with the result. */
export function received(change: Partial<ReceivedFacts> = {}): ReceivedFacts {
  return {
    ref: ref(),
    name: { connection: 'Contoso', device: 'dc1', script: 'collect.ps1', createdAt: '2026-11-23T21:02:00.1234567Z' },
    action: action(),
    sha256: '2d71',
    size: 4,
    fetchedAt: 1000,
    answeredAt: 900,
    fetchedBy: 'anna@contoso.com',
    fetchedWith: '0.1.0',
    promisedName: `output_${ACTION_ID}_0.json`,
    blob: { etag: '"0x8D"' },
    ...change,
  };
}

/** Returns a result file as the service writes it. */
export function resultFile(output: string, errors = '', scriptName = 'collect.ps1', exitCode = 0): Buffer {
  const file = { script_name: scriptName, exit_code: exitCode, script_output: output, script_errors: errors };
  return Buffer.from(JSON.stringify(file));
}

/** Returns bytes with matching facts. */
export function arrived(bytes: Uint8Array, change: Partial<ReceivedFacts> = {}): [ReceivedFacts, Uint8Array] {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return [received({ sha256, size: bytes.length, ...change }), bytes];
}
