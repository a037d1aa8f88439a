import type { Range } from '../../../../src/base/places.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cutRanges } from '../../../../src/evidence/text/lines.ts';

/** Returns a range from its four numbers. */
function range(startLine: number, startCharacter: number, endLine: number, endCharacter: number): Range {
  return {
    start: { line: startLine, character: startCharacter },
    end: { line: endLine, character: endCharacter },
  };
}

const MIXED = 'one\r\ntwo\rthree\r\r\nfour\nfive';

suite('cutting ranges out of a stored text', () => {
  test('a range within a line is cut by its columns', () => {
    assert.deepEqual(cutRanges(MIXED, [range(2, 1, 2, 4)]), ['hre']);
  });

  test('a range over lines keeps every line end as it was stored', () => {
    assert.deepEqual(cutRanges(MIXED, [range(0, 0, 5, 4)]), [MIXED]);
    assert.deepEqual(cutRanges(MIXED, [range(0, 2, 2, 1)]), ['e\r\ntwo\rt']);
  });

  test('CRLF, CR and LF each end one line, so CR CR LF ends two', () => {
    const lines = [0, 1, 2, 3, 4].map((line) => range(line, 0, line + 1, 0));
    assert.deepEqual(cutRanges(MIXED, lines), ['one\r\n', 'two\r', 'three\r', '\r\n', 'four\n']);
  });

  test('U+2028, U+2029 and U+0085 stand inside a line', () => {
    const text = 'a\u2028b\u2029c\u0085d\ne';
    assert.deepEqual(cutRanges(text, [range(0, 0, 0, 7), range(1, 0, 1, 1)]), ['a\u2028b\u2029c\u0085d', 'e']);
  });

  test('columns count UTF-16 units', () => {
    assert.deepEqual(cutRanges('😀日x', [range(0, 2, 0, 4)]), ['日x']);
  });

  test('several ranges come back in the order they were asked for, also where they overlap', () => {
    const ranges = [range(4, 0, 5, 2), range(0, 0, 0, 3), range(0, 1, 1, 1)];
    assert.deepEqual(cutRanges(MIXED, ranges), ['four\nfi', 'one', 'ne\r\nt']);
  });

  test('an empty range is an empty text, and no range is no text', () => {
    assert.deepEqual(cutRanges(MIXED, [range(1, 1, 1, 1)]), ['']);
    assert.deepEqual(cutRanges(MIXED, []), []);
  });

  test('a range past the end stops at the end', () => {
    assert.deepEqual(cutRanges(MIXED, [range(5, 2, 5, 99), range(5, 2, 80, 0), range(80, 0, 90, 0)]), ['ve', 've', '']);
    assert.deepEqual(cutRanges('', [range(0, 0, 3, 0)]), ['']);
  });

  test('a text that ends with a line end has an empty line behind it', () => {
    assert.deepEqual(cutRanges('a\n', [range(0, 1, 1, 0), range(1, 0, 1, 0)]), ['\n', '']);
  });
});
