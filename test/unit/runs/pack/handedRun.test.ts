import assert from 'node:assert/strict';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { wordsOfMember } from '../../../../src/model/run.ts';
import { handedRun } from '../../../../src/runs/pack/handedRun.ts';
import type { PackInput } from '../../../../src/runs/pack/packFiles.ts';
import { toReport } from '../../../../src/runs/pack/packReport.ts';
import { findRuns } from '../../../../src/runs/runs.ts';
import { toExportRows, toRows } from '../../../../src/runs/runRows.ts';
import { Window } from '../../../security/support/packWindow.ts';
import { action, command, TENANT } from '../../results/fixtures.ts';
import { explainMember } from '../explainMember.ts';
import { filesOf, read } from './opened.ts';
import { markedInput } from './sampleMarks.ts';
import { hasPython, verify, writeSample } from './samplePack.ts';

/** Returns an action that ran these scripts, by its number. */
function ran(number: number, scripts: readonly string[], minute: number): ReturnType<typeof action> {
  return action({
    id: `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`,
    creationDateTimeUtc: new Date(Date.UTC(2026, 10, 23, 21, minute)).toISOString(),
    commands: scripts.map((script, index) =>
      command({ index, command: { type: 'RunScript', params: [{ key: 'ScriptName', value: script }] } }),
    ),
  });
}

suite('chosen results that are handed over', () => {
  const actions = [ran(1, ['a.ps1', 'b.ps1'], 5), ran(2, ['a.ps1'], 3), ran(3, ['a.ps1'], 3)];
  const actionOf = (id: string): (typeof actions)[number] | undefined => actions.find((one) => one.id === id);
  const refs = actions.flatMap(({ id, commands }) =>
    commands.map(({ index }) => ({ actionId: id, commandIndex: index })),
  );

  test('stand in one order and once, however they were chosen', () => {
    const run = handedRun(TENANT, refs, actionOf);
    assert.deepEqual(handedRun(TENANT, [...refs, ...refs].reverse(), actionOf), run);
    assert.deepEqual(
      run.members.map(({ actionId, commandIndex, script }) => [actionId.slice(-1), commandIndex, script]),
      [
        ['2', 0, 'a.ps1'],
        ['3', 0, 'a.ps1'],
        ['1', 0, 'a.ps1'],
        ['1', 1, 'b.ps1'],
      ],
    );
  });

  test('each keep the arguments and the comment of their own', () => {
    const other = { ...ran(4, ['a.ps1'], 9), requestorComment: 'INC-2' };
    const run = handedRun(TENANT, [...refs, { actionId: other.id, commandIndex: 0 }], (id) =>
      id === other.id ? other : actionOf(id),
    );
    assert.equal(run.words.comment, '');
    const comments = run.members.map((member) => wordsOfMember(run, member).comment);
    assert.deepEqual(new Set(comments), new Set([actions[0]?.requestorComment ?? '', 'INC-2']));
    const rows = toRows({ run, state: 'none', failures: {} }, () => undefined, explainMember);
    const hosts = rows.map((row, at) => ({ row, number: at + 1, why: 'not here', file: undefined }));
    assert.match(toReport(run, hosts, []), /Arguments: none<br>Comment: several, see index\.csv/u);
    const told = toExportRows(run.words, rows, undefined, () => '').map(({ comment }) => comment);
    assert.ok(told.includes('INC-2'), told.join());
  });

  test('have the words that they have in common, and those of one script its name', () => {
    assert.equal(handedRun(TENANT, refs, actionOf).words.script, 'several scripts');
    const { words } = handedRun(TENANT, refs.slice(2), actionOf);
    const [run] = findRuns(actions.slice(1), TENANT);
    assert.deepEqual(words, run?.words);
  });

  test('are left out if no loaded action has them', () => {
    const strange = [
      { actionId: 'x', commandIndex: 0 },
      { ...refs[0], commandIndex: 9 },
    ] as typeof refs;
    assert.deepEqual(handedRun(TENANT, strange, actionOf).members, []);
  });

  test('are a pack that says that they were chosen, opens again, and has the marks of these results alone', async () => {
    const window = new Window();
    const connection = await window.open((await writeSample(markedInput())).zip);
    const whole = await window.input(connection);
    const session = window.sessions.of(connection);
    const chosen = whole.rows.filter(({ member }) => ['dc2', 'ws-1', 'lt-1'].includes(member.host));
    const input = async (wanted: PackInput['rows']): Promise<PackInput> => {
      const run = handedRun(
        connection,
        wanted.map(({ ref }) => ref),
        (id) => session.known(id),
      );
      const rows = toRows(
        { run, state: 'none', failures: {} },
        (one) => window.store.known(one),
        window.noResults.ofMember,
      );
      const marks = await window.marks.linesAbout(rows.flatMap(({ facts }) => facts?.ref ?? []));
      return { ...whole, run, rows, marks };
    };
    const { zip, seal } = await writeSample(await input(chosen));
    assert.equal((await writeSample(await input(chosen.toReversed()))).seal, seal);
    const found = await read(zip, seal);
    assert.deepEqual([found.differences, found.rows.length, found.results.length], [[], 3, 2]);
    const files = await filesOf(zip);
    assert.deepEqual(
      [...files.keys()].filter((name) => name.startsWith('data/marks/')),
      ['data/marks/bob.jsonl'],
    );
    assert.match(
      Buffer.from(files.get('bag-info.txt') ?? '').toString(),
      /^External-Description: .*Chosen live response results of collect\.ps1 on 3 hosts$/mu,
    );
    if (hasPython) {
      const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
      await writeFile(path.join(folder, 'pack.zip'), zip);
      assert.match(verify(path.join(folder, 'pack.zip'), '--seal', seal).text, /^CONSISTENT: 3 hosts, 2 results\./mu);
      await rm(folder, { recursive: true });
    }
    await window.store.dispose();
  });
});
