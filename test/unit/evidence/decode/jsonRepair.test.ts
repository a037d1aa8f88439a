import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { endOfObject, escapeControlCharacters, scanJson } from '../../../../src/evidence/decode/jsonRepair.ts';

/** Returns the outcome as text; undefined where there was nothing to escape. */
function escape(text: string): { text: string; count: number; firstByte: number } | undefined {
  const escaped = escapeControlCharacters(Buffer.from(text));
  if (escaped === undefined) return undefined;
  assert.ok(escaped !== 'tooLarge');
  return { text: Buffer.from(escaped.bytes).toString(), count: escaped.count, firstByte: escaped.firstByte };
}

suite('escaping raw control characters in JSON', () => {
  test('text without any is left alone', () => {
    assert.equal(escape('{"a": "b\\n\\u0000", "c": [1]}'), undefined);
  });

  test('each of the 32 control characters inside a string is written as an escape', () => {
    for (let unit = 0; unit < 0x20; unit++) {
      const escaped = escape(`["ä${String.fromCharCode(unit)}日"]`);
      assert.equal(escaped?.count, 1);
      assert.match(escaped.text, /^\["ä\\(?:u00[01][\da-f]|[bfnrt])日"\]$/u);
      assert.deepEqual(JSON.parse(escaped.text), [`ä${String.fromCharCode(unit)}日`]);
    }
  });

  test('what stands between two of them is kept, short or long', () => {
    const text = `["${Array.from({ length: 3_000 }, (_, length) => 'x'.repeat(length % 50)).join('\n')}"]`;
    const escaped = escape(text);
    assert.equal(escaped?.text, text.replaceAll('\n', '\\n'));
    assert.equal(escaped.count, 2_999);
  });

  test('it counts them and gives the place of the first in the bytes that were given', () => {
    const escaped = escape('{"k": "ä\n\ncd\0"}');
    assert.deepEqual({ count: escaped?.count, firstByte: escaped?.firstByte }, { count: 3, firstByte: 9 });
  });

  test('white space outside strings is left alone', () => {
    assert.equal(escape('{\r\n\t"a":\n1\n}'), undefined);
  });

  test('DEL, C1 and line separators are no control characters of JSON', () => {
    assert.equal(escape('"\u007f\u0085\u2028"'), undefined);
  });

  test('an escaped quote does not end a string, an escaped backslash does not escape the quote behind it', () => {
    assert.equal(escape('"a\\"\n"')?.text, '"a\\"\\n"');
    assert.equal(escape('["a\\\\",\n"b"]'), undefined);
  });

  test('a control character behind a backslash is no escape and stays', () => {
    assert.equal(escape('"\n\\\n"')?.text, '"\\n\\\n"');
  });

  test('nothing is ever added at the end of a text that was cut off', () => {
    for (const cut of ['{"a": "b\n', '{"a": "\n\\', '{"a": "\n\\u00']) {
      assert.equal(escape(cut)?.text.replaceAll('\\n', '\n'), cut);
    }
  });
});

suite('telling what was cut off from what is no JSON', () => {
  test('every beginning of a JSON text was cut off, and the whole is complete', () => {
    const text = ' {"a": "b\n\\u12aF\\"", "c": [1, -0.5e+7, {}, [], true, null], "d": {"e": false}, "": ""} ';
    for (let end = 0; end < text.length - 1; end++) {
      assert.deepEqual(scanJson(text.slice(0, end)), { end: 'cut', offset: end }, text.slice(0, end));
    }
    assert.deepEqual(scanJson(text), { end: 'complete', offset: text.length });
  });

  test('what no end could make JSON is refused at its first fault', () => {
    for (const [text, offset] of [
      ['Access denied: "{', 0],
      ['{"a":1}}', 7],
      ['{"a" 1', 5],
      ['{a', 1],
      ['{"a":1,}', 7],
      ['[1,]', 3],
      ['[01', 2],
      ['[tru,', 1],
      ['["\\x', 3],
      ['["\\u12x', 3],
      ['{"a":"b"c', 8],
      ['[1}', 2],
    ] as const) {
      assert.deepEqual(scanJson(text), { end: 'refused', offset }, text);
    }
  });

  test('nesting without end is refused and takes no memory', () => {
    assert.equal(scanJson('['.repeat(1_000_000)).end, 'refused');
  });

  test('the end of an object is behind its last bracket, or the end of the bytes', () => {
    assert.equal(endOfObject(Buffer.from('{"a":"}","b":[{}]} x')), 18);
    assert.equal(endOfObject(Buffer.from('{"a":1')), 6);
  });
});
