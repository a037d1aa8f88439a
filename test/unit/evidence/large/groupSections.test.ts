import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { groupSections } from '../../../../src/evidence/large/groupSections.ts';
import type { Grouped } from '../../../../src/evidence/large/groupSections.ts';

const section = (line: number, units: number, lineEnd: string): Grouped => ({
  first: { line, column: 1 },
  lastLine: line,
  units,
  lineEnd,
});
const sizes = (...sections: readonly Grouped[]): number[][] =>
  groupSections(sections, { units: 8, lines: 100 }).map((group) => group.map(({ units }) => units));

suite('sections as parts of a text', () => {
  test('a part ends at a line end, and what follows it counts for the next part', () => {
    assert.deepEqual(sizes(section(1, 4, '\n'), section(2, 3, ''), section(2, 4, ''), section(2, 2, '')), [
      [4],
      [3, 4],
      [2],
    ]);
  });

  test('a line that is longer than a part is cut inside', () => {
    assert.deepEqual(sizes(section(1, 4, ''), section(1, 4, ''), section(1, 4, '\n'), section(2, 3, '')), [
      [4, 4],
      [4, 3],
    ]);
  });
});
