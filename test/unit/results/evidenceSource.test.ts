import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hashText } from '../../../src/base/hashText.ts';
import { toEvidenceSource } from '../../../src/results/evidenceSource.ts';
import type { ReceivedFacts, StoredFacts } from '../../../src/model/storedResult.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { action, command, received, ref, resultFile } from './fixtures.ts';

const SCRIPT = [
  { key: 'ScriptName', value: 'collect.ps1' },
  { key: 'Args', value: '-All' },
];

function stored(bytes: Uint8Array, change: Partial<ReceivedFacts> = {}): StoredFacts {
  return createHandlers().put(received(change), bytes);
}

suite('where a quotation comes from', () => {
  test('everything that is stored of a result is told, for the text that is quoted', () => {
    const facts = stored(resultFile('a\n\0', 'b', 'collect.ps1', 5), {
      action: action({ commands: [command({ command: { type: 'RunScript', params: SCRIPT } })] }),
    });
    assert.deepEqual(toEvidenceSource(facts, 'output', '1.2.3'), {
      address: { ...ref(), stream: 'output' },
      connection: 'Contoso',
      device: 'dc1',
      machineId: 'ab12'.repeat(10),
      script: 'collect.ps1',
      scriptArguments: '-All',
      requestor: 'anna@contoso.com',
      requestorComment: 'why',
      actionStatus: 'Succeeded',
      commandStatus: 'Completed',
      createdAt: '2026-11-23T21:02:00.1234567Z',
      startedAt: '2026-11-23T21:04:01.12Z',
      endedAt: '2026-11-23T21:04:04.12Z',
      updatedAt: '2026-11-23T21:04:41.12Z',
      fetchedAt: 1000,
      answeredAt: 900,
      fetchedBy: 'anna@contoso.com',
      fetchedWith: '0.1.0',
      toolVersion: '1.2.3',
      exitCode: 5,
      file: { size: 4, sha256: '2d71' },
      text: { lines: 2, sha256: hashText('a\n\0') },
      blob: { etag: '"0x8D"' },
      changes: [],
      mismatches: [],
    });
    assert.deepEqual(toEvidenceSource(facts, 'errors', '1.2.3')?.text, { lines: 1, sha256: hashText('b') });
    assert.equal(toEvidenceSource(facts, 'raw', '1.2.3'), undefined);
  });

  test('of a file that is no result, the raw text alone', () => {
    const facts = stored(Buffer.from('<html>'));
    assert.equal(toEvidenceSource(facts, 'output', '1'), undefined);
    const raw = toEvidenceSource(facts, 'raw', '1');
    assert.deepEqual([raw?.exitCode, raw?.text.sha256], [undefined, hashText('<html>')]);
  });
});
