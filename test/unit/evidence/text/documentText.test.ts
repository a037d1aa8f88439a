import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { documentSize, toDocumentBytes, toDocumentText } from '../../../../src/evidence/text/documentText.ts';

suite('the text of a document', () => {
  test('NUL becomes U+2400, one unit for one, and nothing else is touched', () => {
    const rest = Array.from({ length: 0x2400 }, (_, unit) => String.fromCharCode(unit + 1)).join('');
    const text = `\0${rest}\0\0`;
    assert.equal(toDocumentText(text), `\u2400${rest}\u2400\u2400`);
    assert.equal(toDocumentText(text).length, text.length);
  });

  test('its bytes begin with exactly one byte order mark of our own', () => {
    assert.deepEqual([...toDocumentBytes('')], [0xef, 0xbb, 0xbf]);
    assert.deepEqual([...toDocumentBytes('a\0')], [0xef, 0xbb, 0xbf, 0x61, 0xe2, 0x90, 0x80]);
  });

  test('a text that begins with U+FEFF itself keeps it behind our mark', () => {
    assert.deepEqual([...toDocumentBytes('\ufeffa')], [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x61]);
  });

  test('what an editor reads from the bytes is the text, unit for unit', () => {
    const text = 'a\r\r\nb\u2028\u0085\u202e\u001b[0m日本😀\ufffd';
    assert.equal(new TextDecoder('utf-8', { fatal: true }).decode(toDocumentBytes(text)), text);
  });

  test('its size is known without making it', () => {
    for (const text of ['', 'abc', '\0\0a\0', '日本 😀\r\n', '\ud83d alone', '\ufeffmark']) {
      assert.equal(documentSize(text, text.split('\0').length - 1), toDocumentBytes(text).length, JSON.stringify(text));
    }
  });
});
