import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { makeNameVisible, makeVisible } from '../../../../src/evidence/text/visible.ts';

suite('making a text visible', () => {
  test('control characters become their pictures, and are counted; tab and LF stay', () => {
    assert.deepEqual(makeVisible('a\0\u001b[31m\tb\n\u007f\u0085\r'), { text: 'a␀␛[31m\tb\n␡<U+0085>␍', count: 5 });
  });

  test('what moves, hides or divides text is named', () => {
    const hidden = ['\u202e', '\u2066', '\u200b', '\u2028', '\u2029', '\ufeff', '\u00ad', '\u3164', '\ud83d', '\udc00'];
    for (const one of hidden) {
      const code = one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      assert.deepEqual(makeVisible(`a${one}b`), { text: `a<U+${code}>b`, count: 1 });
    }
    assert.deepEqual(makeVisible('\u{e0041}\u{e0100}'), { text: '<U+E0041><U+E0100>', count: 2 });
  });

  test('letters of every script, emoji and what was received as U+FFFD stay', () => {
    const plain = 'İğüş 日本 عربي 😀 ✔\ufe0f \ufffd ␀ <U+202E>';
    assert.deepEqual(makeVisible(plain), { text: plain, count: 0 });
  });

  test('a name stays on one line', () => {
    assert.deepEqual(makeNameVisible('a\r\nb\tc'), { text: 'a␍␊b␉c', count: 3 });
  });
});
