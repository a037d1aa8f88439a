import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compareTexts } from '../../../../src/evidence/blocks/likeness.ts';
import type { Likeness } from '../../../../src/evidence/blocks/likeness.ts';

const CASES: readonly (readonly [quoted: string, wanted: string, Likeness])[] = [
  ['a\nb', 'a\nb', 'same'],
  ['a\nb', 'a  \nb\t', 'blanksAtLineEnds'],
  ['a \nb', 'a\nb', 'blanksAtLineEnds'],
  ['\na', '  \na', 'blanksAtLineEnds'],
  ['a   b', 'a\tb', 'tabs'],
  ['a\tb', 'a       b', 'tabs'],
  ['    a\n  b', '  a\nb', 'indentation'],
  ['a\n\nb', '  a\n\n  b', 'indentation'],
  // The line directly behind the mark of a block quote.
  ['a\nb', ' a\nb', 'indentation'],
  ['  a\nb', '\ta\nb', 'tabs'],
  ['a  b\n  c', 'a\tb\n\tc', 'indentation'],
  ['a\nb', 'a\nb\n', 'other'],
  ['a', 'a\n\n', 'other'],
  ['a b', 'a  b', 'other'],
  ['ab', 'a b', 'other'],
  ['  a\n    b', '  a\n  b', 'other'],
  ['a\u00a0b', 'a b', 'other'],
  ['a', 'a\u00a0', 'other'],
  ['A', 'a', 'other'],
  ['b\na', 'a\nb', 'other'],
  ['', 'a', 'other'],
];

suite('how a quotation is like what it should be', () => {
  for (const [quoted, wanted, likeness] of CASES) {
    test(`${JSON.stringify(quoted)} for ${JSON.stringify(wanted)}: ${likeness}`, () => {
      assert.equal(compareTexts(quoted, wanted), likeness);
    });
  }
});
