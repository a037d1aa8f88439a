import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hitsAsCsv, hitsAsNdjson } from '../../../../src/results/search/hitRows.ts';
import type { ResultHits, SearchHit } from '../../../../src/worker/searchCalls.ts';
import { readCsv } from '../../evidence/csvReader.ts';
import { received } from '../fixtures.ts';

const hit = (line: number, text: string): SearchHit => ({ stream: 'output', line, column: 1, length: 1, text, at: 0 });

function found(change: Partial<ResultHits>): ResultHits {
  const { ref, name, fetchedAt, sha256 } = received();
  return { ref, name, fetchedAt, sha256, hits: [], more: 0, givenUp: undefined, ...change };
}

const FOUND: readonly ResultHits[] = [
  found({ hits: [hit(1, 'one'), hit(7, '=cmd|calc')], more: 1234 }),
  found({ hits: [hit(3, 'three')], givenUp: 'tooSlow', more: 2 }),
  found({ hits: [hit(4, 'four')] }),
  found({ givenUp: 'damaged' }),
];

suite('exported hits', () => {
  test('of a file that was opened, no action is named', () => {
    const ref = { ...received().ref, cloud: 'file' as const };
    const [header = [], ...rows] = readCsv(
      hitsAsCsv([found({ hits: [hit(1, 'a')] }), found({ ref, hits: [hit(1, 'b')] })]),
    );
    assert.deepEqual(
      rows.map((row) => row[header.indexOf('Action id')]),
      [received().ref.actionId, ''],
    );
  });

  test('CSV: a row is a hit, and says how many lines of its result are not listed', () => {
    const [header = [], ...rows] = readCsv(hitsAsCsv(FOUND));
    const column = (name: string): string[] => rows.map((row) => row[header.indexOf(name)] ?? 'no such column');
    assert.deepEqual(column('Line'), ['1', '7', '3', '4']);
    assert.deepEqual(column('Text'), ['one', "'=cmd|calc", 'three', 'four']);
    assert.deepEqual(column('Lines not listed'), ['1234', '1234', '2', '0']);
    assert.deepEqual(column('Not searched to its end'), ['', '', 'tooSlow', '']);
    assert.deepEqual(new Set(rows.map(({ length }) => length)), new Set([header.length]));
  });

  test('NDJSON: a line is a hit, unaltered, or what is not listed of a result', () => {
    const lines = hitsAsNdjson(FOUND)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Partial<Record<'line' | 'text' | 'more' | 'givenUp', unknown>>);
    assert.deepEqual(
      lines.map(({ line, text, more, givenUp }) => [line ?? more, text ?? givenUp]),
      [
        [1, 'one'],
        [7, '=cmd|calc'],
        [1234, null],
        [3, 'three'],
        [2, 'tooSlow'],
        [4, 'four'],
        [0, 'damaged'],
      ],
    );
  });
});
