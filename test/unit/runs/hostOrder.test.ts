import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HOST_ORDERS, sortHosts } from '../../../src/runs/hostOrder.ts';
import type { HostOrder } from '../../../src/runs/hostOrder.ts';
import { countRows } from '../../../src/runs/runRows.ts';
import type { RowState, RunRow } from '../../../src/runs/runRows.ts';

function row(
  host: string,
  state: RowState,
  numbers: readonly [exit: number, errors: number, lines: number, size: number] | undefined,
): RunRow {
  const [exitCode, errorLines, lines, size] = numbers ?? [];
  const facts = numbers === undefined ? undefined : { size, transcript: { exitCode, errorLines, output: { lines } } };
  return { member: { host }, state, facts } as unknown as RunRow;
}

const rows = [
  row('ws-10', 'result', [0, 0, 50, 900]),
  row('ws-2', 'result', [-5, 3, 10, 100]),
  row('ws-1', 'pending', undefined),
  row('dc1', 'result', [1, 9, 70, 300]),
  row('ws-3', 'notFetched', undefined),
];
const SAME = new Map([
  ['ws-10', 190],
  ['ws-2', 1],
  ['dc1', 2],
]);

suite('the hosts of a run', () => {
  const EXPECTED: Readonly<Record<HostOrder, string>> = {
    name: 'dc1 ws-1 ws-2 ws-3 ws-10',
    exitCode: 'ws-2 dc1 ws-10 ws-1 ws-3',
    errors: 'dc1 ws-2 ws-10 ws-1 ws-3',
    lines: 'dc1 ws-10 ws-2 ws-1 ws-3',
    size: 'ws-10 dc1 ws-2 ws-1 ws-3',
    rarest: 'ws-2 dc1 ws-10 ws-1 ws-3',
  };
  for (const order of HOST_ORDERS) {
    test(`by ${order}: those without the fact last, equal ones by name`, () => {
      const sorted = sortHosts(rows, order, ({ member }) => SAME.get(member.host));
      assert.equal(sorted.map(({ member }) => member.host).join(' '), EXPECTED[order]);
    });
  }

  test('are counted in one way for the overview, the status bar and messages', () => {
    assert.deepEqual(countRows(rows), { hosts: 5, results: 3, toFetch: 1, without: 1 });
  });
});
