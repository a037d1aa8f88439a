import assert from 'node:assert/strict';
import { EventEmitter, ThemeIcon } from 'vscode';
import type { TreeItem } from 'vscode';
import { ActionStore } from '../../src/actions/actionStore.ts';
import type { PlacedRecords } from '../../src/actions/placedRecords.ts';
import { findDevice } from '../../src/commands/common/findDevice.ts';
import { findTargets } from '../../src/commands/common/targets.ts';
import { trailSentence } from '../../src/messages/auditWords.ts';
import { ActionTree } from '../../src/tree/actionTree.ts';
import type { TreeNode } from '../../src/tree/nodes.ts';
import type { TreeSource } from '../../src/tree/treeSource.ts';
import { action, auditRecord, ref, TENANT } from '../unit/results/fixtures.ts';

const AT = Date.UTC(2026, 10, 23, 21, 2);
const own = auditRecord();
const lacking = action({ id: 'lacking', creationDateTimeUtc: '2026-11-23T20:00:00Z' });
const session = auditRecord({ kind: 'console', at: AT - 60_000, place: 2, who: 'bert · Exit 0' });
const lone = auditRecord({ at: AT - 120_000, place: 3 });
const unsure = auditRecord({ at: AT + 120_000, place: 4 });
const file = auditRecord({ kind: 'file', at: AT - 180_000, place: 5, fileName: 'a.bin', fileSha256: 'cd'.repeat(32) });

const RECORDS: PlacedRecords = {
  matches: { actionOf: new Map([[own, action()]]), notLoaded: new Set([unsure]), withoutRecord: [lacking] },
  rows: [unsure, session, lone, file],
  ofAction: new Map([[action().id, [own]]]),
  lacking: new Set([lacking.id]),
  rest: [],
};

/** Creates the tree with two actions, as if they were loaded. */
function createTree(change: Partial<TreeSource> = {}): ActionTree {
  const tree = new ActionTree(
    new EventEmitter<TreeNode[] | undefined>(),
    () => Promise.resolve(),
    () => Promise.resolve(),
  );
  const actions = new ActionStore(() => Promise.reject(new Error('a row spends no call')), true);
  actions.showOffline([action(), lacking]);
  const marks = (): ReturnType<NonNullable<TreeSource['marks']>> => ({ isReviewed: false, tags: [], remarks: [] });
  const source = { connectionName: 'c', tenant: TENANT, actions, stored: () => undefined, marks, records: RECORDS };
  tree.show({ ...source, ...change });
  return tree;
}

function wordsOf(item: TreeItem): string {
  const label = typeof item.label === 'string' ? item.label : '';
  return `${label} ${String(item.description)}`;
}

