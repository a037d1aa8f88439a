import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { matchRecords } from '../../src/actions/auditMatches.ts';
import { hashText } from '../../src/base/hashText.ts';
import { buildAuditNote } from '../../src/evidence/audit/auditNote.ts';
import { readAuditExport } from '../../src/evidence/audit/auditRecords.ts';
import type { AuditRecord } from '../../src/evidence/audit/auditRecords.ts';
import {
  ALWAYS,
  auditRows,
  CONSOLE_SESSIONS,
  FORMS,
  readRecords,
  sampleActions,
  STARTED_AT,
  withoutRecord,
} from './auditExport.ts';

const actions = await sampleActions();
const rows = auditRows();
const unrecorded = withoutRecord(actions);

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
      const { actionOf, withoutRecord } = matchRecords(records, actions, ALWAYS);
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
      assert.deepEqual(withoutRecord, [unrecorded], 'the newest action is newer than the last record');
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
    const second = rows.filter((row) => row['ActionType'] === 'RunLiveResponseApi')[1];
    assert.ok(second !== undefined);
    const records = readRecords(JSON.stringify(rows.filter((row) => row !== second)));
    const { withoutRecord } = matchRecords(records, actions, ALWAYS);
    assert.deepEqual(
      withoutRecord.filter((action) => action !== unrecorded).map(({ machineId }) => machineId),
      [(second['RawEventData'] as { DeviceId: string }).DeviceId],
    );
    const api = records.filter(({ kind }) => kind === 'api').slice(0, 1);
    assert.equal(matchRecords(api, actions, ALWAYS).withoutRecord.length, 0);
  });

  test('a record three minutes away, on another device or of another script belongs to no action', () => {
    const [action] = actions.filter(({ commands }) => commands.some(({ command }) => command.type === 'RunScript'));
    assert.ok(action !== undefined);
    const at = Date.parse(action.creationDateTimeUtc);
    const record = (event: object, shift = 0): AuditRecord[] => [
      ...readRecords(
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
      matchRecords(records, actions, ALWAYS).actionOf.size === 1;
    assert.ok(isMatched(record({})));
    assert.ok(isMatched(record({ CommandsString: `RunScript ${script?.value?.toUpperCase() ?? ''}` })));
    assert.ok(isMatched(record({ DeviceId: undefined, DeviceName: action.computerDnsName?.toUpperCase() })));
    assert.ok(!isMatched(record({}, 181_000)));
    assert.ok(!isMatched(record({ DeviceId: 'f'.repeat(40) })));
    assert.ok(!isMatched(record({ CommandsString: 'RunScript other.ps1' })));
  });

  test('of a time whose actions are not loaded, nothing is said of an action', () => {
    const records = readRecords(JSON.stringify(auditRows()));
    const newest = actions.toSorted((one, other) => (one.creationDateTimeUtc < other.creationDateTimeUtc ? 1 : -1));
    const loaded = newest.slice(0, 50);
    const since = Date.parse(loaded.at(-1)?.creationDateTimeUtc ?? '');
    const { actionOf, notLoaded } = matchRecords(records, loaded, [{ from: since, to: Infinity }]);
    const lone = records.filter((one) => one.kind === 'api' && !actionOf.has(one) && !notLoaded.has(one));
    assert.deepEqual(
      lone.map(({ commands }) => commands),
      ['RunScript wipe.ps1'],
    );
    assert.ok(notLoaded.size > 100);
    assert.equal(
      matchRecords(records, [], []).notLoaded.size,
      records.filter(({ kind }) => kind === 'api' || kind === 'file').length,
    );
  });

  test('what is no export says so, and what cannot be read is counted', () => {
    for (const text of ['', ' \n', 'hello', '[1,2]x', '{', 'null', '"text"']) {
      assert.equal(readAuditExport(text), undefined, text);
    }
    assert.deepEqual(readAuditExport('[1,{"ActionType":"x"},null]')?.left, 2);
    assert.deepEqual(readAuditExport('a,b\n1,2\n1\n')?.left, 1);
    assert.equal(readAuditExport('{"ActionType":"x"}\nnoise\n')?.left, 1);
    assert.equal(readAuditExport('{"results":[]}')?.records.length, 0);
  });

  test('a quotation mark that is not closed takes no other row', () => {
    const table = ['A\tB', '1\tx', '2\t"Bob', '3\t"a" tail', '4\ty'].join('\n');
    const found = readAuditExport(table);
    assert.deepEqual(
      found?.records.map(({ raw }) => raw),
      ['1\tx', '2\t"Bob', '3\t"a" tail', '4\ty'],
    );
    assert.equal(found.left, 0);
    const csv = readAuditExport('sep=;\r\nName;Name;Text;\r\n1;2;"a\r\nb";\r\n1;2\r\n3;4;c;\r\n');
    assert.deepEqual(
      csv?.records.map(({ place, others }) => [place, others]),
      [
        [
          1,
          [
            ['Name', '1'],
            ['Name (2)', '2'],
            ['Text', 'a\r\nb'],
          ],
        ],
        [
          3,
          [
            ['Name', '3'],
            ['Name (2)', '4'],
            ['Text', 'c'],
          ],
        ],
      ],
    );
    assert.equal(csv.left, 1);
    assert.equal(readAuditExport('Timestamp,ActionType\n')?.records.length, 0);
  });

  test('only certain times count, and the first that can be read', () => {
    const time = (fields: object): number | undefined => readRecords(JSON.stringify([fields]))[0]?.at;
    assert.equal(
      time({ Timestamp: '2026-11-23 21:04:05', RawEventData: { CreationTime: 'soon' } }),
      Date.UTC(2026, 10, 23, 21, 4, 5),
    );
    assert.equal(time({ Timestamp: '2026-11-23T21:04:05+0200' }), Date.UTC(2026, 10, 23, 19, 4, 5));
    for (const odd of [
      '10/11/2026 15:00:00',
      'row 5',
      '1',
      'Windows 10',
      '0001-01-01T00:00:00Z',
      '-271821-04-20T00:00:00Z',
      '2026-13-40T00:00:00Z',
    ])
      assert.equal(time({ Timestamp: odd }), undefined, odd);
  });

  test('a device that is named like another is another; scripts are compared as whole names', () => {
    const [action] = actions.filter(({ commands }) => commands.some(({ command }) => command.type === 'RunScript'));
    assert.ok(action !== undefined);
    const params = [{ key: 'ScriptName', value: 'a.ps1' }];
    const at = new Date(Date.parse(action.creationDateTimeUtc)).toISOString();
    const one = {
      ...action,
      commands: action.commands.map((command) => ({ ...command, command: { type: 'RunScript', params } })),
    };
    const matched = (event: object): number =>
      matchRecords(
        readRecords(
          JSON.stringify([{ ActionType: 'RunLiveResponseApi', RawEventData: { CreationTime: at, ...event } }]),
        ),
        [one],
        ALWAYS,
      ).actionOf.size;
    const { machineId: DeviceId, computerDnsName: DeviceName } = one;
    assert.equal(matched({ DeviceId, CommandsString: 'RunScript a.ps1' }), 1);
    assert.equal(matched({ DeviceId, CommandsString: 'RunScript data.ps1' }), 0);
    assert.equal(matched({ DeviceId, CommandsString: `${'x'.repeat(9000)} a.ps1` }), 1);
    assert.equal(matched({ DeviceId: 'f'.repeat(40), DeviceName }), 0);
    assert.equal(matched({ DeviceName }), 1);
  });

  test('with a constant delay, each record keeps its own action', () => {
    const [action] = actions;
    assert.ok(action !== undefined);
    const start = Date.UTC(2026, 10, 23, 12);
    const own = [0, 100].map((second) => ({
      ...action,
      id: `${second}`,
      creationDateTimeUtc: new Date(start + second * 1000).toISOString(),
    }));
    const records = readRecords(
      JSON.stringify(
        [60, 160].map((second) => ({
          ActionType: 'RunLiveResponseApi',
          RawEventData: { CreationTime: new Date(start + second * 1000).toISOString(), DeviceId: action.machineId },
        })),
      ),
    );
    const { actionOf } = matchRecords(records, own, ALWAYS);
    assert.deepEqual(
      records.map((record) => actionOf.get(record)?.id),
      ['0', '100'],
    );
  });

  test('a note holds hidden characters as marks, and says so', () => {
    const [record] = readRecords('[{"ActionType":"RunLiveResponseSession","X":"\u202Eexe```\\n"}]');
    assert.ok(record !== undefined);
    const note = buildAuditNote(record, 'a.json', undefined);
    assert.doesNotMatch(note, /\u202E/u);
    assert.match(note, /1 hidden characters are shown/u);
    assert.match(note, /^````json$/mu);
  });

  test('odd fields spoil only themselves', () => {
    const [record] = readRecords(
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
    const [twins] = readRecords('[{"ActionType":"x","RawEventData":{"UserId":"a","userid":"b"}}]');
    assert.equal(twins?.who, 'a');
    assert.deepEqual(twins.others, [['userid', 'b']]);
    const deep = `[{"ActionType":"x","Deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}]`;
    assert.equal(readRecords(deep)[0]?.kind, 'other');
    const [broken] = readRecords('[{"ActionType":"RunLiveResponseSession","RawEventData":"{cut"}]');
    assert.equal(broken?.kind, 'console');
  });

  test('a hostile export takes linear time: many quotes, brackets and equal devices', () => {
    const device = 'a'.repeat(40);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      ActionType: 'RunLiveResponseApi',
      RawEventData: { DeviceId: device, CreationTime: new Date(STARTED_AT + index * 1000).toISOString() },
    }));
    const records = readRecords(JSON.stringify(many));
    const [pattern] = actions;
    assert.ok(pattern !== undefined);
    const same = Array.from({ length: 5000 }, (_, index) => ({
      ...pattern,
      id: `${index}`,
      machineId: device,
      creationDateTimeUtc: new Date(STARTED_AT + index * 600_000).toISOString(),
    }));
    assert.ok(matchRecords(records, same, ALWAYS).actionOf.size > 30);
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
