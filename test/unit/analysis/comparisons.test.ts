import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { usualRules } from '../../../src/evidence/compare/normalise.ts';
import { Comparisons } from '../../../src/analysis/comparisons.ts';
import type { ComparedTranscript } from '../../../src/analysis/comparisons.ts';

const printed = (output: string): ComparedTranscript => ({ output, errors: '', exitCode: 0 });

suite('comparing the results of a run, in the thread', () => {
  test('results are added one after the other', () => {
    const comparisons = new Comparisons();
    const name = { id: 'one', rules: usualRules };
    assert.equal(comparisons.compare(name, 1), undefined, 'nothing was begun');
    for (const [member, output] of ['a\n', 'a\n', 'a\nodd\n'].entries()) {
      comparisons.add(name, printed(output), { member, names: [] });
    }
    const found = comparisons.compare(name, 1);
    assert.deepEqual(found?.groups, [{ members: [2] }, { members: [0, 1] }]);
    assert.deepEqual(
      found.rareLines.map(({ text }) => text),
      ['odd'],
    );
    assert.deepEqual(comparisons.compare(name, 0)?.rareLines, [], 'a line on one host is not on fewer than that');
  });

  test('a host is left out by its own names, and by the rules alone', () => {
    const comparisons = new Comparisons();
    const sizes = (id: string, host: boolean): number[] | undefined => {
      const name = { id, rules: { ...usualRules, host } };
      comparisons.add(name, printed('host ws-1\n'), { member: 0, names: ['ws-1'] });
      comparisons.add(name, printed('host ws-2\n'), { member: 1, names: ['ws-2'] });
      return comparisons.compare(name, 1)?.groups.map(({ members }) => members.length);
    };
    assert.deepEqual(sizes('without', true), [2]);
    assert.deepEqual(sizes('with', false), [1, 1]);
  });

  test('another comparison takes the place of the one before, which is told', () => {
    const comparisons = new Comparisons();
    const [one, two] = [
      { id: 'one', rules: usualRules },
      { id: 'two', rules: usualRules },
    ];
    comparisons.add(one, printed('a\n'), { member: 0, names: [] });
    comparisons.add(two, printed('b\n'), { member: 1, names: [] });
    assert.equal(comparisons.compare(one, 1), undefined);
    assert.deepEqual(comparisons.compare(two, 1)?.groups, [{ members: [1] }]);
    // A comparison that starts again contains nothing of its first time.
    comparisons.add(one, printed('b\n'), { member: 1, names: [] });
    assert.deepEqual(comparisons.compare(one, 1)?.groups, [{ members: [1] }]);
  });
});