describe('records in the tree of actions', () => {
  it('stand between the actions, and the one of an action is its first child', async () => {
    const tree = createTree();
    const roots = await tree.getChildren();
    assert.deepEqual(
      roots.map((node) => (node.kind === 'record' ? node.record.place : node.kind)),
      [4, 'action', 2, 3, 5, 'action'],
    );
    const [, parent, , , , bare] = roots;
    const children = await tree.getChildren(parent);
    assert.deepEqual(
      children.map(({ kind }) => kind),
      ['record', 'command'],
    );
    const [child] = children;
    assert.ok(child !== undefined && bare !== undefined);
    assert.match(wordsOf(tree.getTreeItem(child)), /^API session probably this action · .+ · anna@contoso\.com$/u);
    assert.match(wordsOf(tree.getTreeItem(bare)), /^dc1 no record · collect\.ps1 · /u);
    const hover = tree.resolveTreeItem(tree.getTreeItem(bare), bare).tooltip;
    assert.match(typeof hover === 'object' ? hover.value : '', /No record in the audit trail/u);
  });

  it('stand alone without the ID of a device, and name the one that they are about', async () => {
    const nameless = auditRecord({ kind: 'console', at: AT - 60_000, place: 2, device: 'evil-pc', deviceId: '' });
    const tree = createTree({ records: { ...RECORDS, rows: [nameless] } });
    tree.groupBy('device');
    const item = (await tree.getChildren()).flatMap((node) =>
      node.kind === 'record' ? tree.getTreeItem(node) : [],
    )[0];
    assert.match(wordsOf(item ?? assert.fail('no row of its own')), /^evil-pc Console session · /u);
  });

  it('are counted as in the list only where they have a place in it', () => {
    const hidden = auditRecord({ place: 9 });
    const trail = { records: [own, session, hidden], left: 0, source: 'a.csv', tenant: TENANT, openedAt: AT };
    const sentence = trailSentence(trail, { ...RECORDS, rows: [session] });
    assert.match(sentence, /Records: 3 · In the list of actions: 2 · /u);
  });

  it('say what they are; only one that can have no action has the warning', async () => {
    const tree = createTree();
    const items = (await tree.getChildren()).flatMap((node) => (node.kind === 'record' ? tree.getTreeItem(node) : []));
    const [doubt = '', console = '', alone = '', collected = ''] = items.map(wordsOf);
    assert.match(doubt, /^dc1 API session · /u);
    assert.doesNotMatch(doubt, /no action/u);
    assert.match(console, /^dc1 Console session · .+ · bert ‧ Exit 0$/u);
    assert.match(alone, /^dc1 API session · .+ · no action in the list · /u);
    assert.match(collected, /^dc1 File collected · .+ · a\.bin · SHA-256 cdcdcdcd… · /u);
    assert.deepEqual(
      items.map(({ iconPath }) => iconPath instanceof ThemeIcon && iconPath.id),
      ['run', 'account', 'warning', 'file-zip'],
    );
    assert.match(items[2]?.accessibilityInformation?.label ?? '', /No action fits/u);
  });

  it('are no results: no check box, no target, no count; a selected action beside them is the only one', async () => {
    const tree = createTree();
    const roots = await tree.getChildren();
    const records = roots.filter(({ kind }) => kind === 'record');
    const view = { tree, selection: roots };
    const services = { view, connections: {}, runOverviews: {}, tableTabs: {} } as unknown as Parameters<
      typeof findTargets
    >[0];
    assert.equal(tree.shown.length, 2);
    for (const record of records) {
      assert.equal(tree.getTreeItem(record).checkboxState, undefined);
      assert.deepEqual(findTargets(services, [record]), []);
      assert.match(tree.getTreeItem(record).contextValue ?? '', /^auditRecord located$/u);
    }
    const of = (selected: readonly TreeNode[]): unknown =>
      findTargets(services, [selected[0], selected]).map((target) => target.ref);
    assert.deepEqual(of(roots.slice(0, 3)), [ref()]);
    assert.deepEqual(of(records), []);
  });

  it('lead to their device, below which they are named by their kind', async () => {
    const tree = createTree();
    tree.groupBy('device');
    const [device] = await tree.getChildren();
    assert.ok(device?.kind === 'device');
    assert.match(wordsOf(tree.getTreeItem(device)), /^dc1 2 loaded · Records: 4$/u);
    const [record] = await tree.getChildren(device);
    assert.ok(record !== undefined);
    assert.match(wordsOf(tree.getTreeItem(record)), /^API session /u);
    const auditTrail = { opened: { tenant: TENANT }, record: () => unsure };
    const services = { auditTrail, view: { tree, selection: [] } } as unknown as Parameters<typeof findDevice>[0];
    const found = await findDevice(services, [record]);
    assert.deepEqual(found, { ...TENANT, machineId: unsure.deviceId, name: 'dc1' });
  });

  it('without a trail there are none, and no action is marked', async () => {
    const tree = createTree({ records: undefined });
    const roots = await tree.getChildren();
    assert.deepEqual(
      roots.map(({ kind }) => kind),
      ['action', 'action'],
    );
    for (const root of roots) assert.doesNotMatch(wordsOf(tree.getTreeItem(root)), /record/u);
  });
});
