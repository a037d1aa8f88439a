import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PlacedRecords } from '../../../src/actions/placedRecords.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { GROUPINGS } from '../../../src/tree/arrange.ts';
import type { Grouping, Order } from '../../../src/tree/arrange.ts';
import { keyOf, Layout } from '../../../src/tree/layout.ts';
import { isTreeNode } from '../../../src/tree/nodes.ts';
import type { TreeNode } from '../../../src/tree/nodes.ts';
import type { TreeSource } from '../../../src/tree/treeSource.ts';
import { action, auditRecord, command, TENANT } from '../results/fixtures.ts';

const AT = Date.UTC(2026, 10, 23, 22);
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

function at(minutes: number, script: string, change: Partial<MachineAction> = {}): MachineAction {
  const creationDateTimeUtc = new Date(AT - minutes * MINUTE_MS).toISOString();
  const params = [{ key: 'ScriptName', value: script }];
  const commands = [command({ command: { type: 'RunScript', params } })];
  return action({
    id: `at ${minutes}`,
    creationDateTimeUtc,
    commands,
    machineId: 'a',
    computerDnsName: 'a1',
    ...change,
  });
}

function session(minutes: number, device: string): ReturnType<typeof auditRecord> {
  const time = AT - minutes * MINUTE_MS;
  return auditRecord({ kind: 'console', at: time, device: `${device}1`, deviceId: device, place: minutes });
}

const ACTIONS = [at(10, 'b.ps1'), at(20, 'b.ps1', { machineId: 'b', computerDnsName: 'b1' }), at(30, 'a.ps1')];
const RECORDS = [session(5, 'a'), session(15, 'b'), session(15 + DAY_MINUTES, 'c')];

function layoutOf(
  grouping: Grouping,
  order: Order = 'age',
  {
    actions = ACTIONS,
    records = RECORDS,
    isWanted,
  }: Partial<Record<'actions', MachineAction[]>> & {
    readonly records?: readonly ReturnType<typeof auditRecord>[];
    readonly isWanted?: TreeSource['isWanted'];
  } = {},
): Layout {
  const placed: PlacedRecords = {
    matches: { actionOf: new Map(), notLoaded: new Set(), withoutRecord: [] },
    rows: records,
    ofAction: new Map(),
    lacking: new Set(),
    rest: [],
  };
  const list = { actions, state: { kind: 'loaded', hasMore: true }, wholeDevices: new Set(['c']) };
  const source = { connectionName: 'c', tenant: TENANT, actions: list, records: placed, isWanted };
  const nodes = new Map<string, TreeNode>();
  return new Layout(source as unknown as TreeSource, grouping, order, {
    id: (kind, rest) => `${kind}/${rest}`,
    keep: <Node extends TreeNode>(node: Node): Node => {
      const known = nodes.get(node.id) ?? node;
      nodes.set(node.id, known);
      return known as Node;
    },
  });
}

/** Returns rows in short: `20` for an action, `r15` for a record, and groups with what they hold. */
function read(layout: Layout, rows: readonly TreeNode[] = layout.roots): unknown[] {
  return rows.map((row) => {
    if (row.kind === 'action') return Number(row.actionId.slice(3));
    if (row.kind === 'record') return `r${row.record.place}`;
    assert.ok(row.kind === 'device' || row.kind === 'group');
    return [keyOf(row).slice(0, 10), ...read(layout, layout.childrenOf(keyOf(row)))];
  });
}

suite('records between actions', () => {
  test('flat, they stand by their time, and by their device where that is the order', () => {
    assert.deepEqual(read(layoutOf('action')), ['r5', 10, 'r15', 20, 30, 'r1455']);
    assert.deepEqual(read(layoutOf('action', 'device')), ['r5', 10, 30, 'r15', 20, 'r1455']);
  });

  test('in an order that they cannot answer, they stand behind the actions', () => {
    assert.deepEqual(read(layoutOf('action', 'script')), [30, 10, 20, 'r5', 'r15', 'r1455']);
    assert.deepEqual(read(layoutOf('action', 'state')).slice(-3), ['r5', 'r15', 'r1455']);
  });

  test('below their device, also one of which no action is known, and below their day', () => {
    assert.deepEqual(read(layoutOf('device')), [
      ['a', 'r5', 10, 30],
      ['b', 'r15', 20],
      ['c', 'r1455'],
    ]);
    assert.deepEqual(read(layoutOf('day')), [
      ['2026-11-23', 'r5', 10, 'r15', 20, 30],
      ['2026-11-22', 'r1455'],
    ]);
  });

  test('a record without the ID of a device joins no device, whatever its name says, and stands alone', () => {
    const nameless = auditRecord({ kind: 'console', at: AT, device: 'a1', deviceId: '', place: 1 });
    const layout = layoutOf('device', 'age', { records: [nameless] });
    assert.deepEqual(read(layout), ['r1', ['a', 10, 30], ['b', 20]]);
    assert.deepEqual(layout.groupSummary('').records, 0, 'nor the group of actions without an ID');
  });

  test('by run, they stand alone in their time, below no run', () => {
    const roots = read(layoutOf('run'));
    assert.deepEqual(
      roots.filter((row) => typeof row === 'string'),
      ['r5', 'r15', 'r1455'],
    );
    assert.equal(roots[0], 'r5');
    for (const group of roots)
      assert.ok(!Array.isArray(group) || group.slice(1).every((row) => typeof row === 'number'));
  });

  test('they are counted as no action, hide with no filter for actions, and name a device only if nothing else does', () => {
    for (const grouping of GROUPINGS) {
      assert.equal(layoutOf(grouping).actions.length, 3);
      assert.equal(layoutOf(grouping, 'age', { isWanted: () => false }).actions.length, 0);
    }
    const hidden = layoutOf('action', 'age', { isWanted: ({ id }) => id === 'at 20' });
    assert.deepEqual(read(hidden), ['r5', 'r15', 20, 'r1455']);
    const layout = layoutOf('device', 'age', { records: [{ ...session(5, 'a'), device: 'forged' }, session(40, 'c')] });
    assert.deepEqual(layout.deviceSummary('a'), {
      name: 'a1',
      ambiguous: false,
      loaded: 2,
      complete: false,
      records: 1,
    });
    assert.deepEqual(layout.deviceSummary('c'), {
      name: 'c1',
      ambiguous: false,
      loaded: 0,
      complete: true,
      records: 1,
    });
    assert.equal(layout.groupSummary('a').records, 1);
  });

  test('a group with another record is another group, and an action is still found in it', () => {
    const [layout, same, more] = [
      layoutOf('day'),
      layoutOf('day'),
      layoutOf('day', 'age', { records: [session(25, 'b'), ...RECORDS] }),
    ];
    const [day] = layout.roots;
    assert.ok(day?.kind === 'group');
    assert.ok(layout.holdsSame(day, same));
    assert.ok(!layout.holdsSame(day, more));
    assert.ok(!layout.holdsSame(day, undefined));
    assert.equal(layout.rootOf('at 20'), day);
    const [record] = layout.childrenOf(keyOf(day));
    assert.ok(record?.kind === 'record' && isTreeNode(record));
  });
});
