import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toFactsJson } from '../../../src/commands/save/resultFacts.ts';
import { buildResultUri, fileRef, parseResultUri, resultKey } from '../../../src/base/resultUri.ts';
import { toEvidenceSource } from '../../../src/results/evidenceSource.ts';
import { describeOpened } from '../../../src/results/openedResult.ts';
import type { OpenedBytes } from '../../../src/results/openedResult.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { describeEvidence } from '../../../src/evidence/blocks/evidenceParts.ts';
import { cutQuotation } from '../../../src/evidence/text/quotation.ts';
import { ACTION_ID, arrived, resultFile, TENANT } from './fixtures.ts';

const BYTES = resultFile('from a file');
const [{ sha256 }] = arrived(BYTES);

function opened(change: Partial<OpenedBytes> = {}): OpenedBytes {
  return { kind: 'file', name: 'saved.json', sha256, size: BYTES.length, openedAt: 5, ...change };
}

/** Returns the text that Export Raw Result writes for a tenant's result. */
function factsJson(): string {
  return toFactsJson(createHandlers().put(...arrived(BYTES)), undefined, '1.0');
}

suite('a result that was opened from a file', () => {
  test('is known by its hash, on every machine, and is no tenant’s', () => {
    const ref = fileRef(sha256);
    assert.equal((ref.tenantId + ref.actionId).replaceAll('-', ''), sha256);
    const uri = buildResultUri({ ...ref, stream: 'output' }, describeOpened(opened()).facts.name);
    assert.match(uri.path, /FROM FILE · – · saved\.json\.lr-output$/u);
    assert.deepEqual(parseResultUri(uri), { ...ref, stream: 'output' });
    assert.ok(resultKey(ref).startsWith('file|'));
    assert.equal(parseResultUri({ scheme: 'live-response', query: uri.query.replace('file', 'disk') }), undefined);
  });

  test('without facts nothing is known of action and device, and nothing made up', () => {
    const { facts, verdict } = describeOpened(opened());
    assert.equal(verdict, 'none');
    assert.deepEqual(facts.opened, { kind: 'file', name: 'saved.json', said: undefined });
    const stored = createHandlers().put(facts, BYTES);
    assert.deepEqual([stored.transcript?.exitCode, stored.mismatches], [0, []]);
    const source = toEvidenceSource(stored, 'output', '1.0');
    assert.ok(source);
    const { fields, title } = describeEvidence(source, cutQuotation('from a file', []), 'full');
    const labels = fields.map(({ label }) => label);
    assert.ok(labels.includes('Opened from the file'));
    for (const label of ['Tenant', 'Cloud', 'Action id', 'Command index', 'Device'])
      assert.ok(!labels.includes(label), label);
    assert.ok(JSON.stringify(title).includes('saved.json') || title[0] === '–');
    assert.equal((JSON.parse(toFactsJson(stored, undefined, '1.0')) as { actionId: unknown }).actionId, null);
  });

  test('facts beside it are used where they name its hash', () => {
    const { facts, verdict } = describeOpened(opened({ factsFiles: [factsJson()] }));
    assert.equal(verdict, 'used');
    assert.equal(facts.opened?.said?.actionId, ACTION_ID);
    assert.equal(facts.opened.said.tenantId, TENANT.tenantId);
    assert.equal(facts.name.device, 'dc1');
    assert.equal(facts.name.script, 'collect.ps1');
    assert.equal(facts.ref.cloud, 'file');
    const again = JSON.parse(toFactsJson(createHandlers().put(facts, BYTES), undefined, '1.0')) as Record<
      string,
      unknown
    >;
    assert.deepEqual([again['actionId'], again['openedFrom']], [ACTION_ID, 'file']);
  });

  test('facts of another file, and what is no facts file, are not used, and that is said', () => {
    const other = factsJson().replace(sha256, '0'.repeat(64));
    for (const [json, expected] of [
      [other, 'otherFile'],
      ['{', 'unreadable'],
      ['[]', 'unreadable'],
      [JSON.stringify({ file: { sha256 } }), 'unreadable'],
      [JSON.stringify({ file: { sha256 }, tenantId: '../..', actionId: ACTION_ID, commandIndex: 0 }), 'unreadable'],
    ] as const) {
      const { facts, verdict } = describeOpened(opened({ factsFiles: [json] }));
      assert.equal(verdict, expected, json);
      assert.equal(facts.opened?.said, undefined);
      assert.equal(facts.action.computerDnsName, null);
    }
  });

  test('hostile facts become no more than texts', () => {
    const hostile = {
      ...(JSON.parse(factsJson()) as object),
      action: { computerDnsName: 7, commands: [{}, null, { index: 0, command: { type: 'RunScript', params: 'x' } }] },
    };
    const { facts, verdict } = describeOpened(opened({ factsFiles: [JSON.stringify(hostile)] }));
    assert.equal(verdict, 'used');
    assert.equal(facts.action.computerDnsName, null);
    assert.deepEqual(
      facts.action.commands.map(({ command }) => command.params),
      [[]],
    );
  });
});
