import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toFactsJson } from '../../../src/commands/save/resultFacts.ts';
import { buildResultUri, fileRef, parseResultUri, resultKey } from '../../../src/base/resultUri.ts';
import { toEvidenceSource } from '../../../src/results/evidenceSource.ts';
import { describeOpened, describePacked } from '../../../src/results/openedResult.ts';
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

suite('a result of a hand-over pack', () => {
  const place = { ref: { ...fileRef(sha256), cloud: 'pack' as const }, connection: 'the pack', pack: 'case.zip' };
  const told = JSON.parse(factsJson()) as Record<string, unknown>;
  const describe = (change: object) =>
    describePacked(JSON.stringify({ ...told, ...change }), { sha256, size: BYTES.length }, place);

  test('is described by the facts beside it, with all that they say of its arrival', () => {
    const { facts, action } =
      describe({
        ...{ fetchedAt: '2026-11-23T21:05:00Z', answeredAt: '2026-11-23T21:04:59Z' },
        file: { sha256, promisedName: 'output.json', lengthUnknown: true },
        actionAsReceived: { text: '{}', from: 'its own answer', receivedAt: '2026-11-23T21:04:00Z', serverDate: 'x' },
      }) ?? assert.fail('not described');
    const { fetchedAt, answeredAt, lengthUnknown, promisedName } = facts;
    assert.deepEqual(
      { fetchedAt, answeredAt, lengthUnknown, promisedName },
      {
        fetchedAt: Date.UTC(2026, 10, 23, 21, 5),
        answeredAt: Date.UTC(2026, 10, 23, 21, 4, 59),
        lengthUnknown: true,
        promisedName: 'output.json',
      },
    );
    const receivedAt = Date.UTC(2026, 10, 23, 21, 4);
    assert.deepEqual(action, { text: '{}', from: 'action', receivedAt, serverDate: 'x' });
    const listed = describe({ actionAsReceived: { text: '{}', from: 'x', receivedAt: '2026-11-23T21:04:00Z' } });
    assert.equal(listed?.action?.from, 'list');
  });

  test('without times, an origin or a command in the facts, it has none, and the pack gives its name', () => {
    const { facts, action } =
      describe({
        ...{ fetchedAt: 5, answeredAt: 'never', cloud: 7, commandIndex: 3 },
        actionAsReceived: { text: '{}', receivedAt: 'never' },
      }) ?? assert.fail('not described');
    assert.deepEqual([facts.fetchedAt, 'answeredAt' in facts, 'lengthUnknown' in facts], [0, false, false]);
    assert.deepEqual([action, facts.opened?.said?.cloud], [undefined, '']);
    const elsewhere = { ...place, ref: { ...place.ref, commandIndex: 3 } };
    const named = describePacked(JSON.stringify(told), { sha256, size: 1 }, elsewhere);
    assert.equal(named?.facts.name.script, 'case.zip');
  });

  test('whose facts are of another file is not described', () => {
    assert.equal(describe({ file: { sha256: '0'.repeat(64) } }), undefined);
  });

  test('odd errors and parameters of a command are left out, and those beside them stay', () => {
    const index = 0;
    const command = {
      type: 'RunScript',
      params: [
        { key: 5, value: 'x' },
        { key: 'ScriptName', value: 7 },
      ],
    };
    const { facts } =
      describe({ action: { commands: [{ index, errors: ['no', 5], command }] } }) ?? assert.fail('none');
    const [only] = facts.action.commands;
    assert.deepEqual([only?.errors, only?.command.params], [['no'], [{ key: 'ScriptName', value: null }]]);
  });
});
