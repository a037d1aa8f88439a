import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AuditTrail } from '../../../src/actions/auditTrail.ts';
import type { LoadedActions } from '../../../src/actions/auditTrail.ts';
import { hasSameRows, MOST_ROWS } from '../../../src/actions/placedRecords.ts';
import type { PlacedRecords } from '../../../src/actions/placedRecords.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { AuditRecord } from '../../../src/evidence/audit/auditRecords.ts';
import { action, auditRecord, command, TENANT } from '../results/fixtures.ts';

const AT = Date.UTC(2026, 10, 23, 21, 2);
const HOUR_MS = 3_600_000;
const MACHINE = 'ab12'.repeat(10);

function listOf(actions: readonly MachineAction[], wholeSince?: number, ...wholeDevices: string[]): LoadedActions {
  return { actions, wholeSince, wholeDevices: new Set(wholeDevices) };
}

/** Opens a trail and returns its places in the shown list, which is the list of all sessions if none is given. */
function open(records: readonly AuditRecord[], list: LoadedActions, shown = list): AuditTrail {
  const place = { tenant: TENANT, actions: shown };
  const trail = new AuditTrail(
    () => list,
    () => place,
  );
  trail.open({ records, left: 0, source: 'a.csv', tenant: TENANT, openedAt: AT });
  return trail;
}

function placesOf(...given: Parameters<typeof open>): PlacedRecords {
  const { placed } = open(...given);
  assert.ok(placed !== undefined);
  return placed;
}

const own = auditRecord();
const session = auditRecord({ kind: 'console', at: AT - HOUR_MS, place: 2 });
const old = auditRecord({ kind: 'console', at: AT - 9 * HOUR_MS, place: 3 });
const lone = auditRecord({ at: AT - 2 * HOUR_MS, place: 4 });
const odd = auditRecord({ kind: 'other', place: 5 });
const timeless = auditRecord({ kind: 'console', at: undefined, place: 6 });
const ALL = [odd, old, own, timeless, lone, session];

