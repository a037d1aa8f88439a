import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toFetchedTrail } from '../../src/actions/fetchedTrail.ts';
import { matchRecords } from '../../src/actions/auditMatches.ts';
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import { sessionsQuery } from '../../src/evidence/blocks/huntingQuery.ts';
import {
  ALWAYS,
  auditRows,
  graphAnswer,
  QUERY,
  readRecords,
  sampleActions,
  STARTED_AT,
  withoutRecord,
} from './auditExport.ts';

const actions = await sampleActions();
const rows = auditRows();
const unrecorded = withoutRecord(actions);

suite('the audit trail from Microsoft Graph', () => {
  test('what Microsoft Graph answers: of a query for all devices, each action of its time is accounted for', () => {
    const records = readRecords(graphAnswer());
    assert.equal(records.length, rows.length - 1);
    const from = STARTED_AT - 30 * 86_400_000;
    const all = matchRecords(records, actions, ALWAYS, { from, deviceId: undefined });
    assert.deepEqual(all.withoutRecord, [unrecorded]);
    // With the records of one device alone, an export says nothing of the others, and a query for all of them does.
    const [first] = records.filter(({ kind }) => kind === 'api');
    assert.ok(first !== undefined);
    assert.equal(matchRecords([first], actions, ALWAYS).withoutRecord.length, 0);
    const missing = matchRecords([first], actions, ALWAYS, { from, deviceId: undefined }).withoutRecord;
    assert.ok(missing.length > 50);
    assert.ok(missing.every(({ creationDateTimeUtc }) => Date.parse(creationDateTimeUtc) <= (first.at ?? 0)));
    const own = matchRecords([first], actions, ALWAYS, { from, deviceId: first.deviceId }).withoutRecord;
    assert.ok(own.every(({ machineId }) => machineId === first.deviceId));
  });

  test('the query for one device asks for its records only; without a record nothing is said of an action', () => {
    const device = unrecorded?.machineId ?? '';
    const answer = graphAnswer(sessionsQuery(device, 30));
    const records = readRecords(answer);
    assert.ok(records.length > 0 && records.every(({ deviceId }) => deviceId === device));
    const asked = { from: STARTED_AT - 30 * 86_400_000, deviceId: device };
    assert.ok(
      matchRecords(records, actions, ALWAYS, asked).withoutRecord.every(({ machineId }) => machineId === device),
    );
    assert.equal(matchRecords([], actions, ALWAYS, asked).withoutRecord.length, 0);
  });

  test('the sample refuses queries as Microsoft Graph does, and looks back 30 days', () => {
    for (const [query, message] of [
      ['DeviceEvents', "Failed to resolve table or column expression named 'DeviceEvents'"],
      ['CloudAppEvents\n| take 1', "operator '| take 1'"],
      ['CloudAppEvents\n| project Nonsense', 'Failed to resolve scalar expression'],
      ['', "named ''"],
    ] as const) {
      const { error } = JSON.parse(graphAnswer(query)) as { error: { code: string; message: string } };
      assert.equal(error.code, 'BadRequest');
      assert.ok(error.message.includes(message), error.message);
    }
    const days = (count: number): number =>
      readRecords(graphAnswer(QUERY.replace('ago(30d)', `ago(${count}d)`))).length;
    assert.ok(days(1) < days(7) && days(7) <= days(30));
    assert.equal(days(400), days(30));
  });

  test('only a whole and clear answer makes a missing record mean something; its source says what was asked', () => {
    const tenant = { cloud: 'commercial', tenantId: '11111111-1111-4111-8111-111111111111' } as const;
    const found = readAuditExport(graphAnswer());
    assert.ok(found !== undefined);
    const { records } = found;
    const all = { days: 7, device: undefined };
    const trail = toFetchedTrail(tenant, all, STARTED_AT, found);
    assert.equal(
      trail.source,
      'Microsoft Graph, tenant 11111111-1111-4111-8111-111111111111, all devices, 2026-11-16T21:04Z to 2026-11-23T21:04Z',
    );
    assert.equal(trail.asked?.deviceId, undefined);
    assert.ok((trail.asked?.from ?? 0) > STARTED_AT - 7 * 86_400_000 + 5 * 60_000, 'the edge is uncertain');
    const device = { machineId: 'ABCDEF', name: 'dc1' };
    const own = toFetchedTrail(tenant, { days: 30, device }, STARTED_AT, found);
    assert.match(own.source, /device dc1 \(ABCDEF\), /u);
    assert.equal(own.asked?.deviceId, 'abcdef');
    const [first] = records.filter(({ kind }) => kind === 'api');
    assert.ok(first !== undefined);
    for (const unclear of [
      { records, left: 1 },
      { records: [...records, { ...first, at: undefined }], left: 0 },
      { records: [...records, { ...first, deviceId: '' }], left: 0 },
      { records, left: 100_000 },
    ])
      assert.equal(toFetchedTrail(tenant, all, STARTED_AT, unclear).asked, undefined);
    assert.equal(
      toFetchedTrail(tenant, all, STARTED_AT, { records: Array(100_000).fill(first), left: 0 }).mayBeCut,
      true,
    );
    assert.equal(trail.mayBeCut, false);
  });
});
