import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { LARGE, largeActionId } from '../tenant/largeTenant.ts';
import { waitFor } from './support/host.ts';
import { createLargeTree } from './support/largeTree.ts';
import type { LargeTree } from './support/largeTree.ts';

const NEVER = new AbortController().signal;
const NEWEST = LARGE.actions - 1;

/** Wait in which VS Code would have requested more rows, if it wanted more: it collects changes for 200 ms. */
const QUIET_MS = 600;

describe('the tree with 10,000 rows', () => {
  let large: LargeTree;
  before(async function () {
    this.timeout(60_000);
    large = createLargeTree('testTrees.ours');
    await commands.executeCommand('testTrees.ours.focus');
    large.tree.show(large.source);
    await large.counted.until(51);
    await large.loadAll();
    // On a busy machine VS Code asks for them long after the last page, and 600 ms of silence come before that.
    await waitFor('every row to be made', () => large.counted.made() >= LARGE.actions);
    await quiet();
  });
  after(() => {
    large.counted.dispose();
  });

  /** Waits until VS Code has requested all the rows that it wants. */
  async function quiet(): Promise<void> {
    for (let before = -1; before !== large.counted.asked();) {
      before = large.counted.asked();
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
  }

  /** Returns VS Code's requests because of some work, once `made` rows are made and no more requests come. */
  async function asks(work: () => unknown, made = 0): Promise<{ asked: number; made: number; calls: number }> {
    large.counted.reset();
    const calls = large.calls();
    await work();
    await waitFor('the rows', () => large.counted.made() >= made);
    await quiet();
    return { asked: large.counted.asked(), made: large.counted.made(), calls: large.calls() - calls };
  }

  it('holds them all', () => {
    assert.equal(large.tree.shown.length, LARGE.actions);
  });

  it('asks for the changed rows only after a refresh, which is one call', async () => {
    for (const number of [NEWEST, NEWEST - 7, 5]) large.tenant.change(number, { status: 'Failed' });
    const told = await asks(() => large.store.refresh(NEVER), 3);
    assert.deepEqual(told, { asked: 3, made: 3, calls: 1 });
  }).timeout(30_000);

  it('asks for nothing where nothing changed', async () => {
    assert.deepEqual(await asks(() => large.store.refresh(NEVER)), { asked: 0, made: 0, calls: 1 });
  }).timeout(30_000);

  it('makes the new row only when one comes, although VS Code asks for its neighbours again', async () => {
    large.tenant.add();
    const told = await asks(() => large.store.refresh(NEVER), 1);
    assert.equal(told.made, 1);
    assert.equal(large.tree.shown.length, LARGE.actions + 1);
  }).timeout(30_000);

  it('asks for the changed row and its group only, where rows are grouped', async () => {
    large.tree.groupBy('device');
    await waitFor('the devices', () => large.counted.asked() >= LARGE.devices);
    await quiet();
    const node = large.tree.nodeOf(largeActionId(NEWEST));
    assert.ok(node);
    await large.counted.view.reveal(node, { select: true, focus: false, expand: false });
    await quiet();
    large.tenant.change(NEWEST, { status: 'TimeOut' });
    const { made, calls } = await asks(() => large.store.refresh(NEVER), 2);
    assert.deepEqual({ made, calls }, { made: 2, calls: 1 });
    assert.deepEqual(large.counted.view.selection, [node]);
    large.tenant.add();
    const joined = await asks(() => large.store.refresh(NEVER), 1);
    assert.equal(joined.made, 1, 'the group of the new row, which is closed and moves to the top');
  }).timeout(60_000);

  it('sorts and filters, and shows what is wanted', async () => {
    large.tree.groupBy('action');
    large.tree.sortBy('device');
    await quiet();
    assert.equal((await large.tree.getChildren()).length, LARGE.actions + 2);
    large.tree.show({ ...large.source, isWanted: ({ status }) => status === 'Failed' });
    await quiet();
    assert.equal((await large.tree.getChildren()).length, 2);
  }).timeout(60_000);
});
