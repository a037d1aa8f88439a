import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { chunkText } from '../../../../src/evidence/export/chunkText.ts';
import { times } from '../../../fuzz/support/settings.ts';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

suite('chunks of a text', () => {
  test('are cut at line ends, with the lines that they hold', () => {
    assert.deepEqual(
      [...chunkText('one\ntwo\nthree\n', 8)],
      [
        { text: 'one\ntwo\n', firstLine: 1, lastLine: 2, continued: false },
        { text: 'three\n', firstLine: 3, lastLine: 3, continued: false },
      ],
    );
  });

  test('a line that is too long goes on in the next chunk', () => {
    assert.deepEqual(
      [...chunkText('a\nbbbbbbbbbb\nccc', 4)],
      [
        { text: 'a\n', firstLine: 1, lastLine: 1, continued: false },
        { text: 'bbbb', firstLine: 2, lastLine: 2, continued: false },
        { text: 'bbbb', firstLine: 2, lastLine: 2, continued: true },
        { text: 'bb\n', firstLine: 2, lastLine: 2, continued: true },
        { text: 'ccc', firstLine: 3, lastLine: 3, continued: false },
      ],
    );
  });

  test('CR LF is never divided, and an empty text is one chunk', () => {
    assert.deepEqual(
      [...chunkText('abc\r\nd', 4)].map(({ text }) => text),
      ['abc', '\r\nd'],
    );
    assert.deepEqual([...chunkText('', 4)], [{ text: '', firstLine: 1, lastLine: 1, continued: false }]);
  });

  test('together are the text, each within the limit, and lines are counted as in the editor', () => {
    const texts = fc
      .array(fc.oneof(fc.constantFrom('\n', '\r', '\r\n', '\0', '\ud83d', '\u{1F600}', 'ş', '€'), fc.string()), {
        maxLength: 60,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 40 }), (text, most) => {
        const chunks = [...chunkText(text, most)];
        assert.equal(chunks.map((chunk) => chunk.text).join(''), text);
        let line = 1;
        for (const { text: piece, firstLine, lastLine } of chunks) {
          assert.ok(bytesOf(piece) <= most);
          assert.ok(piece.length > 0 || text.length === 0);
          assert.equal(firstLine, line);
          assert.ok(lastLine >= firstLine);
          line += piece.split(/\r\n|\r|\n/u).length - 1;
        }
        assert.equal(line, text.split(/\r\n|\r|\n/u).length);
      }),
      times(3000),
    );
  });
});
