import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { huntingRun } from '../../../src/sample/data/huntingRun.ts';
import { readActionPage } from '../../../src/defender/schema.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { findRuns, firstRuns, RUN_PAUSE_MS, runOf, spanOf } from '../../../src/runs/runs.ts';
import { list, odata, startTenant } from '../sample/harness.ts';
import { action, command, TENANT } from '../results/fixtures.ts';

const START = Date.UTC(2026, 10, 23, 20);

function at(id: string, minutes: number, change: Partial<MachineAction> = {}): MachineAction {
  return action({ id, creationDateTimeUtc: new Date(START + minutes * 60_000).toISOString(), ...change });
}

function script(name: string, args?: string): MachineAction['commands'] {
  const params = [{ key: 'ScriptName', value: name }, ...(args === undefined ? [] : [{ key: 'Args', value: args }])];
  return [command({ command: { type: 'RunScript', params } })];
}

const ids = (actions: readonly MachineAction[]): string[][] =>
  findRuns(actions, TENANT).map(({ members }) => members.map(({ actionId }) => actionId));

suite('runs', () => {
  test('the same script, arguments and comment within the pause are one run, whatever their order', () => {
    assert.deepEqual(ids([at('c', 50), at('a', 0), at('b', 25)]), [['a', 'b', 'c']]);
  });

  test('another script, other arguments or another comment are another run', () => {
    const actions = [
      at('a', 0, { commands: script('x.ps1') }),
      at('b', 1, { commands: script('y.ps1') }),
      at('c', 2, { commands: script('x.ps1', '-All') }),
      at('d', 3, { commands: script('x.ps1'), requestorComment: 'other' }),
      at('e', 4, { commands: script('x.ps1') }),
    ];
    assert.deepEqual(ids(actions), [['a', 'e'], ['d'], ['c'], ['b']]);
  });

  test('a longer pause ends a run', () => {
    const pause = RUN_PAUSE_MS / 60_000;
    assert.deepEqual(ids([at('a', 0), at('b', pause), at('c', 2 * pause + 1)]), [['c'], ['a', 'b']]);
  });

  test('each RunScript of an action belongs to a run of its own words; other commands to none', () => {
    const two = at('a', 0, {
      commands: [
        ...script('x.ps1'),
        command({ index: 1, command: { type: 'GetFile', params: [] } }),
        { ...command(), index: 2 },
      ],
    });
    const runs = findRuns([two], TENANT);
    assert.deepEqual(runs.map(({ words, members }) => [words.script, members[0]?.commandIndex]).sort(), [
      ['collect.ps1', 2],
      ['x.ps1', 0],
    ]);
    assert.equal(runOf(runs, 'a', 2)?.words.script, 'collect.ps1');
    assert.equal(runOf(runs, 'b'), undefined);
  });

  test('in a list of actions each belongs to the run of its first script', () => {
    const actions = [
      at('both', 0, { commands: [{ ...command(), index: 1 }, ...script('x.ps1')] }),
      at('later', 5, { commands: script('collect.ps1') }),
      at('none', 6, { commands: [] }),
    ];
    const found = firstRuns(findRuns(actions, TENANT));
    assert.deepEqual([...found].map(([id, { words }]) => `${id} ${words.script}`).sort(), [
      'both x.ps1',
      'later collect.ps1',
    ]);
    // Both runs begin with the same action.
    assert.notEqual(found.get('both')?.key, found.get('later')?.key);
  });

  test('the key stays when later actions join, and the span reaches a pause beyond both ends', () => {
    const [early] = findRuns([at('a', 0)], TENANT);
    const [later] = findRuns([at('b', 20), at('a', 0)], TENANT);
    assert.ok(early !== undefined && later !== undefined);
    assert.equal(early.key, later.key);
    assert.deepEqual(spanOf(later), { from: '2026-11-23T19:30:00.000Z', to: '2026-11-23T20:50:00.000Z' });
  });

  test("the sample's run has its 200 hosts, seven without a result, four of them by what the list says", async () => {
    const { tenant } = startTenant();
    const page = await list(
      tenant,
      odata({ $filter: "type eq 'LiveResponse'", $orderby: 'creationDateTimeUtc desc', $top: '10000' }),
    );
    const { actions } = readActionPage(JSON.parse(JSON.stringify(page)));
    const run = findRuns(actions, TENANT).find(({ words }) => words.script === huntingRun.scriptName);
    assert.ok(run !== undefined);
    assert.deepEqual(run.words, { script: huntingRun.scriptName, args: huntingRun.args, comment: huntingRun.comment });
    assert.equal(run.members.length, 200);
    assert.equal(new Set(run.members.map(({ device }) => device)).size, 200);
    const without = run.members
      .filter(({ result }) => result !== 'transcript')
      .map(({ host, result }) => `${host} ${result}`);
    assert.deepEqual(without.sort(), ['ws-009 notYet', 'ws-064 never', 'ws-088 never', 'ws-140 notYet']);
  });
});
