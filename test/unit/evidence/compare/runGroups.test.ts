import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { usualRules } from '../../../../src/evidence/compare/normalise.ts';
import { RunGroups } from '../../../../src/evidence/compare/runGroups.ts';

const text = (member: number, ...more: string[]): string => [`Host: ws-${member}`, 'a', 'b', ...more, ''].join('\n');

function groups(outputs: readonly string[], mostLines?: number): RunGroups {
  const all = new RunGroups(usualRules, mostLines);
  for (const [member, output] of outputs.entries())
    all.add({ member, names: [`ws-${member}`], output, errors: '', exitCode: 0 });
  return all;
}

suite('groups of equal results', () => {
  test('what differs by nature makes no group; the rare group comes first, with its line and place', () => {
    const found = groups([text(0), text(1), text(2, 'odd'), text(3)]).compare(1);
    assert.deepEqual(found.groups, [{ members: [2] }, { members: [0, 1, 3] }]);
    assert.deepEqual(found.rareLines, [{ text: 'odd', stream: 'output', places: [{ member: 2, line: 4 }] }]);
    assert.deepEqual([found.moreRareLines, found.uncounted], [0, []]);
  });

  test('output, errors and exit code each tell results apart, and their border does', () => {
    const all = new RunGroups(usualRules);
    const base = { names: [], output: 'ab', errors: '', exitCode: 0 };
    all.add({ ...base, member: 0 });
    all.add({ ...base, member: 1, exitCode: 1 });
    all.add({ ...base, member: 2, exitCode: undefined });
    all.add({ ...base, member: 3, output: 'a', errors: 'b' });
    all.add({ ...base, member: 4 });
    assert.deepEqual(
      all.compare(0).groups.map(({ members }) => members),
      [[1], [2], [3], [0, 4]],
    );
  });

  test('a line is rare by the hosts that have it, in all groups together', () => {
    const all = groups([text(0, 'x'), text(1, 'x', 'y'), text(2, 'x', 'y', 'z'), text(3, 'x', 'y', 'z', 'q', 'q')]);
    assert.deepEqual(
      all.compare(2).rareLines.map(({ text: line, places }) => [line, places.map(({ member }) => member)]),
      [
        ['q', [3]],
        ['z', [2, 3]],
      ],
    );
  });

  test('a result that is added twice counts once', () => {
    const all = groups([text(0)]);
    all.add({ member: 0, names: ['ws-0'], output: text(0), errors: '', exitCode: 0 });
    assert.deepEqual(all.compare(1).groups, [{ members: [0] }]);
  });

  test('too many different lines are said, with their hosts, and take no more memory', () => {
    const all = groups(['a\nb\n', 'c\nd\ne\nf\n', 'a\n'], 3);
    const { uncounted, rareLines } = all.compare(1);
    assert.deepEqual(uncounted, [1]);
    assert.deepEqual(
      rareLines.map((line) => line.text),
      ['b', 'c'],
    );
  });

  test('long lines are shortened for the list, and compared whole', () => {
    const long = 'x'.repeat(1000);
    const { rareLines } = groups([`${long}1`, `${long}2`]).compare(1);
    assert.deepEqual(
      rareLines.map((line) => [line.text.length, line.places]),
      [
        [401, [{ member: 0, line: 1 }]],
        [401, [{ member: 1, line: 1 }]],
      ],
    );
  });

  test('more rare lines than anybody reads are counted', () => {
    const lines = Array.from({ length: 600 }, (_, at) => `line ${String.fromCharCode(97 + (at % 26)).repeat(1 + at)}`);
    const { rareLines, moreRareLines } = groups([lines.join('\r\n'), 'other']).compare(1);
    assert.equal(rareLines.length + moreRareLines, 601);
    assert.equal(rareLines.length, 500);
  });

  test('results with too many lines are named in the order of their hosts', () => {
    const all = new RunGroups(usualRules, 2);
    for (const member of [3, 1, 2])
      all.add({ member, names: [], output: `a\nb\nc\n${member}`, errors: '', exitCode: 0 });
    assert.deepEqual(all.compare(1).uncounted, [1, 2, 3]);
  });
});
