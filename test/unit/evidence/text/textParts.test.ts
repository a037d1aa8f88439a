import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DividedText } from '../../../../src/evidence/text/dividedText.ts';
import { findParts, partOfLine, toWholeRanges, WHOLE_BYTES } from '../../../../src/evidence/text/textParts.ts';
import type { PartLimits } from '../../../../src/evidence/text/textParts.ts';

const splitLines = (text: string): string[] => text.split(/\r\n|\r|\n/u);

/** Returns each part as an editor shows it, and the place at which it says it begins. */
function shown(text: string, limits: PartLimits): { text: string; at: string; last: number }[] {
  return findParts(text, limits).map(({ start, end, first, lastLine }) => {
    return { text: text.slice(start, end), at: `${first.line}:${first.column}`, last: lastLine };
  });
}

suite('parts of a large text', () => {
  test('what fits is one part', () => {
    assert.deepEqual(shown('a\nb', { units: 10, lines: 10 }), [{ text: 'a\nb', at: '1:1', last: 2 }]);
    assert.deepEqual(shown('', { units: 10, lines: 10 }), [{ text: '', at: '1:1', last: 1 }]);
  });

  test('by lines: each part has as many, whatever its line ends', () => {
    assert.deepEqual(shown('1\r\n2\n3\r4\n5', { units: 100, lines: 2 }), [
      { text: '1\r\n2', at: '1:1', last: 2 },
      { text: '3\r4', at: '3:1', last: 4 },
      { text: '5', at: '5:1', last: 5 },
    ]);
  });

  test('by size: at the end of the last line that fits', () => {
    assert.deepEqual(shown('aaa\nbbb\ncccc', { units: 9, lines: 100 }), [
      { text: 'aaa\nbbb', at: '1:1', last: 2 },
      { text: 'cccc', at: '3:1', last: 3 },
    ]);
  });

  test('one line that is too long is cut inside, never in a pair of surrogates, and knows its column', () => {
    assert.deepEqual(shown('x\nabc😀def\ny', { units: 4, lines: 100 }), [
      { text: 'x', at: '1:1', last: 1 },
      { text: 'abc', at: '2:1', last: 2 },
      { text: '😀de', at: '2:4', last: 2 },
      { text: 'f\ny', at: '2:8', last: 3 },
    ]);
  });

  test('whatever the text, the parts hold all of it, within the limits, with the right line numbers', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const letters = ['a', 'b', '\n', '\r', '\r\n', '😀', '\0', '\u2028'];
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random(60) }, () => letters[random(letters.length)] ?? '').join('');
      const limits = { units: 2 + random(12), lines: 1 + random(5) };
      const parts = findParts(text, limits);
      const lines = splitLines(text);
      let end = 0;
      for (const [at, part] of parts.entries()) {
        const between = text.slice(end, part.start);
        assert.match(between, at === 0 ? /^$/u : /^(?:\r\n|\r|\n)?$/u);
        end = part.end;
        const own = text.slice(part.start, part.end);
        // A CRLF is not split to save one unit.
        assert.ok(own.length <= limits.units + 1 && own.isWellFormed(), JSON.stringify({ text, limits, own }));
        const ownLines = splitLines(own);
        assert.ok(ownLines.length <= limits.lines);
        assert.equal(part.first.line + ownLines.length - 1, part.lastLine, JSON.stringify({ text, limits, part }));
        const whole = lines[part.first.line - 1]?.slice(part.first.column - 1) ?? '';
        assert.ok(whole.startsWith(ownLines[0] ?? ''), JSON.stringify({ text, limits, part }));
      }
      assert.equal(end, text.length);
    }
  });

  test('a line is found in its part, and a selection in a part is one in the whole', () => {
    const parts = [{ lastLine: 10 }, { lastLine: 20 }];
    assert.equal(partOfLine(parts, 11), parts[1]);
    assert.equal(partOfLine(parts, 10), parts[0]);
    assert.equal(partOfLine(parts, 99), parts[1]);
    const range = { start: { line: 0, character: 2 }, end: { line: 3, character: 4 } };
    assert.deepEqual(toWholeRanges({ part: { line: 11, column: 5 } }, [range]), [
      { start: { line: 10, character: 6 }, end: { line: 13, character: 4 } },
    ]);
    assert.deepEqual(toWholeRanges({ part: 'whole' }, [range]), [range]);
  });

  test('a text above 50 MiB is not shown as one document, and an empty one has no line', () => {
    assert.equal(new DividedText('x'.repeat(WHOLE_BYTES + 1)).document('whole'), undefined);
    assert.equal(new DividedText('ab').document('whole')?.length, 5);
    assert.deepEqual([new DividedText('').facts().lines, new DividedText('a\nb').facts().lines], [0, 2]);
  });
});
