import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeResult } from '../../src/evidence/decode/decode.ts';

/** Decodes the smallest file for each bug that fuzzing found. */
function decodeText(text: string): ReturnType<typeof decodeResult> {
  return decodeResult(Buffer.from(text));
}

suite('what fuzzing found stays found', () => {
  test('halves of surrogate pairs in UTF-16 are counted as invalid, apart from U+FFFD that was received', () => {
    const file = Buffer.from('{"script_output":"\ufffda\ud800b","script_errors":""}', 'utf16le');
    const { transcript, changes } = decodeResult(file);
    assert.equal(transcript?.output, '\ufffda\ufffdb');
    assert.deepEqual(changes[0], { kind: 'invalidBytes', count: 1, firstOffset: 40 });
  });

  test('an older name beside the newer one is kept', () => {
    const { transcript, changes } = decodeText('{"script_output":"","script_errors":"a","script_error":"b"}');
    assert.equal(transcript?.errors, 'a');
    assert.deepEqual(transcript.otherKeys, { script_error: 'b' });
    assert.deepEqual(changes.at(-1), { kind: 'unknownKey', count: 1, keys: ['script_error'] });
  });

  test('a known key that holds no text is kept', () => {
    const { transcript } = decodeText('{"script_output":"","script_errors":["a"]}');
    assert.deepEqual(transcript?.otherKeys, { script_errors: ['a'] });
  });

  test('a binary file is called binary, whatever quotes and braces it holds', () => {
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200), Buffer.from('"{[')]);
    assert.deepEqual(decodeResult(zip).rejection, { reason: 'binary' });
  });

  test('another text is not called cut off', () => {
    assert.deepEqual(decodeText('Access denied: "{').rejection, { reason: 'notJson', offset: 0 });
    assert.deepEqual(decodeText('{"script_output":"a"b","script_errors":""}').rejection, {
      reason: 'notJson',
      offset: 20,
    });
    assert.equal(decodeText('<html>{').rejection?.reason, 'notJson');
  });

  for (const [name, unit] of Object.entries({ NULs: 0, 'line feeds': 10 })) {
    test(`32 MB of raw ${name} in 32 kB of gzip take neither minutes nor gigabytes`, () => {
      const [head, tail] = ['{"script_output":"', '","script_errors":""}'].map((text) => Buffer.from(text));
      assert.ok(head !== undefined && tail !== undefined);
      const file = gzipSync(Buffer.concat([head, Buffer.alloc(32_000_000, unit), tail]));
      const before = process.resourceUsage().maxRSS;
      const start = performance.now();
      const { transcript } = decodeResult(file);
      assert.equal(transcript?.output.length, 32_000_000);
      assert.ok(performance.now() - start < 120_000);
      assert.ok(process.resourceUsage().maxRSS - before < 900 * 1024);
    });
  }

  test('what cannot be held with its control characters escaped is too large, and no throw', () => {
    const [head, tail] = ['{"script_output":"', '","script_errors":""}'].map((text) => Buffer.from(text));
    assert.ok(head !== undefined && tail !== undefined);
    const file = gzipSync(Buffer.concat([head, Buffer.alloc(95_000_000), tail]), { level: 1 });
    assert.deepEqual(decodeResult(file).rejection, { reason: 'tooLarge' });
  });
});