suite('the places of records in a list', () => {
  test('a record of an action stands at it, others by their time, and what the list cannot show is left', () => {
    const { rows, ofAction, rest, matches } = placesOf(ALL, listOf([action()], AT - 3 * HOUR_MS));
    assert.deepEqual(rows, [session, lone]);
    assert.deepEqual([...ofAction], [[action().id, [own]]]);
    assert.deepEqual(rest, [odd, old, timeless]);
    assert.ok(!matches.notLoaded.has(lone), 'the list is whole there, so that it has no action');
  });

  test('records without a time keep the order of the export, and take no action', () => {
    const timeless = [7, 8, 9].map((place) => auditRecord({ at: undefined, place }));
    const { ofAction, rest, matches } = placesOf([...timeless, own], listOf([action()], -Infinity));
    assert.deepEqual(rest, timeless);
    assert.deepEqual([[...ofAction.values()], matches.notLoaded.size], [[[own]], 0]);
  });

  test('of one action, a bounded number stands at it, oldest first; the rest is told, and takes no quadratic time', () => {
    const files = Array.from({ length: 60_000 }, (_, at) =>
      auditRecord({ kind: 'file', at: AT + at, fileName: 'a', place: at + 10 }),
    );
    const collects = { type: 'GetFile', params: [{ key: 'Path', value: 'a' }] };
    const collector = action({ commands: [command({ command: collects })] });
    const { rows, ofAction, rest } = placesOf(files, listOf([collector], AT - 3 * HOUR_MS));
    const own = ofAction.get(action().id) ?? [];
    assert.deepEqual([own.length, rows.length + own.length + rest.length], [MOST_ROWS, files.length]);
    assert.ok((own[0]?.at ?? 0) < (own.at(-1)?.at ?? 0));
  });

  test('of a time that is not loaded, a record has no place, and nothing is said of its action', () => {
    const { rows, rest, matches } = placesOf(ALL, listOf([action()], AT - 1.5 * HOUR_MS));
    assert.deepEqual(rows, [session]);
    assert.ok(rest.includes(lone) && matches.notLoaded.has(lone));
    assert.deepEqual(placesOf(ALL, listOf([action()])).rows, []);
  });

  test('at the end of what is loaded, a record waits for the action that may come next', () => {
    const file = auditRecord({ kind: 'file', at: AT - HOUR_MS, fileName: 'a', place: 7 });
    const rowsOf = (since: number): readonly AuditRecord[] => placesOf([lone, file], listOf([], since)).rows;
    assert.deepEqual(rowsOf(AT - 2 * HOUR_MS - 60_000), []);
    assert.deepEqual(rowsOf(AT - 2 * HOUR_MS - 120_000), [lone]);
    assert.deepEqual(rowsOf(AT - 4 * HOUR_MS), [file, lone]);
  });

  test('a session that is newer than every action has its place, and may still get its action', () => {
    const newer = auditRecord({ at: AT + HOUR_MS, place: 7 });
    const { rows, matches } = placesOf([newer], listOf([action()], AT - HOUR_MS));
    assert.deepEqual(rows, [newer]);
    assert.ok(matches.notLoaded.has(newer));
  });

  test('with all actions of a device, its records have a place at any time, and those of others have not', () => {
    const other = auditRecord({ kind: 'console', deviceId: 'cd', at: AT - 9 * HOUR_MS, place: 8 });
    const long = auditRecord({ at: AT - 8 * HOUR_MS, place: 9 });
    const list = listOf([action()], AT - HOUR_MS / 2, MACHINE.toUpperCase());
    const { rows, rest, matches } = placesOf([old, other, long], list);
    assert.deepEqual(rows, [long, old]);
    assert.deepEqual(rest, [other]);
    assert.ok(!matches.notLoaded.has(long));
  });

  test('a time that was loaded for the trail counts in the list that it was loaded into', () => {
    const list = listOf([action()], AT);
    const trail = open(ALL, list);
    assert.deepEqual(trail.placed?.rows, []);
    trail.addLoaded({ from: AT - 3 * HOUR_MS, to: AT });
    assert.deepEqual(trail.placed.rows, [session, lone]);
    const filtered = open(ALL, list, listOf([action()], AT));
    filtered.addLoaded({ from: AT - 3 * HOUR_MS, to: AT });
    assert.deepEqual(filtered.placed?.rows, []);
  });

  test('an action that only the shown list has takes its record, but the list of all does not count as newer', () => {
    const list = listOf([action({ id: 'older', creationDateTimeUtc: '2026-11-23T10:00:00Z' })], -Infinity);
    const { ofAction, matches } = placesOf([own, { ...own, place: 9 }], list, listOf([action()], -Infinity));
    assert.deepEqual([...ofAction.keys()], [action().id]);
    assert.equal(matches.notLoaded.size, 1, 'an action may have come since the list of all was read');
  });

  test('a filter hides an action with its records; a list that does not reach their time leaves them', () => {
    const list = listOf([action()], -Infinity);
    assert.deepEqual(placesOf([own], list, listOf([], -Infinity)).rest, []);
    assert.deepEqual(placesOf([own], list, listOf([], AT + HOUR_MS)).rest, [own]);
  });

  test('the records of a session stand at it by time: the session, then what it collected', () => {
    const path = { key: 'Path', value: 'C:\\a.bin' };
    const collects = action({ commands: [command({ command: { type: 'GetFile', params: [path] } })] });
    const file = auditRecord({ kind: 'file', at: AT + 60_000, fileName: 'a.bin', place: 2 });
    const { ofAction } = placesOf([file, { ...own, commandsWhole: '' }], listOf([collects], -Infinity));
    assert.deepEqual(
      ofAction.get(collects.id)?.map(({ kind }) => kind),
      ['api', 'file'],
    );
  });

  test('actions without a record are named, and only so many records are rows', () => {
    const lacking = action({ id: 'x', creationDateTimeUtc: '2026-11-23T20:00:00Z' });
    const early = auditRecord({ at: AT - 2 * HOUR_MS, place: 2 });
    assert.deepEqual([...placesOf([own, early], listOf([action(), lacking], -Infinity)).lacking], ['x']);
    const many = Array.from({ length: MOST_ROWS + 1 }, (_, n) => ({ ...session, at: AT - n, place: n }));
    const { rows, rest } = placesOf(many, listOf([], -Infinity));
    assert.equal(rows.length, MOST_ROWS);
    assert.deepEqual(rest, [many.at(-1)]);
  });

  test('in the list of another tenant, and without one, no record has a place', () => {
    const list = listOf([action()], -Infinity);
    const other = { tenant: { ...TENANT, tenantId: 'other' }, actions: list };
    for (const shown of [other, undefined]) {
      const trail = new AuditTrail(
        () => list,
        () => shown,
      );
      const placed = (): PlacedRecords | undefined => trail.placed;
      assert.equal(placed(), undefined);
      trail.open({ records: [own, session], left: 0, source: 'a.csv', tenant: TENANT, openedAt: AT });
      assert.deepEqual([placed()?.rows, placed()?.rest], [[], [own, session]]);
      assert.equal(trail.matches.actionOf.size, 1);
    }
  });

  test('another list is another placing at once; the same again changes no row', () => {
    const list = listOf([action()], -Infinity);
    let shown = { tenant: TENANT, actions: list };
    const trail = new AuditTrail(
      () => list,
      () => shown,
    );
    trail.open({ records: ALL, left: 0, source: 'a.csv', tenant: TENANT, openedAt: AT });
    const before = trail.placed;
    trail.refresh();
    assert.notEqual(trail.placed, before);
    assert.ok(hasSameRows(before, trail.placed));
    assert.ok(!hasSameRows(before, undefined));
    shown = { tenant: TENANT, actions: listOf([], AT + HOUR_MS) };
    assert.deepEqual(trail.placed?.rows, []);
    assert.ok(!hasSameRows(before, trail.placed));
  });

  test('rows differ when a record loses its doubt, gets an action, or an action its record', () => {
    const at = placesOf([own, session, lone], listOf([action()], -Infinity));
    const differs = (other: PlacedRecords): boolean => !hasSameRows(at, other);
    assert.ok(differs({ ...at, matches: { ...at.matches, notLoaded: new Set([lone]) } }));
    assert.ok(differs({ ...at, ofAction: new Map() }));
    assert.ok(differs({ ...at, ofAction: new Map([[action().id, [own, lone]]]) }));
    assert.ok(differs({ ...at, lacking: new Set(['x']) }));
    assert.ok(differs({ ...at, rows: [lone, session] }));
    assert.ok(differs({ ...at, ofAction: new Map([['x', [own]]]) }));
    const lacks = (id: string): PlacedRecords => ({ ...at, lacking: new Set([id]) });
    assert.deepEqual([hasSameRows(lacks('x'), lacks('x')), hasSameRows(lacks('x'), lacks('y'))], [true, false]);
  });
});
