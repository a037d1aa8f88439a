import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { matchRecords } from '../../src/actions/auditMatches.ts';
import { hashText } from '../../src/base/hashText.ts';
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import type { AuditRecord } from '../../src/evidence/audit/auditRecords.ts';
import { auditRows, CONSOLE_SESSIONS, FORMS, sampleActions } from './auditExport.ts';

const actions = await sampleActions();
const rows = auditRows(actions);

function read(text: string): readonly AuditRecord[] {
  const found = readAuditExport(text);
  assert.ok(found !== undefined, 'no export');
  return found.records;
}

suite('the audit trail from an export', () => {
  for (const [form, write] of Object.entries(FORMS)) {
    test(`${form}: nothing is lost, and each record is matched as it should be`, () => {
      const text = write(rows);
      const found = readAuditExport(text);
      assert.equal(found?.left, 0);
      const { records } = found;
      assert.equal(records.length, rows.length);
      assert.equal(records.filter(({ kind }) => kind === 'console').length, CONSOLE_SESSIONS);
      assert.equal(records.filter(({ kind }) => kind === 'file').length, 1);
      for (const { raw, sha256 } of records) {
        assert.ok(text.includes(raw), 'a record is a piece of the text as received');
        assert.equal(sha256, hashText(raw));
      }
      const { actionOf, withoutRecord } = matchRecords(records, actions, 0);
      const api = records.filter(({ kind }) => kind === 'api');
      const orphans = api.filter((record) => !actionOf.has(record));
      assert.deepEqual(
        orphans.map(({ commands }) => commands),
        ['RunScript wipe.ps1'],
      );
      for (const record of api.filter((one) => actionOf.has(one))) {
        const action = actionOf.get(record);
        assert.equal(action?.machineId, record.deviceId);
        assert.equal(action.requestor, record.who);
      }
      assert.equal(new Set(api.map((record) => actionOf.get(record)?.id)).size, api.length);
      const file = records.find(({ kind }) => kind === 'file');
      assert.ok(file !== undefined && actionOf.get(file)?.commands.some(({ command }) => command.type === 'GetFile'));
      assert.equal(file.fileSha256, 'a'.repeat(64));
      assert.equal(withoutRecord.length, 0, 'the newest action is newer than the last record');
      // The shape that nobody has seen is there, with all its fields.
      const unheard = records.find(({ raw }) => raw.includes('LiveResponseSomethingNew'));
      assert.equal(unheard?.kind, 'other');
      assert.deepEqual(
        unheard.others.map(([name]) => name),
        ['When', 'Verb', 'Whom'],
      );
    });
  }

  test('an action without a record is found, and only within the records’ devices and time', () => {
    const [first, second, ...rest] = auditRows(actions);
    assert.ok(first !== undefined && second !== undefined);
    const records = read(JSON.stringify([first, ...rest]));
    const { withoutRecord } = matchRecords(records, actions, 0);
    assert.deepEqual(
      withoutRecord.map(({ machineId }) => machineId),
      [(second['RawEventData'] as { DeviceId: string }).DeviceId],
    );
    const api = records.filter(({ kind }) => kind === 'api').slice(0, 1);
    assert.equal(matchRecords(api, actions, 0).withoutRecord.length, 0);
  });

  test('a record three minutes away, on another device or of another script belongs to no action', () => {
    const [action] = actions.filter(({ commands }) => commands.some(({ command }) => command.type === 'RunScript'));
    assert.ok(action !== undefined);
    const at = Date.parse(action.creationDateTimeUtc);
    const record = (event: object, shift = 0): AuditRecord[] => [
      ...read(
        JSON.stringify([
          {
            ActionType: 'RunLiveResponseApi',
            RawEventData: { CreationTime: new Date(at + shift).toISOString(), DeviceId: action.machineId, ...event },
          },
        ]),
      ),
    ];
    const script = action.commands
      .flatMap(({ command }) => command.params ?? [])
      .find(({ key }) => key === 'ScriptName');
    const isMatched = (records: readonly AuditRecord[]): boolean =>
      matchRecords(records, actions, 0).actionOf.size === 1;
    assert.ok(isMatched(record({})));
    assert.ok(isMatched(record({ CommandsString: `RunScript ${script?.value?.toUpperCase() ?? ''}` })));
    assert.ok(isMatched(record({ DeviceId: undefined, DeviceName: action.computerDnsName?.toUpperCase() })));
    assert.ok(!isMatched(record({}, 181_000)));
    assert.ok(!isMatched(record({ DeviceId: 'f'.repeat(40) })));
    assert.ok(!isMatched(record({ CommandsString: 'RunScript other.ps1' })));
  });

  test('of a time whose actions are not loaded, nothing is said of an action', () => {
    const records = read(JSON.stringify(auditRows(actions)));
    const newest = actions.toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1));
    const loaded = newest.slice(0, 50);
    const since = Date.parse(loaded.at(-1)?.creationDateTimeUtc ?? '');
    const { actionOf, notLoaded } = matchRecords(records, loaded, since);
    const lone = records.filter((one) => one.kind === 'api' && !actionOf.has(one) && !notLoaded.has(one));
    assert.deepEqual(
      lone.map(({ commands }) => commands),
      ['RunScript wipe.ps1'],
    );
    assert.ok(notLoaded.size > 100);
    assert.equal(
      matchRecords(records, [], Infinity).notLoaded.size,
      records.filter(({ kind }) => kind === 'api' || kind === 'file').length,
    );
  });

  test('what is no export says so, and what cannot be read is counted', () => {
    for (const text of ['', ' \n', 'hello', 'a,b', '[1,2]x', '{', 'null', '"text"']) {
      assert.equal(readAuditExport(text), undefined, text);
    }
    assert.deepEqual(readAuditExport('[1,{"ActionType":"x"},null]')?.left, 2);
    assert.deepEqual(readAuditExport('a,b\n1,2\n1\n')?.left, 1);
    assert.equal(readAuditExport('{"ActionType":"x"}\nnoise\n')?.left, 1);
    assert.equal(readAuditExport('{"results":[]}')?.records.length, 0);
  });

  test('odd fields spoil only themselves', () => {
    const [record] = read(
      JSON.stringify([
        {
          ActionType: 'RunLiveResponseSession',
          Timestamp: 'Nov 23, 2026 9:04:05 PM',
          RawEventData: '{"DeviceId":17,"__proto__":{"x":1},"UserId":"\u202Eexe","DeviceName":["a"]}',
        },
      ]),
    );
    assert.equal(record?.kind, 'console');
    assert.equal(record.at, undefined);
    assert.equal(record.timestamp, 'Nov 23, 2026 9:04:05 PM');
    assert.equal(record.deviceId, '17');
    assert.equal(record.device, '["a"]');
    assert.equal(({} as { x?: number }).x, undefined);
    const [broken] = read('[{"ActionType":"RunLiveResponseSession","RawEventData":"{cut"}]');
    assert.equal(broken?.kind, 'console');
  });

  test('a hostile export takes linear time: many quotes, brackets and equal devices', () => {
    const device = 'a'.repeat(40);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      ActionType: 'RunLiveResponseApi',
      RawEventData: { DeviceId: device, CreationTime: new Date(index * 1000).toISOString() },
    }));
    const records = read(JSON.stringify(many));
    const [pattern] = actions;
    assert.ok(pattern !== undefined);
    const same = Array.from({ length: 5000 }, (_, index) => ({
      ...pattern,
      id: `${index}`,
      machineId: device,
      creationDateTimeUtc: new Date(index * 600_000).toISOString(),
    }));
    assert.ok(matchRecords(records, same, 0).actionOf.size > 30);
    for (const text of [
      '"'.repeat(1_000_000),
      `a,b\n${'"x'.repeat(500_000)}`,
      '['.repeat(100_000),
      `{"results":[${'{'.repeat(100_000)}`,
    ]) {
      readAuditExport(text);
    }
  });
});
