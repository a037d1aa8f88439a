import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { countErrorLines, measureText } from '../../../../src/evidence/text/textFacts.ts';

suite('measuring a text', () => {
  test('an empty text has no line', () => {
    assert.deepEqual(measureText(''), {
      length: 0,
      lines: 0,
      lineEnds: { crlf: 0, lf: 0, cr: 0 },
      nuls: 0,
      trailingNuls: 0,
      loneSurrogates: 0,
      replacementCharacters: 0,
      longestLine: 0,
    });
  });

  test('line ends are counted by kind, and a CR before a CRLF is one of its own', () => {
    const facts = measureText('a\nb\r\nc\rd\r\r\n');
    assert.deepEqual(facts.lineEnds, { crlf: 2, lf: 1, cr: 2 });
    assert.equal(facts.lines, 6);
  });

  test('other separators of lines are no line ends', () => {
    assert.equal(measureText('a\u2028b\u2029c\u0085d\u000be\u000cf').lines, 1);
  });

  test('NULs are counted in all, and those at the end apart', () => {
    const { nuls, trailingNuls } = measureText('\0a\0b\n\0\0\0');
    assert.deepEqual({ nuls, trailingNuls }, { nuls: 5, trailingNuls: 3 });
    assert.equal(measureText('\0\0').trailingNuls, 2);
    assert.equal(measureText('\0\0\n').trailingNuls, 0);
  });

  test('only halves of surrogate pairs on their own count as such', () => {
    assert.equal(measureText('😀 日本').loneSurrogates, 0);
    assert.equal(measureText('\ud83d').loneSurrogates, 1);
    assert.equal(measureText('\ude00\ud83d😀\ud83d\ud83d').loneSurrogates, 4);
  });

  test('replacement characters are counted', () => {
    assert.equal(measureText('\ufffda\ufffd').replacementCharacters, 2);
  });

  test('the longest line is measured in UTF-16 units, wherever it stands', () => {
    assert.equal(measureText('abc\nde\nf').longestLine, 3);
    assert.equal(measureText('a\r\n😀😀\rb').longestLine, 4);
    assert.equal(measureText('a\nlast one').longestLine, 8);
    assert.equal(measureText('a\r\n').longestLine, 1);
  });
});

suite('counting the lines of errors', () => {
  test('blank lines and trailing NULs say nothing', () => {
    assert.equal(countErrorLines(''), 0);
    assert.equal(countErrorLines(' \t\r\n\n\0\0'), 0);
    assert.equal(countErrorLines('one\r\n\r\n  two\n\0\0\0'), 2);
    assert.equal(countErrorLines('no line end'), 1);
    assert.equal(countErrorLines('a\rb\r\nc'), 3);
  });

  test('in CLIXML every error record is a line', () => {
    const records = '<S S="Error">Get-Item : x_x000D__x000A_</S>'.repeat(214);
    const clixml = `#< CLIXML\r\n<Objs Version="1.1.0.1"><Obj S="progress" RefId="0"/>${records}</Objs>`;
    assert.equal(countErrorLines(clixml), 214);
  });

  test('lines that follow the CLIXML are counted as well', () => {
    assert.equal(countErrorLines('#< CLIXML\r\n<Objs><S S="Error">a</S></Objs>\r\nplain one\r\nplain two\r\n'), 3);
  });

  test('errors that only look like CLIXML are never counted as none', () => {
    assert.ok(countErrorLines('#< CLIXML\nplain') > 0);
    assert.equal(countErrorLines('say <S S="Error"> twice <S S="Error">'), 1);
  });

  test('CLIXML in CLIXML is read to a depth; behind it, each line that says something counts', () => {
    const escape = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const nested = (depth: number): string =>
      `#< CLIXML\r\n<Objs><S S="Error">${depth === 1 ? 'oops' : escape(nested(depth - 1))}</S></Objs>`;
    assert.deepEqual(
      [1, 4, 5, 6].map((depth) => countErrorLines(nested(depth))),
      [1, 1, 2, 3],
    );
  });
});
