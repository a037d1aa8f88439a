import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { matchRecords } from '../../src/actions/auditMatches.ts';
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import type { AuditRecord } from '../../src/evidence/audit/auditRecords.ts';
import { buildSessionsQuery } from '../../src/evidence/blocks/huntingQuery.ts';
import { auditRows, graphAnswer, QUERY, sampleActions, STARTED_AT } from './auditExport.ts';

const actions = await sampleActions();
const rows = auditRows();
/** The session whose record never came. */
const unrecorded = actions.toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1))[4];
/** All actions are loaded. */
const ALWAYS = [{ from: -Infinity, to: Infinity }];

function read(text: string): readonly AuditRecord[] {
  const found = readAuditExport(text);
  assert.ok(found !== undefined, 'no export');
  return found.records;
}

suite('the audit trail from Microsoft Graph', () => {
  test('what Microsoft Graph answers: of a query for all devices, each action of its time is accounted for', () => {
    const records = read(graphAnswer());
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
    const answer = graphAnswer(buildSessionsQuery({ title: 'x', machineId: device }, 30));
    const records = read(answer);
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
    const days = (count: number): number => read(graphAnswer(QUERY.replace('ago(30d)', `ago(${count}d)`))).length;
    assert.ok(days(1) < days(7) && days(7) <= days(30));
    assert.equal(days(400), days(30));
  });
});
