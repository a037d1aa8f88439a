import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { escapeControlCharacters } from '../../../src/evidence/jsonRepair.ts';

suite('escaping raw control characters in JSON', () => {
  test('text without any comes back as it is', () => {
    const text = '{"a": "b\\n\\u0000", "c": [1]}';
    assert.deepEqual(escapeControlCharacters(text), { text, count: 0, firstOffset: 0, endsInside: false });
  });

  test('each of the 32 control characters inside a string is written as an escape', () => {
    for (let unit = 0; unit < 0x20; unit++) {
      const escaped = escapeControlCharacters(`["${String.fromCharCode(unit)}"]`);
      assert.equal(escaped.text, `["\\u00${unit.toString(16).padStart(2, '0')}"]`);
      assert.deepEqual(JSON.parse(escaped.text), [String.fromCharCode(unit)]);
    }
  });

  test('it counts them and gives the place of the first in the text that was given', () => {
    const { count, firstOffset } = escapeControlCharacters('{"k": "ab\n\ncd\0"}');
    assert.deepEqual({ count, firstOffset }, { count: 3, firstOffset: 9 });
  });

  test('white space outside strings is left alone', () => {
    const text = '{\r\n\t"a":\n1\n}';
    assert.equal(escapeControlCharacters(text).text, text);
    assert.equal(escapeControlCharacters(text).count, 0);
  });

  test('DEL, C1 and line separators are no control characters of JSON', () => {
    assert.equal(escapeControlCharacters('"\u007f\u0085\u2028"').count, 0);
  });

  test('an escaped quote does not end a string, an escaped backslash does not escape the quote behind it', () => {
    assert.equal(escapeControlCharacters('"a\\"\n"').text, '"a\\"\\u000a"');
    const ended = escapeControlCharacters('["a\\\\",\n"b"]');
    assert.deepEqual({ count: ended.count, endsInside: ended.endsInside }, { count: 0, endsInside: false });
  });

  test('brackets inside strings do not count', () => {
    assert.equal(escapeControlCharacters('{"a": "[{["}').endsInside, false);
    assert.equal(escapeControlCharacters('{"a": "}"').endsInside, true);
  });

  test('nothing is ever added at the end of a text that was cut off', () => {
    for (const cut of ['{', '{"a', '{"a": "b\n', '{"a": [1,', '{"a": "b\\']) {
      const escaped = escapeControlCharacters(cut);
      assert.equal(escaped.endsInside, true, cut);
      assert.equal(escaped.text.replaceAll('\\u000a', '\n'), cut);
    }
  });
});
