import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { findRuns, firstRuns } from '../../../src/runs/runs.ts';
import type { Grouping, Order } from '../../../src/tree/arrange.ts';
import { arrange as arrangeRows, scriptOf, toActions } from '../../../src/tree/arrange.ts';
import { action, command, TENANT } from '../results/fixtures.ts';

const START = Date.UTC(2026, 10, 23, 22);

/** Returns an action created this number of minutes before the start. */
function at(minutes: number, change: Partial<MachineAction> = {}): MachineAction {
  const creationDateTimeUtc = new Date(START - minutes * 60_000).toISOString();
  return action({ id: `at ${minutes}`, creationDateTimeUtc, ...change });
}

function running(script: string, args?: string): Pick<MachineAction, 'commands'> {
  const params = [{ key: 'ScriptName', value: script }, ...(args === undefined ? [] : [{ key: 'Args', value: args }])];
  return { commands: [command({ command: { type: 'RunScript', params } })] };
}

interface ArrangedActions {
  readonly actions: readonly MachineAction[];
  readonly groups: ReadonlyMap<string, readonly MachineAction[]>;
}

function arrange(actions: readonly MachineAction[], grouping: Grouping, order: Order): ArrangedActions {
  const { rows, groups } = arrangeRows(actions, grouping, order, () => firstRuns(findRuns(actions, TENANT)));
  return { actions: toActions(rows), groups: new Map([...groups].map(([key, group]) => [key, toActions(group)])) };
}

function ids(actions: readonly MachineAction[]): string[] {
  return actions.map(({ id }) => id);
}

suite('the order of the rows', () => {
  const actions = [
    at(1, { computerDnsName: 'web', ...running('b.ps1'), status: 'Succeeded' }),
    at(2, { computerDnsName: 'DC', ...running('A.ps1'), status: 'Failed' }),
    at(3, { computerDnsName: 'app', ...running('b.ps1'), status: 'Pending' }),
    at(4, { computerDnsName: 'app', ...running('c.ps1'), status: 'Unheard' }),
  ];

  test('by age as they come, by device, by script and by state, equal ones newest first', () => {
    assert.deepEqual(ids(arrange(actions, 'action', 'age').actions), ['at 1', 'at 2', 'at 3', 'at 4']);
    assert.deepEqual(ids(arrange(actions, 'action', 'device').actions), ['at 3', 'at 4', 'at 2', 'at 1']);
    assert.deepEqual(ids(arrange(actions, 'action', 'script').actions), ['at 2', 'at 1', 'at 3', 'at 4']);
    assert.deepEqual(ids(arrange(actions, 'action', 'state').actions), ['at 4', 'at 3', 'at 2', 'at 1']);
  });

  test('grouped by device and by day, in the place of the first of each', () => {
    const days = [at(1), at(2), at(24 * 60)];
    assert.deepEqual([...arrange(days, 'day', 'age').groups.keys()], ['2026-11-23', '2026-11-22']);
    const devices = arrange(
      [at(1, { machineId: 'a' }), at(2, { machineId: 'b' }), at(3, { machineId: 'a' })],
      'device',
      'age',
    );
    assert.deepEqual(
      [...devices.groups].map(([key, group]) => [key, ids(group)]),
      [
        ['a', ['at 1', 'at 3']],
        ['b', ['at 2']],
      ],
    );
    assert.equal(arrange(days, 'action', 'age').groups.size, 0);
  });

  test('grouped by run, in the place of its newest; what runs no script is alone', () => {
    const actions = [
      at(0, running('a.ps1')),
      at(1, running('b.ps1')),
      at(2, { commands: [] }),
      at(3, { commands: [] }),
      at(30, running('a.ps1')),
      at(61, running('a.ps1')),
    ];
    const { groups } = arrange(actions, 'run', 'age');
    assert.deepEqual([...groups.values()].map(ids), [['at 0', 'at 30'], ['at 1'], ['at 2'], ['at 3'], ['at 61']]);
    // A newer action does not rename a run: its row stays open and selected.
    const [before] = arrange(actions.slice(4), 'run', 'age').groups.keys();
    assert.equal([...groups.keys()][0], before);
  });

  test('an action without a script is called by its only command, else by its type', () => {
    assert.equal(scriptOf(action({ commands: [], type: 'Isolate' })), 'Isolate');
    const get = command({ command: { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\a' }] } });
    assert.equal(scriptOf(action({ commands: [get] })), 'C:\\a');
  });

  test('10,000 rows are sorted and grouped in every way', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => at(n, { id: `${n}`, machineId: `${n % 2000}` }));
    for (const grouping of ['action', 'device', 'run', 'day'] as const) {
      for (const order of ['age', 'device', 'script', 'state'] as const) {
        const { actions: rows, groups } = arrange(many, grouping, order);
        assert.equal(new Set(rows).size, 10_000);
        const grouped = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
        assert.equal(grouped, grouping === 'action' ? 0 : 10_000);
      }
    }
  });
});
