import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { matchRecords } from '../../../src/actions/auditMatches.ts';
import { AuditTrail } from '../../../src/actions/auditTrail.ts';
import type { LoadedActions, OpenedTrail } from '../../../src/actions/auditTrail.ts';
import type { AuditRecord } from '../../../src/evidence/audit/auditRecords.ts';
import { action, auditRecord as record, command, TENANT } from '../results/fixtures.ts';

const AT = Date.UTC(2026, 10, 23, 21, 2);
const MACHINE = 'ab12'.repeat(10);
const NO_DEVICES: ReadonlySet<string> = new Set();
const noList = (): undefined => undefined;

function trailOf(records: readonly AuditRecord[], change: Partial<OpenedTrail> = {}): OpenedTrail {
  return { records, left: 0, source: 'a.csv', tenant: TENANT, openedAt: AT, ...change };
}

suite('the audit trail of a window', () => {
  test('is matched with the actions of its own tenant only, and again when they change', () => {
    let loaded: LoadedActions | undefined = { actions: [action()], wholeSince: 0, wholeDevices: NO_DEVICES };
    const asked: string[] = [];
    const trail = new AuditTrail(({ tenantId }) => {
      asked.push(tenantId);
      return loaded;
    }, noList);
    let changes = 0;
    trail.onDidChange(() => changes++);
    assert.equal(trail.opened, undefined);
    assert.equal(trail.matches.actionOf.size, 0);
    assert.deepEqual(asked, []);

    const [one] = [record()];
    trail.open(trailOf([one]));
    assert.equal(trail.matches.actionOf.get(one)?.id, action().id);
    assert.equal(trail.matches, trail.matches);
    assert.deepEqual(asked, [TENANT.tenantId]);

    loaded = undefined;
    trail.refresh();
    assert.equal(trail.matches.actionOf.size, 0);
    assert.deepEqual([...trail.matches.notLoaded], [one]);
    trail.addLoaded({ from: AT - 600_000, to: AT + 600_000 });
    assert.deepEqual([...trail.matches.notLoaded], []);
    assert.equal(changes, 3);

    trail.open(trailOf([one], { tenant: undefined }));
    assert.equal(trail.matches.actionOf.size, 0);
    trail.clear();
    assert.equal(trail.opened, undefined);
    assert.equal(trail.record(one), undefined);
  });

  test('a record is found by its row and its hash together', () => {
    const trail = new AuditTrail(noList, noList);
    const [one, other] = [record(), record({ place: 7, sha256: 'cd' })];
    trail.open(trailOf([one, other]));
    assert.equal(trail.record({ sha256: 'cd', place: 7 }), other);
    assert.equal(trail.record({ sha256: 'ab', place: 7 }), undefined);
    assert.equal(trail.record({ sha256: 'ab', place: 2 }), undefined);
  });
});

suite('records and their actions', () => {
  const names = (script: string): readonly ReturnType<typeof command>[] => [
    command({ command: { type: 'RunScript', params: [{ key: 'ScriptName', value: script }] } }),
  ];
  const matched = (one: AuditRecord, ...actions: readonly ReturnType<typeof action>[]): string | undefined =>
    matchRecords([one], actions, []).actionOf.get(one)?.id;

  test('a record that names no command fits any script; one that names another fits none', () => {
    assert.equal(matched(record({ commandsWhole: '' }), action()), action().id);
    assert.equal(matched(record({ commandsWhole: 'data.ps1' }), action({ commands: names('a.ps1') })), undefined);
    assert.equal(matched(record({ commandsWhole: 'a.ps10' }), action({ commands: names('a.ps1') })), undefined);
    assert.equal(matched(record({ commandsWhole: 'run a.ps1' }), action({ commands: names('a.ps1') })), action().id);
    assert.equal(matched(record({ commandsWhole: 'xa.ps1 a.ps1' }), action({ commands: names('a.ps1') })), action().id);
    assert.equal(matched(record(), action({ commands: names('') })), undefined);
  });

  test('a device without an ID is found by its name, and an action without a time or a device by nothing', () => {
    const byName = record({ deviceId: '', device: 'DC1' });
    assert.equal(matched(byName, action({ machineId: null })), action().id);
    assert.equal(matched(byName, action({ computerDnsName: null })), undefined);
    assert.equal(matched(record(), action({ creationDateTimeUtc: 'never' })), undefined);
    assert.equal(matched(record(), action({ type: 'Isolate' })), undefined);
    assert.equal(matched(record({ at: undefined }), action()), undefined);
    assert.equal(matched(record({ deviceId: 'other' }), action()), undefined);
  });

  test('of two actions the oldest is taken once, and what is far away is none', () => {
    const later = action({ id: 'later', creationDateTimeUtc: '2026-11-23T21:03:00Z' });
    const [one, other] = [record(), record({ at: AT + 60_000, place: 2 })];
    const { actionOf, withoutRecord } = matchRecords([other, one], [later, action()], []);
    assert.deepEqual([actionOf.get(one)?.id, actionOf.get(other)?.id], [action().id, 'later']);
    assert.deepEqual(withoutRecord, []);
    assert.equal(matched(record({ at: AT + 180_000 }), action()), undefined);
  });

  test('a session of the time of the records that has none is told, on the devices that were asked for', () => {
    const unknown = action({ id: 'x', creationDateTimeUtc: '2026-11-23T21:01:00Z', commands: names('other.ps1') });
    const early = record({ at: AT - 300_000, place: 2 });
    const ids = (asked?: Parameters<typeof matchRecords>[3]): string[] =>
      matchRecords([early, record()], [action(), unknown], [], asked).withoutRecord.map(({ id }) => id);
    assert.deepEqual(ids(), ['x']);
    assert.deepEqual(ids({ from: 0, deviceId: undefined }), ['x']);
    assert.deepEqual(ids({ from: 0, deviceId: MACHINE }), ['x']);
    assert.deepEqual(ids({ from: 0, deviceId: 'cd' }), []);
    assert.deepEqual(ids({ from: AT, deviceId: undefined }), []);
    assert.deepEqual(matchRecords([record({ kind: 'console' as never })], [unknown], []).withoutRecord, []);
  });

  test('a collected file belongs to the session that collected it', () => {
    const collects = [command({ command: { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\Temp\\A.bin' }] } })];
    const file = record({ kind: 'file', at: AT + 60_000, fileName: '/x/a.BIN' });
    assert.equal(matched(file, action({ commands: collects })), action().id);
    assert.equal(matched(file, action({ commands: collects, lastUpdateDateTimeUtc: null })), action().id);
    assert.equal(matched({ ...file, at: undefined }, action({ commands: collects })), undefined);
    assert.equal(matched({ ...file, fileName: '' }, action({ commands: collects })), undefined);
    assert.equal(matched({ ...file, at: AT + 3_600_000 }, action({ commands: collects })), undefined);
    // Of a record without a time nothing more can be loaded; of one with a time it may be.
    const { notLoaded } = matchRecords([file, { ...file, at: undefined }], [], []);
    assert.deepEqual([...notLoaded], [file]);
  });
});
