import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildQuery } from '../../../src/base/resultUri.ts';
import { describeCopied } from '../../../src/notes/copied.ts';
import { readCopied } from '../../../src/notes/readCopied.ts';
import { evidenceSource } from '../evidence/sources.ts';

const { address } = evidenceSource();
const query = buildQuery(address);
const ranges = [
  { start: { line: 4, character: 0 }, end: { line: 8, character: 17 } },
  { start: { line: 40, character: 3 }, end: { line: 40, character: 3 } },
];

suite('what a copy says of itself', () => {
  test('is read back', () => {
    assert.deepEqual(readCopied(describeCopied(query, ranges)), { address, ranges });
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
