import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildHuntingQuery } from '../../../../src/evidence/blocks/huntingQuery.ts';
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
