import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  buildIndicatorQuery,
  buildProcessQuery,
  buildSessionsQuery,
  sessionsQuery,
} from '../../../../src/evidence/blocks/huntingQuery.ts';
import type { HuntingScope } from '../../../../src/evidence/blocks/huntingQuery.ts';

const MACHINE = 'ab12'.repeat(10);
const SCOPE: HuntingScope = {
  title: 'dc1 · collect.ps1 · 1#0',
  machineId: MACHINE,
  device: 'dc1.contoso.example',
  starts: ['2026-11-23T21:04:01.1234567Z'],
  ends: ['2026-11-23T21:04:41.5'],
};

suite('a query that a person runs in the portal', () => {
  test('sessions of a device, or of all devices', () => {
    const own = buildSessionsQuery({ title: 'dc1\n| take 1', machineId: MACHINE }, 7);
    assert.ok(own.startsWith('// Sessions of live response: dc1␊| take 1\n//'), own);
    assert.ok(own.includes(`\n${sessionsQuery(MACHINE, 7)}\n`) && own.includes(`=~ "${MACHINE}"`), own);
    const all = buildSessionsQuery(undefined, 30);
    assert.ok(all.startsWith('// Sessions of live response: all devices\n'), all);
    assert.ok(all.endsWith(`\n${sessionsQuery(undefined, 30)}\n`) && !all.includes('DeviceId'), all);
    assert.equal(buildSessionsQuery({ title: 'all devices', machineId: null }, 30), all);
  });

  test('processes of a script, by the device and the time', () => {
    const query = buildProcessQuery(SCOPE) ?? '';
    assert.ok(query.includes(`| where DeviceId == "${MACHINE}"\n`), query);
    assert.ok(query.includes('let Started = datetime(2026-11-23T21:04:01.1234567Z);\n'), query);
    assert.ok(query.includes('let Ended = datetime(2026-11-23T21:04:41.5Z);\n'), query);
    const byName = buildProcessQuery({ ...SCOPE, machineId: null, ends: [] }) ?? '';
    assert.ok(byName.includes('| where DeviceName =~ "dc1.contoso.example"\n'), byName);
    assert.ok(byName.includes('let Ended = datetime(2026-11-23T21:04:01.1234567Z);\n'), byName);
  });

  test('without a device or a time there is no query of processes', () => {
    assert.equal(buildProcessQuery({ ...SCOPE, machineId: '', device: null }), undefined);
    assert.equal(buildProcessQuery({ ...SCOPE, starts: ['now() //'], ends: [] }), undefined);
  });

  for (const [kind, value, condition] of [
    ['sha1', 'ab'.repeat(20), `SHA1 =~ "${'ab'.repeat(20)}" or InitiatingProcessSHA1 =~`],
    ['sha512', 'ab'.repeat(64), `AdditionalFields has "${'ab'.repeat(64)}"`],
    ['ipv6', '2001:db8::1', 'RemoteIP == "2001:db8::1"'],
    ['registry', 'HKLM', 'RegistryKey startswith "HKEY_LOCAL_MACHINE'],
    ['registry', 'HKCU', 'RegistryKey startswith "HKCU"'],
    ['registry', '\\', 'RegistryKey startswith "\\\\"'],
  ] as const) {
    test(`indicator ${kind} ${value}`, () => {
      const query = buildIndicatorQuery({ kind, value });
      assert.ok(query.includes(condition), query);
    });
  }
});
