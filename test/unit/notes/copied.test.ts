import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildQuery } from '../../../src/base/resultUri.ts';
import { describeCopied, describeSources } from '../../../src/notes/copied.ts';
import { lineRange, MOST_SOURCES, readCopied } from '../../../src/notes/readCopied.ts';
import { evidenceSource } from '../evidence/sources.ts';

const { address } = evidenceSource();
const query = buildQuery(address);
const ranges = [
  { start: { line: 4, character: 0 }, end: { line: 8, character: 17 } },
  { start: { line: 40, character: 3 }, end: { line: 40, character: 3 } },
];

suite('what a copy says of itself', () => {
  test('is read back', () => {
    assert.deepEqual(readCopied(describeCopied(query, ranges)), {
      texts: [{ address, ranges }],
      statuses: [],
      run: undefined,
    });
  });

  const range = [0, 0, 1, 0];
  const FOREIGN: readonly (readonly [string, string])[] = [
    ['no JSON', '{'],
    ['no object', 'null'],
    ['without ranges', JSON.stringify({ query })],
    ['with none', JSON.stringify({ query, ranges: [] })],
    ['of another address', JSON.stringify({ query: `${query}&more=1`, ranges: [range] })],
    ['with half a range', JSON.stringify({ query, ranges: [[0, 0, 1]] })],
    ['with one wrong range among others', JSON.stringify({ query, ranges: [range, [0, -1, 1, 0]] })],
    ['with a number that is none', JSON.stringify({ query, ranges: [['0', 0, 1, 0]] })],
  ];
  for (const [what, json] of FOREIGN) {
    test(`is not taken ${what}`, () => {
      assert.equal(readCopied(json), undefined);
    });
  }
});

const RUN = { key: 'run-key', most: 3, ignored: ['guids'] };

suite('what a copy of a page says of its lines', () => {
  test('is read back: lines, complete results, commands without a result, and the run', () => {
    const read = readCopied(describeSources([{ query, line: 7 }, { query }, { query, isStatus: true }], RUN));
    assert.deepEqual(read, {
      texts: [
        { address, ranges: [lineRange(7)] },
        { address, ranges: [] },
      ],
      statuses: [address],
      run: RUN,
    });
  });

  const FOREIGN = [
    ['without sources', []],
    ['with a source that is none', [{ line: 1 }]],
    ['with a line that is none', [{ query, line: 0 }]],
    ['with another address', [{ query: `${query}&x=1` }]],
    ['with more than anyone reads', Array.from({ length: MOST_SOURCES + 1 }, () => ({ query }))],
  ] as const;
  for (const [what, sources] of FOREIGN) {
    test(`is not taken ${what}`, () => {
      assert.equal(readCopied(JSON.stringify({ sources })), undefined);
    });
  }
});
