import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { viewText } from '../../src/evidence/views/textViews.ts';

const LINES = ['Windows Resource Protection', 'found no violations', '', 'C:\\Windows\\Logs', 'Über ß é', 'x', 'end.'];
const TURKISH = ['İşlem tamamlandı', 'ığüşöç', 'Kısa'];
const RUSSIAN = ['Windows: файл', 'ok'];

/** Returns UTF-16LE text with each byte turned into a character. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1');
}

/**
 * Splits the text at these line ends and joins it with `end`, as a program does that reads lines and writes its own
 * ends.
 */
function cut(text: string, at: RegExp, end: string): string {
  return text.split(at).join(end);
}

const AT_BOTH = /\r\n|\r|\n/u;

suite('UTF-16 that was cut at CR and LF (E5)', () => {
  for (const [name, end] of [
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ] as const) {
    for (const [language, lines] of Object.entries({ English: LINES, Turkish: TURKISH, Russian: RUSSIAN })) {
      test(`E5: ${language}, cut at CR and LF, written with ${name}`, () => {
        for (const last of ['', '\r\n']) {
          const text = cut(asBytes(lines.join('\r\n') + last), AT_BOTH, end);
          const view = viewText(text, 'utf16', []);
          const expected = (lines.join('\n') + last).split(AT_BOTH);
          assert.equal(view.split(AT_BOTH).length, expected.length);
          assert.ok(!view.includes('\0'));
          // Letters above U+00FF have a test of their own (E4).
          if (language === 'English') assert.deepEqual(view.split(AT_BOTH), expected);
        }
      });
    }
  }

  test('cut at LF alone', () => {
    for (const end of ['\r\n', '\n']) {
      const view = viewText(cut(asBytes(LINES.join('\r\n')), /\n/u, end), 'utf16', []);
      assert.equal(view, LINES.join('\r\n'));
    }
  });

  test('the NUL at the very end was trimmed', () => {
    for (const end of ['\r\n', '\n']) {
      const text = cut(asBytes('first line\r\nsecond line\r\n'), AT_BOTH, end).slice(0, -1);
      assert.deepEqual(viewText(text, 'utf16', []).split(AT_BOTH), ['first line', 'second line', '']);
    }
  });

  test('beside text that is none', () => {
    const text = `--- sfc ---\r\n${cut(asBytes('one line\r\nother line\r\n'), AT_BOTH, '\r\n')}\r\n--- end ---\r\n\r\nx`;
    assert.equal(viewText(text, 'utf16', []), '--- sfc ---\r\none line\r\nother line\r\n\r\n--- end ---\r\n\r\nx');
  });

  test('what was not cut stays as it is', () => {
    for (const text of ['ab\r\n\r\ncd\r\n', 'ab\ncd\n\nef\n', 'ab\ncd', 'ab\rcd\r\ref']) {
      assert.equal(viewText(asBytes(text), 'utf16', []), text);
    }
    for (const text of ['foo\0\r\n\0\r\nbar\0\r\n', 'a\0\r\n\0\r\n', '\0\r\n\0\r\n', 'plain\r\n\r\ntext\n\n']) {
      assert.equal(viewText(text, 'utf16', []), text);
    }
  });

  test('many line ends are read in one pass', { timeout: 60_000 }, () => {
    for (const piece of ['\n\0', '\r\0', '\r\n\0', 'a\0', 'a\0\n\0', '\n']) {
      viewText(`a\0b\0${piece.repeat(2_000_000 / piece.length)}`, 'utf16', []);
    }
  });
});
