import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { boundKeys } from '../../../../src/evidence/decode/boundKeys.ts';
import { unescapeClixml } from '../../../../src/evidence/decode/clixmlText.ts';

suite('keys of a change', () => {
  test('are listed as they are, up to a number and a length; what is cut is counted', () => {
    assert.deepEqual(boundKeys(['a', 'b']), { keys: ['a', 'b'] });
    const many = Array.from({ length: 53 }, (_, at) => `key ${at}`);
    assert.deepEqual(boundKeys(many), { keys: many.slice(0, 50), keysCut: 3 });
    assert.deepEqual(boundKeys(['k'.repeat(201), 'b']), { keys: [`${'k'.repeat(200)}…`, 'b'], keysCut: 1 });
    assert.deepEqual(boundKeys(['k'.repeat(200)]), { keys: ['k'.repeat(200)] });
    // A key that is both too long and too late counts once.
    assert.equal(boundKeys([...many.slice(0, 50), 'k'.repeat(500)]).keysCut, 1);
  });
});

suite('escapes of CLIXML', () => {
  for (const [text, read] of [
    ['a&apoſ;b', 'a&apoſ;b'],
    ['&lt;a&gt; &amp;amp; &QUOT;&apos;', '<a> &amp; "\''],
    ['&#65;&#x42;&#X43;', 'ABC'],
    ['&#128512;', '😀'],
    ['&#x110000; &#9999999;', '&#x110000; &#9999999;'],
    ['&#x10FFFF;', '\u{10FFFF}'],
    ['&nbsp; &#; &#xZZ;', '&nbsp; &#; &#xZZ;'],
    ['one_x000D__x000a_two _x00_', 'one\r\ntwo _x00_'],
    // An escape that the escapes of XML hide is undone, because PowerShell wrote it first.
    ['&#95;x0041_', 'A'],
  ] as const) {
    test(text, () => {
      assert.equal(unescapeClixml(text), read);
    });
  }
});
