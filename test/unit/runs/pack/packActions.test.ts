import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { resultKey } from '../../../../src/base/resultUri.ts';
import { packActions } from '../../../../src/runs/pack/packActions.ts';
import type { PackRow } from '../../../../src/runs/pack/read/packRow.ts';
import { action, command } from '../../results/fixtures.ts';

const TENANT = { cloud: 'pack', tenantId: 'p' } as const;

function row(actionId: string, commandIndex: number, change: Partial<PackRow> = {}): PackRow {
  return { number: 1, device: 'dc1', actionId, commandIndex, state: 'failed', why: 'gone', ...change };
}

suite('the actions of a pack', () => {
  test('a row without a result adds its command once, to what is known of its action', () => {
    const known = action({ id: 'a', commands: [command({ index: 0 })] });
    const rows = [row('a', 0, { file: 'f' }), row('a', 0), row('a', 1), row('a', 1, { script: 'later' }), row('b', 3)];
    const { actions, whys } = packActions(TENANT, rows, [known]);
    assert.deepEqual(
      actions.map(({ id, commands }) => [id, commands.map(({ index }) => index)]),
      [
        ['a', [0, 1]],
        ['b', [3]],
      ],
    );
    assert.equal(actions[0]?.commands[0], known.commands[0]);
    assert.equal(whys.get(resultKey({ ...TENANT, actionId: 'b', commandIndex: 3 })), 'gone');
  });

  test('of an action that is not known, what the first of its rows says stands', () => {
    const told = { script: 'collect.ps1', arguments: '-All', comment: 'INC-1', actionStatus: 'Failed' };
    const rows = [row('a', 0, { device: 'm1', machineId: 'm1', ...told }), row('a', 1, { device: 'dc2', ...told })];
    const [one] = packActions(TENANT, rows, []).actions;
    assert.deepEqual(
      [one?.machineId, one?.computerDnsName, one?.status, one?.requestorComment],
      ['m1', null, 'Failed', 'INC-1'],
    );
    assert.deepEqual(one?.commands[0]?.command.params, [
      { key: 'ScriptName', value: 'collect.ps1' },
      { key: 'Args', value: '-All' },
    ]);
  });

  test('an action of 20,000 rows has each of its commands', () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => row('a', at));
    const [one, ...others] = packActions(TENANT, rows, []).actions;
    assert.deepEqual([one?.commands.length, others], [20_000, []]);
  });
});
