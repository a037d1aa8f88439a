import type { Range } from '../../../../src/base/places.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cutQuotation, cutSpans, spanToRange, WHOLE_TEXT } from '../../../../src/evidence/text/quotation.ts';
import type { Quotation } from '../../../../src/evidence/text/quotation.ts';
import { cutRanges } from '../../../../src/evidence/text/lines.ts';

/** Returns a range from its four numbers, counted as in an editor. */
function range(startLine: number, startCharacter: number, endLine: number, endCharacter: number): Range {
  return {
    start: { line: startLine, character: startCharacter },
    end: { line: endLine, character: endCharacter },
  };
}

const TEXT = Array.from({ length: 50 }, (_, at) => `line ${at + 1}`).join('\n');

function cut(text: string, ...ranges: Range[]): Pick<Quotation, 'spans' | 'text'> {
  const { spans, text: quoted } = cutQuotation(text, ranges);
  return { spans, text: quoted };
}

suite('quotations', () => {
  test('whole lines, whether the selection ends behind them or before the next', () => {
    const expected = { spans: [{ firstLine: 5, lastLine: 6 }], text: 'line 5\nline 6' };
    assert.deepEqual(cut(TEXT, range(4, 0, 6, 0)), expected);
    assert.deepEqual(cut(TEXT, range(4, 0, 5, 6)), expected);
    assert.deepEqual(cut(TEXT, range(3, 6, 6, 0)), expected, 'the line end before them');
  });

  test('part of a line, and from within one line into another', () => {
    assert.deepEqual(cut(TEXT, range(4, 1, 4, 4)), {
      spans: [{ firstLine: 5, lastLine: 5, columns: { first: 2, last: 4, block: false } }],
      text: 'ine',
    });
    assert.deepEqual(cut(TEXT, range(4, 5, 6, 4)), {
      spans: [{ firstLine: 5, lastLine: 7, columns: { first: 6, last: 4, block: false } }],
      text: '5\nline 6\nline',
    });
  });

  test('between several selections it is said what was left out; they come in the order of the text', () => {
    const far = cut(TEXT, range(41, 0, 42, 0), range(8, 0, 9, 0));
    assert.equal(far.text, 'line 9\n[lines 10–41 omitted]\nline 42');
    assert.equal(cut(TEXT, range(0, 0, 0, 6), range(2, 0, 2, 6)).text, 'line 1\n[line 2 omitted]\nline 3');
    assert.equal(cut(TEXT, range(0, 0, 0, 1), range(0, 4, 0, 6)).text, 'l\n[columns 2–4 omitted]\n 1');
    assert.equal(cut(TEXT, range(0, 4, 0, 6), range(1, 0, 1, 4)).text, ' 1\nline');
  });

  test('what overlaps or touches is one; what is empty is none', () => {
    const whole = { spans: [{ firstLine: 1, lastLine: 3 }], text: 'line 1\nline 2\nline 3' };
    assert.deepEqual(cut(TEXT, range(0, 0, 2, 0), range(1, 2, 3, 0)), whole);
    assert.deepEqual(cut(TEXT, range(0, 0, 0, 6), range(1, 0, 1, 6), range(2, 0, 3, 0)), whole);
    assert.deepEqual(cut(TEXT, range(3, 3, 3, 3), range(3, 6, 4, 0)), { spans: [], text: '' });
    assert.deepEqual(cut(TEXT), { spans: [], text: '' });
  });

  test('a column selection is one rectangle, though lines are shorter than it', () => {
    const text = 'abcdef\nabcd\nabcdefgh\nab\nabcdef';
    const columns = [range(0, 2, 0, 6), range(1, 2, 1, 4), range(2, 2, 2, 6), range(3, 2, 3, 2), range(4, 2, 4, 6)];
    assert.deepEqual(cut(text, ...columns), {
      spans: [
        { firstLine: 1, lastLine: 3, columns: { first: 3, last: 6, block: true } },
        { firstLine: 5, lastLine: 5, columns: { first: 3, last: 6, block: false } },
      ],
      text: 'cdef\ncd\ncdef\n[line 4 omitted]\ncdef',
    });
    // The longer line does not end where the shorter one was cut, so no rectangle covers both.
    assert.equal(cut(text, range(1, 1, 1, 3), range(2, 1, 2, 6)).spans.length, 2);
    assert.equal(cut(text, range(1, 1, 1, 4), range(2, 1, 2, 6)).spans.length, 1, 'this one does');
  });

  test('line ends are those of VS Code, become LF, and that is said', () => {
    const quotation = cutQuotation('a\r\nb\rc\r\r\nd\u2028\u0085e\n\nf', [WHOLE_TEXT]);
    assert.equal(quotation.text, 'a\nb\nc\n\nd<U+2028><U+0085>e\n\nf');
    assert.equal(quotation.lineCount, 7);
    assert.deepEqual(quotation.changes, [
      { kind: 'madeVisible', count: 2 },
      { kind: 'lineEnds', count: 4 },
    ]);
    assert.deepEqual(cutQuotation('a\r\nb\r\nc', [range(1, 0, 2, 0)]).changes, [], 'the last line end is not quoted');
  });

  test('NULs at the end are quoted where they are selected, and seen', () => {
    const text = 'a\nb\n\0\0';
    const quotation = cutQuotation(text, [WHOLE_TEXT]);
    assert.equal(quotation.text, 'a\nb\n␀␀');
    assert.deepEqual(quotation.changes, [{ kind: 'madeVisible', count: 2 }]);
    assert.deepEqual(quotation.spans, [{ firstLine: 1, lastLine: 3 }]);
  });

  test('half a character, cut out by its columns, is seen', () => {
    assert.equal(cut('a😀', range(0, 0, 0, 2)).text, 'a<U+D83D>');
  });

  test('the whole of a text is all its lines, but for the empty one behind the last line end', () => {
    assert.deepEqual(cut('a\nb\n', WHOLE_TEXT), { spans: [{ firstLine: 1, lastLine: 2 }], text: 'a\nb' });
    assert.deepEqual(cut('a', WHOLE_TEXT), { spans: [{ firstLine: 1, lastLine: 1 }], text: 'a' });
    assert.deepEqual(cutQuotation('', [WHOLE_TEXT]), { spans: [], lineCount: 0, text: '', changes: [] });
  });

  test('from within a line to beyond the end', () => {
    assert.deepEqual(cut('abc\n\nde\n', range(0, 1, 9, 0)), {
      spans: [{ firstLine: 1, lastLine: 3, columns: { first: 2, last: 2, block: false } }],
      text: 'bc\n\nde',
    });
  });

  test('an empty line can be quoted', () => {
    assert.deepEqual(cut('a\n\nb', range(1, 0, 2, 0)), { spans: [{ firstLine: 2, lastLine: 2 }], text: '' });
  });

  test('lines that do not exist are empty, however many a link names', () => {
    const block = { first: 1, last: 2, block: true };
    assert.equal(cutSpans('ab\ncd', [{ firstLine: 2, lastLine: 9_999_999_999, columns: block }]).text, 'cd');
    assert.equal(cutSpans('ab\ncd', [{ firstLine: 7, lastLine: 9 }]).text, '');
  });

  test('a span is shown where it stands', () => {
    const spans = cutQuotation(TEXT, [range(4, 5, 6, 4), range(9, 0, 12, 0)]).spans;
    assert.deepEqual(cutRanges(TEXT, spans.map(spanToRange)), ['5\nline 6\nline', 'line 10\nline 11\nline 12']);
  });
});
