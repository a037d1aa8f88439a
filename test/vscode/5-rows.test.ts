import assert from 'node:assert/strict';
import { ThemeIcon } from 'vscode';
import type { TreeItem } from 'vscode';
import type { MachineAction } from '../../src/defender/schema.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import { actionItem } from '../../src/tree/toTreeItem.ts';
import type { RowPlace } from '../../src/tree/toTreeItem.ts';
import { action, received } from '../unit/results/fixtures.ts';

const NOW = Date.UTC(2026, 10, 23, 23);
const PLACE: RowPlace = { grouping: 'action', now: NOW, isAge: false, isWatched: false, records: undefined };
const TENANT = { cloud: 'custom', tenantId: received().ref.tenantId } as const;

function command(index: number, type: string, params: Readonly<Record<string, string>>, commandStatus = 'Completed') {
  const list = Object.entries(params).map(([key, value]) => ({ key, value }));
  return { index, startTime: null, endTime: null, commandStatus, errors: [], command: { type, params: list } };
}

function rowOf(change: Partial<MachineAction>, stored?: StoredFacts, place: Partial<RowPlace> = {}): TreeItem {
  const one = action({
    computerDnsName: 'dc1.contoso.example',
    creationDateTimeUtc: '2026-11-23T22:47:04Z',
    ...change,
  });
  const node = { kind: 'action', id: 'row', tenant: TENANT, actionId: one.id } as const;
  return actionItem(node, one, (index) => (index === 0 ? stored : undefined), { ...PLACE, ...place });
}

function iconOf(item: TreeItem): string {
  return item.iconPath instanceof ThemeIcon ? item.iconPath.id : '';
}

const SCRIPT = command(0, 'RunScript', { ScriptName: 'collect.ps1', Args: '-All' });
const STORED = {
  ...received(),
  transcript: { exitCode: 323, errorLines: 1, output: { length: 0 }, errors: { length: 1 } },
} as unknown as StoredFacts;

describe('the row of an action', () => {
  it('begins with the device; a good end that is not fetched says nothing', () => {
    const row = rowOf({ status: 'Succeeded', commands: [SCRIPT] });
    assert.equal(row.label, 'dc1');
    assert.equal(row.description, 'collect.ps1 · 22:47Z');
    assert.equal(iconOf(row), 'circle-large-outline');
  });

  it('says exit code and errors first once the result is stored, and the date where it is not today', () => {
    const row = rowOf({ status: 'Succeeded', commands: [SCRIPT] }, STORED, { now: NOW + 86_400_000 });
    assert.equal(row.description, 'Exit 323 · 1 error · collect.ps1 · 11-23 22:47Z');
    const age = rowOf({ status: 'Succeeded', commands: [SCRIPT] }, STORED, { isAge: true });
    assert.match(String(age.description), /^Exit 323 · 1 error · collect\.ps1 · .+ ago$/u);
  });

  it('says that a session still runs, failed or is unknown, whatever its script left', () => {
    const commands = [SCRIPT, command(1, 'GetFile', { Path: 'C:\\x' }, 'Executing')];
    const running = rowOf({ status: 'InProgress', commands }, STORED);
    assert.equal(running.description, 'In progress · Exit 323 · 1 error · collect.ps1 · 2 commands · 22:47Z');
    assert.equal(iconOf(running), 'play-circle');
    assert.match(String(rowOf({ status: 'Failed', commands }, STORED).description), /^Failed · Exit 323 · /u);
    assert.match(String(rowOf({ status: 'Weird', commands }, STORED).description), /^Weird · Exit 323 · /u);
    assert.equal(iconOf(rowOf({ status: 'Succeeded', commands }, STORED)), 'warning');
  });

  it('leaves out what its group says', () => {
    const change = { status: 'Pending', commands: [SCRIPT] };
    const inDevice = rowOf(change, undefined, { grouping: 'device' });
    assert.deepEqual([inDevice.label, inDevice.description], ['collect.ps1', 'Pending · 22:47Z']);
    const inRun = rowOf(change, undefined, { grouping: 'run' });
    assert.deepEqual([inRun.label, inRun.description], ['dc1', 'Pending · 22:47Z']);
  });

  it('has an eye while it is watched, and not after its end', () => {
    const watched = rowOf({ status: 'Pending', commands: [SCRIPT] }, undefined, { isWatched: true });
    assert.equal(iconOf(watched), 'eye');
    assert.match(watched.contextValue ?? '', /\bunfinished watched\b/u);
    const ended = rowOf({ status: 'Succeeded', commands: [SCRIPT] }, undefined, { isWatched: true });
    assert.ok(iconOf(ended) !== 'eye' && ended.contextValue?.includes('watched') === false);
  });

  it('a name does not forge a state', () => {
    const commands = [command(0, 'GetFile', { Path: 'C:\\Users · Exit 0\\Failed · Exit 1 · a.exe' })];
    const row = rowOf({ status: 'Succeeded', commands });
    assert.equal(row.description, 'Failed ‧ Exit 1 ‧ a.exe · 22:47Z · C:\\Users ‧ Exit 0');
  });
});
