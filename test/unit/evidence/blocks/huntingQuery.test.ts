import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { buildHuntingQuery, buildIndicatorQuery, sessionsQuery } from '../../../../src/evidence/blocks/huntingQuery.ts';
import type { HuntingScope } from '../../../../src/evidence/blocks/huntingQuery.ts';

const SCOPE: HuntingScope = {
  title: 'dc1 · collect.ps1 · 1#0',
  machineId: 'ab12'.repeat(10),
  device: 'dc1.contoso.example',
  starts: ['2026-11-23T21:04:01.1234567Z', '2026-11-23T21:02:00Z'],
  ends: ['2026-11-23T21:04:41.5'],
};

suite('a hunting query', () => {
  test('around the command, by the times as the server wrote them', () => {
    assert.equal(
      buildHuntingQuery(SCOPE),
      `// dc1 · collect.ps1 · 1#0
let Started = datetime(2026-11-23T21:04:01.1234567Z);
let Ended = datetime(2026-11-23T21:04:41.5Z);
union isfuzzy=true withsource=Table DeviceEvents, DeviceFileEvents, DeviceImageLoadEvents, DeviceLogonEvents, DeviceNetworkEvents, DeviceProcessEvents, DeviceRegistryEvents
| where Timestamp between ((Started - 5m) .. (Ended + 5m))
| where DeviceId == "${'ab12'.repeat(10)}"
| sort by Timestamp asc
`,
    );
  });

  test('what a device or the service says stays inside of its string, and of the comment', () => {
    const hostile = 'a"\\\r\n| x 日😀\u202e';
    const query = buildHuntingQuery({ ...SCOPE, title: hostile, machineId: '', device: hostile }) ?? '';
    assert.ok(
      query.includes('| where DeviceName =~ "a\\"\\\\\\u000d\\u000a| x \\u65e5\\ud83d\\ude00\\u202e"\n'),
      query,
    );
    assert.ok(query.startsWith('// a"\\␍␊| x 日😀<U+202E>\nlet '));
    assert.equal(query.trimEnd().split('\n').length, 7);
  });

  test('a time that is none is passed over; without any there is no query', () => {
    const injected = '2026-11-23T21:04:01Z); DeviceEvents //';
    const query =
      buildHuntingQuery({ ...SCOPE, starts: [null, injected, '2026-11-23T21:02:00+01:00'], ends: [] }) ?? '';
    assert.match(query, /^let Started = datetime\(2026-11-23T21:02:00\+01:00\);$/mu);
    assert.match(query, /^let Ended = datetime\(2026-11-23T21:02:00\+01:00\);$/mu);
    assert.equal(buildHuntingQuery({ ...SCOPE, starts: [injected], ends: [] }), undefined);
    assert.equal(buildHuntingQuery({ ...SCOPE, machineId: null, device: null }), undefined);
  });
});

suite('a query for an indicator on all devices', () => {
  const CASES = [
    ['ipv4', '198.51.100.23', 'DeviceNetworkEvents', 'RemoteIP == "198.51.100.23"'],
    ['domain', 'evil.example', 'DeviceNetworkEvents', 'RemoteUrl has "evil.example"'],
    ['url', 'https://u@evil.example:8443/a?b', 'DeviceNetworkEvents', 'RemoteUrl =~ "evil.example"'],
    ['sha256', 'ab'.repeat(32), 'DeviceFileEvents', `SHA256 =~ "${'ab'.repeat(32)}"`],
    ['md5', 'ab'.repeat(16), 'DeviceProcessEvents', 'InitiatingProcessMD5'],
    ['path', 'C:\\Temp\\x.exe', 'DeviceFileEvents', 'FolderPath =~ "C:\\\\Temp" and FileName =~ "x.exe"'],
    ['url', 'http://evil.example?@good.example/x', 'DeviceNetworkEvents', 'RemoteUrl =~ "evil.example"'],
    ['registry', 'HKLM\\Software\\X', 'DeviceRegistryEvents', 'startswith "HKEY_LOCAL_MACHINE\\\\Software\\\\X"'],
    ['registry', '\\REGISTRY\\MACHINE\\Software\\X', 'DeviceRegistryEvents', '"HKEY_LOCAL_MACHINE\\\\Software\\\\X"'],
    ['registry', 'HKCU:\\Software\\X', 'DeviceRegistryEvents', 'RegistryKey has "Software\\\\X"'],
    ['email', 'a@evil.example', 'EmailEvents', 'SenderFromAddress =~ "a@evil.example"'],
  ] as const;
  for (const [kind, value, table, condition] of CASES) {
    test(`${kind} ${value}: the last seven days, in the tables that name it`, () => {
      const query = buildIndicatorQuery({ kind, value });
      assert.ok(query.includes(table) && query.includes(condition), query);
      assert.ok(query.includes('ago(7d)') && query.endsWith('\n'));
    });
  }

  test('a value ends no string and begins no line', () => {
    const query = buildIndicatorQuery({ kind: 'path', value: 'C:\\a" | project x\n// b' });
    assert.equal(query.split('\n').length, 6);
    const statements = query.split('\n').slice(1).join('\n');
    assert.ok(!/(?<!\\)" \| project/u.test(statements), query);
  });

  test('the query that is sent stands in the page for administrators as it is', async () => {
    const page = (await readFile('docs/reference/connections.md', 'utf8')).replaceAll(/\n +/gu, '\n');
    assert.ok(page.includes(sessionsQuery(undefined, 7)));
  });

  test('a device without an ID is never a query for all devices by itself', () => {
    assert.doesNotMatch(sessionsQuery(undefined, 7), /DeviceId/u);
    assert.match(sessionsQuery('abc', 7), /DeviceId\) =~ "abc"/u);
  });
});
