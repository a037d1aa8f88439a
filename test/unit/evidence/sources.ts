import type { EvidenceSource } from '../../../src/evidence/blocks/evidenceSource.ts';

export const SHA256 = 'ab'.repeat(32);
export const TEXT_SHA256 = '12'.repeat(32);

/** Returns the source of a quotation from a plain result. */
export function evidenceSource(change: Partial<EvidenceSource> = {}): EvidenceSource {
  return {
    address: {
      cloud: 'commercial',
      tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f',
      actionId: '988cc94e-7a8f-4b28-ab65-54970c5d5018',
      commandIndex: 0,
      stream: 'output',
    },
    connection: 'Contoso',
    device: 'dc1.contoso.example',
    machineId: 'ab12'.repeat(10),
    script: 'collect_all.ps1',
    scriptArguments: '-Path C:\\Temp',
    requestor: 'anna@contoso.example',
    requestorComment: 'IR-2211',
    actionStatus: 'Succeeded',
    commandStatus: 'Completed',
    createdAt: '2026-11-23T21:02:00.1234567Z',
    startedAt: '2026-11-23T21:04:01.12Z',
    endedAt: null,
    updatedAt: '2026-11-23T21:04:41.5Z',
    fetchedAt: Date.UTC(2026, 10, 23, 21, 10, 5, 123),
    answeredAt: Date.UTC(2026, 10, 23, 21, 10, 4, 900),
    fetchedBy: 'anna@contoso.example',
    fetchedWith: '0.0.9',
    toolVersion: '0.1.0',
    exitCode: 0,
    file: { size: 4711, sha256: SHA256 },
    text: { lines: 120, sha256: TEXT_SHA256 },
    blob: {
      date: 'Mon, 23 Nov 2026 21:10:04 GMT',
      lastModified: 'Mon, 23 Nov 2026 21:04:40 GMT',
      etag: '"0x8DE2AC"',
      requestId: '6a2f0c1e-201e-0042-7a11-5d0000000000',
    },
    changes: [],
    mismatches: [],
    ...change,
  };
}
